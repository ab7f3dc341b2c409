"""A hybrid whose members are trusted more or less than was learned."""

from pathlib import Path

import numpy as np
import pytest

from core.data.dataset import Dataset
from core.errors import InvalidInputError
from core.recommenders.hybrid.model import Hybrid
from core.store.artifact import save_model
from core.store.loader import load_model
from core.testing.comparing import assert_sums_to, digest
from core.testing.contract import each_profile
from core.testing.profiles import PROFILES
from core.testing.toy import toy_dataset

MEMBERS = ("svd", "item_knn", "popularity")


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return toy_dataset()


@pytest.fixture(scope="module")
def hybrid(dataset: Dataset) -> Hybrid:
    return Hybrid({"rating_members": MEMBERS, "ranking_members": MEMBERS, "next_members": ("svd",)}).fit(dataset)


@each_profile
def test_factors_of_one_change_nothing(dataset: Dataset, hybrid: Hybrid, kind: str) -> None:
    profile = PROFILES[kind](dataset)
    same = hybrid.what_if(dict.fromkeys(MEMBERS, 1.0), dict.fromkeys(MEMBERS, 1.0))
    items = np.arange(10)
    np.testing.assert_array_equal(same.score(profile), hybrid.score(profile))
    np.testing.assert_array_equal(same.predict(profile, items), hybrid.predict(profile, items))


@each_profile
def test_contributions_of_a_changed_hybrid_still_add_up(dataset: Dataset, hybrid: Hybrid, kind: str) -> None:
    changed = hybrid.what_if({"svd": 0.3, "popularity": 0}, {"svd": 0, "item_knn": 1.7})
    profile = PROFILES[kind](dataset)
    scores = changed.score(profile)
    asked = np.flatnonzero(np.isfinite(scores))[::6].tolist()
    assert asked
    for item in asked:
        explanation = changed.explain(profile, item)
        assert explanation.score == pytest.approx(float(scores[item]))
        assert_sums_to([part.value for part in explanation.contributions], explanation.score)
        if explanation.films:
            assert_sums_to([part.value for part in explanation.films], explanation.score)
        assert "Popularity" not in {part.label for part in explanation.contributions}


def test_a_factor_multiplies_what_the_member_adds(dataset: Dataset, hybrid: Hybrid) -> None:
    profile = dataset.profile(2)
    items = np.array([1, 8, 20], dtype=np.int32)
    learned = hybrid.rating_parts(profile, items)
    changed = hybrid.what_if(rating={"svd": 0.5, "popularity": 0}).rating_parts(profile, items)
    np.testing.assert_allclose(changed.members["svd"], 0.5 * learned.members["svd"], rtol=1e-5)
    np.testing.assert_array_equal(changed.members["item_knn"], learned.members["item_knn"])
    np.testing.assert_array_equal(changed.members["popularity"], 0)
    np.testing.assert_array_equal(changed.rest, learned.rest)
    before = {part.label: part.value for part in hybrid.explain(profile, 8).contributions}
    after = {part.label: part.value for part in hybrid.what_if({"svd": 0.5}).explain(profile, 8).contributions}
    title = hybrid.members["svd"].title
    assert after.pop(title) == pytest.approx(0.5 * before.pop(title), rel=1e-5)
    assert after == pytest.approx(before, rel=1e-6)


def test_a_single_member_orders_the_list_alone(dataset: Dataset, hybrid: Hybrid) -> None:
    alone = hybrid.what_if({"item_knn": 0, "popularity": 0, "liking": 0, "low": 0})
    profile = dataset.profile(3)
    own = hybrid.members["svd"].recommend(profile, 5)
    assert alone.recommend(profile, 5).items.tolist() == own.items.tolist()


def test_the_learned_hybrid_stays_as_it_was(dataset: Dataset, hybrid: Hybrid) -> None:
    before, learned = digest(hybrid), hybrid.influence()
    changed = hybrid.what_if({"svd": 2}, {"svd": 0})
    assert digest(hybrid) == before
    assert hybrid.influence() == learned
    assert changed.members is hybrid.members
    assert changed.influence()["ranking"]["svd"] == pytest.approx(2 * learned["ranking"]["svd"])
    assert changed.influence()["rating"]["svd"] == 0


def test_a_changed_hybrid_is_stored_as_it_answers(dataset: Dataset, hybrid: Hybrid, tmp_path: Path) -> None:
    changed = hybrid.what_if({"svd": 0.2}, {"svd": 0})
    loaded = load_model(save_model(changed, tmp_path / "hybrid"), dataset)
    profile = dataset.profile(1)
    np.testing.assert_allclose(loaded.score(profile), changed.score(profile), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(loaded.predict(profile, [3]), changed.predict(profile, [3]), rtol=1e-5)


@pytest.mark.parametrize(
    ("ranking", "rating", "words"),
    [
        ({"content": 1}, None, "'content' has no part in the hybrid's ranking. Choose from: svd, item_knn"),
        (None, {"ease": 1}, "'ease' has no part in the hybrid's rating"),
        ({"svd": -0.1}, None, "between 0 and 10, not -0.1"),
        (None, {"svd": float("nan")}, "between 0 and 10, not nan"),
        (dict.fromkeys(MEMBERS, 0), None, "Nobody is left to order the list"),
    ],
)
def test_what_cannot_be_is_refused(hybrid: Hybrid, ranking: object, rating: object, words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        hybrid.what_if(ranking, rating)  # type: ignore[arg-type]
