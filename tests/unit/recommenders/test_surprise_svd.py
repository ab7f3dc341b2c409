"""The array-backed training set against Surprise's own, and the fold-in."""

import itertools

import numpy as np
import pytest
from surprise import SVD, Trainset

from core.data.dataset import Dataset
from core.recommenders.surprise_svd.model import SurpriseSVD
from core.recommenders.surprise_svd.trainset import LightTrainset
from core.testing.toy import toy_dataset

SMALL = {"factors": 5, "epochs": 15, "prior": 0.5}


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return toy_dataset()


@pytest.fixture(scope="module")
def model(dataset: Dataset) -> SurpriseSVD:
    return SurpriseSVD(SMALL).fit(dataset)


def test_factors_are_those_of_a_stock_training_set(dataset: Dataset) -> None:
    stars = dataset.stars()
    by_user: dict[int, list[tuple[int, float]]] = {user: [] for user in range(dataset.n_users)}
    by_item: dict[int, list[tuple[int, float]]] = {item: [] for item in range(dataset.n_movies)}
    for user, item, value in zip(
        dataset.rating_users().tolist(), dataset.user_items.tolist(), stars.tolist(), strict=True
    ):
        by_user[user].append((item, value))
        by_item[item].append((user, value))
    stock = Trainset(by_user, by_item, dataset.n_users, dataset.n_movies, dataset.n_ratings, (0.5, 5), {}, {})
    light = LightTrainset(dataset, stars, stock.global_mean, lambda _block: None)
    ours, theirs = (SVD(n_factors=4, n_epochs=5, random_state=1).fit(trainset) for trainset in (light, stock))
    for name in ("pu", "qi", "bu", "bi"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name))


def test_ratings_come_in_order_over_several_blocks(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.recommenders.surprise_svd.trainset.BLOCK", 100)
    blocks: list[int] = []
    light = LightTrainset(dataset, dataset.stars(), 3.5, blocks.append)
    triples = list(light.all_ratings())
    assert [user for user, _, _ in triples] == dataset.rating_users().tolist()
    assert [item for _, item, _ in triples] == dataset.user_items.tolist()
    assert blocks == list(range(-(-dataset.n_ratings // 100)))
    assert light.knows_user(0)
    assert light.knows_item(0)
    assert not light.knows_user(dataset.n_users)
    assert not light.knows_item(dataset.n_movies - 1)


def test_progress_can_stop_the_training(dataset: Dataset) -> None:
    def stop(done: float, text: str) -> None:
        if done > 0.4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        SurpriseSVD(SMALL).fit(dataset, progress=stop)


def test_fold_in_solves_the_ridge_regression(dataset: Dataset, model: SurpriseSVD) -> None:
    profile = dataset.profile(9)
    user, vector = model._fold_in(profile)
    features = np.column_stack([np.ones(len(profile)), model.arrays["factors"][profile.items]])
    base = model._baseline.predict(user, profile.items) + model.arrays["item_bias"][profile.items]
    penalty = 0.5 + 0.1 * len(profile)
    gradient = features.T @ (profile.ratings - base - features @ vector) - penalty * vector
    np.testing.assert_allclose(gradient, 0, atol=1e-4)


def test_fold_in_is_as_good_as_the_descent(dataset: Dataset) -> None:
    model = SurpriseSVD({**SMALL, "epochs": 40, "prior": 0.0}).fit(dataset)
    errors = [model.predict(profile, profile.items) - profile.ratings for profile in map(dataset.profile, range(80))]
    spread = [profile.ratings - dataset.global_mean for profile in map(dataset.profile, range(80))]
    assert np.mean(np.concatenate(errors) ** 2) < 0.6 * np.mean(np.concatenate(spread) ** 2)


def test_both_explanations_add_up(dataset: Dataset, model: SurpriseSVD) -> None:
    for user, item in itertools.product((0, 5), (1, 30)):
        explained = model.explain(dataset.profile(user), item)
        for parts in (explained.contributions, explained.films):
            assert sum(part.value for part in parts) == pytest.approx(explained.score, rel=1e-3)


def test_movies_without_ratings_have_no_score(dataset: Dataset, model: SurpriseSVD) -> None:
    unrated = np.flatnonzero(dataset.movie_counts == 0)
    assert len(unrated)
    assert np.isnan(model.score(dataset.profile(0))[unrated]).all()
    assert not model.arrays["factors"][unrated].any()


def test_a_part_of_the_data_is_fitted_as_often_as_the_whole():
    assert SurpriseSVD().config_at(100_000).epochs == 60
    assert SurpriseSVD().config_at(32_000_000).epochs == 20
    assert SurpriseSVD({"epochs": 3}).config_at(32_000_000).epochs == 3


def test_a_long_profile_is_fitted_to_an_even_selection_and_still_explained_exactly(dataset: Dataset) -> None:
    model = SurpriseSVD({"factors": 8, "epochs": 5, "profile_limit": 6}).fit(dataset)
    profile = dataset.profile(int(np.argmax(np.diff(dataset.user_indptr))))
    assert len(profile) > 6
    item = int(model.recommend(profile, 1).items[0])
    explanation = model.explain(profile, item)
    for parts in (explanation.contributions, explanation.films):
        assert abs(sum(part.value for part in parts) - explanation.score) < 1e-3 * max(abs(explanation.score), 1)
