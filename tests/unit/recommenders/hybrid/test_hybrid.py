"""The two learned combinations against closed forms, and the hybrid over them."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.data.splits import Split, holdout_per_user
from core.errors import InvalidInputError
from core.progress import Progress
from core.recommenders.hybrid.model import Hybrid
from core.recommenders.hybrid.ranking_blend import RankingBlend, scale_of
from core.recommenders.hybrid.rating_stack import RatingStack
from core.recommenders.parts.biases import fit_baseline
from core.recommenders.popularity import Popularity
from core.recommenders.svd import SVD
from core.testing.toy import toy_dataset

FAST = {
    "rating_members": ("svd", "popularity"),
    "ranking_members": ("svd", "popularity"),
    "next_members": ("svd",),
}


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return toy_dataset()


@pytest.fixture(scope="module")
def split(dataset: Dataset) -> Split:
    return holdout_per_user(dataset, 0.25, seed=3)


@pytest.fixture(scope="module")
def hybrid(dataset: Dataset) -> Hybrid:
    return Hybrid(FAST).fit(dataset)


class Oracle(Popularity):
    """Knows the two tastes of the toy data: even users like even movies."""

    def _predict(self, profile: Profile, items: np.ndarray) -> np.ndarray:
        liked = (profile.ratings * (-1.0) ** profile.items).sum() > 0
        return np.where((items % 2 == 0) == liked, 4.0, 2.5).astype(np.float32)

    def _score(self, profile: Profile) -> np.ndarray:
        items = np.arange(self.dataset.n_movies, dtype=np.int32)
        return self._predict(profile, items) + super()._score(profile)


def test_the_stack_is_the_ridge_regression_on_held_out_ratings(split: Split) -> None:
    member = SVD({"factors": 4, "rating_factors": 2}).fit(split.train)
    stack = RatingStack.fit({"svd": member}, split)
    rows, targets = [], []
    for user in np.unique(split.test_users):
        chosen = split.test_users == user
        base, features = stack._features({"svd": member}, split.train.profile(int(user)), split.test_items[chosen])
        rows.append(features)
        targets.append(split.test_ratings[chosen] - base)
    matrix, target = np.concatenate(rows), np.concatenate(targets)
    gradient = matrix.T @ (target - matrix @ stack.weights) / len(target) - 1e-3 * stack.weights
    np.testing.assert_allclose(gradient, 0, atol=1e-10)


def test_the_stack_trusts_who_is_right(split: Split) -> None:
    members = {"oracle": Oracle().fit(split.train), "popularity": Popularity().fit(split.train)}
    stack = RatingStack.fit(members, split)
    assert stack.influence()["oracle"] > 0.6
    errors, base = [], fit_baseline(split.train).baseline
    plain = []
    for user in np.unique(split.test_users):
        chosen = split.test_users == user
        profile, items = split.train.profile(int(user)), split.test_items[chosen]
        errors.append(stack.predict(members, profile, items).total() - split.test_ratings[chosen])
        plain.append(base.predict(base.fold_in(profile), items) - split.test_ratings[chosen])
    assert np.mean(np.concatenate(errors) ** 2) < np.mean(np.concatenate(plain) ** 2)


def test_rating_parts_add_up_to_the_prediction(dataset: Dataset, hybrid: Hybrid) -> None:
    items = np.array([0, 7, 20], dtype=np.int32)
    parts = hybrid.rating_parts(dataset.profile(1), items)
    assert set(parts.members) == {"svd", "popularity"}
    expected = np.clip(parts.rest + sum(parts.members.values()), *dataset.rating_range)
    np.testing.assert_allclose(hybrid.predict(dataset.profile(1), items), expected, rtol=1e-5)
    base, features = hybrid._stack._features(hybrid.members, dataset.profile(1), items)
    np.testing.assert_allclose(parts.total(), base + features @ hybrid._stack.weights, rtol=1e-5)


def test_scores_are_scaled_to_the_listed_movies() -> None:
    scores = np.arange(300, dtype=np.float32)
    scale = scale_of(scores, np.array([299], dtype=np.int32))
    assert scale.low == 199
    assert (np.arange(279, 299).mean() - scale.low) * scale.factor == pytest.approx(1)
    assert scale_of(np.full(5, np.nan, dtype=np.float32), np.array([], dtype=np.int32)).factor == 0
    assert scale_of(np.ones(5, dtype=np.float32), np.array([], dtype=np.int32)).factor == 0


def test_the_blend_trusts_who_is_right(split: Split) -> None:
    members = {"oracle": Oracle().fit(split.train), "popularity": Popularity().fit(split.train)}
    blend = RankingBlend.fit(members, split, seed=0)
    assert blend.influence()["oracle"] > 1.3 * blend.influence()["popularity"]
    assert (blend.weights >= 0).all()


def test_members_that_are_given_are_used(dataset: Dataset) -> None:
    svd = SVD({"factors": 3, "rating_factors": 2}).fit(dataset)
    model = Hybrid(FAST).fit(dataset, members={"svd": svd})
    assert model.members["svd"] is svd
    assert set(model.members) == {"svd", "popularity"}


def test_weights_are_learned_with_cheaper_members_than_those_that_serve(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SVD, "config_for_weights", lambda self: self.config.model_copy(update={"factors": 3}))
    fitted: list[tuple[int, int]] = []
    learn = SVD._fit

    def noted(self: SVD, on: Dataset, progress: Progress) -> dict[str, NDArray[Any]]:
        fitted.append((self.config.factors, on.n_ratings))
        return learn(self, on, progress)

    monkeypatch.setattr(SVD, "_fit", noted)
    model = Hybrid(FAST).fit(dataset)
    (first, on_a_part), (second, on_all) = fitted
    assert (first, second) == (3, SVD().config.factors)
    assert on_a_part < on_all == dataset.n_ratings
    assert model.members["svd"].config == SVD().config


def test_heavy_members_are_left_out_of_large_data(dataset: Dataset) -> None:
    config = {**FAST, "rating_members": ("bayesian_mf", "svd"), "heavy_limit": 10}
    model = Hybrid(config).fit(dataset)
    assert "bayesian_mf" not in model.members
    assert set(model.influence()["rating"]) == {"svd"}


def test_weights_can_be_learned_on_some_of_the_users(dataset: Dataset) -> None:
    model = Hybrid({**FAST, "learning_limit": 400})
    part = model._learning_part(dataset)
    assert 200 < part.n_ratings <= 400
    lengths, whole = np.diff(part.user_indptr), np.diff(dataset.user_indptr)
    assert set(np.flatnonzero(lengths == whole)) | set(np.flatnonzero(lengths == 0)) == set(range(dataset.n_users))
    assert np.isfinite(model.fit(dataset).predict(dataset.profile(0), [1, 2])).all()


def test_weights_are_learned_on_one_user_at_least(dataset: Dataset) -> None:
    model = Hybrid({**FAST, "learning_limit": 1}).fit(dataset)
    assert sum(model.influence()["ranking"].values()) > 0


def test_films_carry_the_score_too(dataset: Dataset, hybrid: Hybrid) -> None:
    explained = hybrid.explain(dataset.profile(4), 21)
    assert {part.kind for part in explained.contributions} == {"model"}
    assert sum(part.value for part in explained.films) == pytest.approx(explained.score, rel=1e-3, abs=1e-5)
    assert sum(part.kind == "movie" for part in explained.films) > 3


def test_the_total_of_a_blend_is_the_sum_of_its_parts(dataset: Dataset) -> None:
    members = {"svd": SVD().fit(dataset), "popularity": Popularity().fit(dataset)}
    blend = RankingBlend(("svd", "popularity"), np.array([[0.7] * 4, [0.3] * 4]))
    for user in (0, 5):
        profile = dataset.profile(user)
        parts = blend.parts({key: member.score(profile) for key, member in members.items()}, profile)
        np.testing.assert_allclose(
            blend.total(members, profile), parts["svd"] + parts["popularity"], rtol=1e-5, atol=1e-6
        )


def test_a_part_of_the_data_is_asked_of_the_members_of_the_whole():
    assert Hybrid().config_at(100_000) == Hybrid().config
    assert Hybrid().config_at(32_000_000).heavy_limit == 0


def test_the_order_lies_between_watching_and_loving(dataset: Dataset, hybrid: Hybrid) -> None:
    profile = dataset.profile(2)
    watched, loved, between = (hybrid.ordered(love).score(profile) for love in (0.0, 1.0, 0.5))
    np.testing.assert_array_equal(hybrid.ordered(hybrid.config.love).score(profile), hybrid.score(profile))
    assert not np.array_equal(watched, loved, equal_nan=True)
    known = np.isfinite(loved) & (np.argsort(np.argsort(-np.nan_to_num(loved, nan=-99))) < 20)
    np.testing.assert_allclose(between[known], (watched[known] + loved[known]) / 2, rtol=1e-3, atol=1e-3)
    with pytest.raises(InvalidInputError, match="between 0"):
        hybrid.ordered(1.5)


def test_what_would_please_less_than_usual_stands_low(dataset: Dataset, hybrid: Hybrid) -> None:
    profile = dataset.profile(6)
    listed = hybrid.recommend(profile, 10).predicted
    by_habit = hybrid.ordered(0.0).recommend(profile, 10).predicted
    assert listed.mean() > by_habit.mean()
    assert {part.label for part in hybrid.explain(profile, 3).contributions} > {"How much it would please"}
