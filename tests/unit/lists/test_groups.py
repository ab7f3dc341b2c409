"""A group's list belongs to all of its viewers."""

from typing import Any

import numpy as np
import pytest

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.errors import InvalidInputError
from core.lists.groups import recommend_group
from core.recommenders.popularity import Popularity
from core.testing.toy import toy_dataset


class ByUser(Popularity):
    """Scores that are given per user."""

    table: Any = None
    stars: Any = None

    def _score(self, profile: Profile) -> Any:
        return np.asarray(self.table[profile.user], dtype=np.float32).copy()

    def _predict(self, profile: Profile, items: Any) -> Any:
        return super()._predict(profile, items) if self.stars is None else self.stars[profile.user, items]


@pytest.fixture(scope="module")
def data() -> Dataset:
    return toy_dataset()


@pytest.fixture
def model(data: Dataset) -> ByUser:
    fitted = ByUser().fit(data)
    # Both have mean 0 and spread 1 after scaling; movie 0 is loved by one and hated by the other.
    table = np.zeros((2, data.n_movies))
    table[:, 3] = 2.0
    table[0, 0], table[1, 0] = 9.0, -2.0
    table[0, 1], table[1, 1] = -2.0, 9.0
    table[1] *= 100
    fitted.table = table
    return fitted


def _members() -> list[Profile]:
    return [Profile(np.array([5], np.int32), np.array([4.0], np.float32), user) for user in (0, 1)]


def test_methods_differ_where_tastes_do(model: ByUser) -> None:
    model.stars = np.full((2, model.dataset.n_movies), 3.0, dtype=np.float32)
    model.stars[:, 0], model.stars[:, 1] = (5.0, 1.0), (2.0, 5.0)
    loved = recommend_group(model, _members(), n=3)
    assert set(loved.items[:2].tolist()) == {0, 1}
    assert loved.items[2] == 3
    np.testing.assert_allclose(loved.scores, loved.viewer_scores.mean(axis=0))
    safe = recommend_group(model, _members(), n=3, method="least-misery")
    assert safe.items[0] == 3
    assert not {0, 1} & set(safe.items.tolist())
    np.testing.assert_array_equal(safe.scores, safe.predicted.min(axis=0))


def test_least_misery_keeps_to_what_is_best_on_average(model: ByUser) -> None:
    model.stars = np.full((2, model.dataset.n_movies), 3.0, dtype=np.float32)
    model.stars[:, 50] = 5.0  # liked by everybody's stars, but in no order near the top
    model.stars[0, 3] = np.nan
    found = recommend_group(model, _members(), n=2, method="least-misery")
    shortlist = recommend_group(model, _members(), n=4).items
    assert set(found.items.tolist()) <= set(shortlist.tolist())
    assert 50 not in found.items
    model.stars[:] = np.nan
    unknown = recommend_group(model, _members(), n=2, method="least-misery")
    assert unknown.items.tolist() == shortlist[:2].tolist()
    assert unknown.scores.tolist() == [0.0, 0.0]


def test_scale_of_a_member_does_not_matter(model: ByUser) -> None:
    before = recommend_group(model, _members(), n=5)
    model.table[0] = model.table[0] * 1000 + 7
    after = recommend_group(model, _members(), n=5)
    np.testing.assert_array_equal(before.items, after.items)
    np.testing.assert_allclose(before.scores, after.scores, rtol=1e-4)


def test_a_score_of_one_is_as_good_as_the_ten_best_unseen(model: ByUser) -> None:
    table = np.zeros((2, model.dataset.n_movies))
    table[:, 5] = 40.0  # seen by both: it must not set the scale
    table[0, 20:30], table[1, 20:30] = 4.0, 8.0
    model.table = table
    found = recommend_group(model, _members(), n=10)
    assert sorted(found.items.tolist()) == list(range(20, 30))
    np.testing.assert_allclose(found.viewer_scores, 1.0, rtol=1e-5)


def test_nobody_gets_what_somebody_rated(data: Dataset) -> None:
    model = Popularity().fit(data)
    profiles = [data.profile(user) for user in (0, 1, 2)]
    allowed = np.arange(data.n_movies) % 3 != 0
    found = recommend_group(model, profiles, n=8, candidates=allowed)
    assert not np.isin(found.items, np.concatenate([profile.items for profile in profiles])).any()
    assert allowed[found.items].all()
    assert found.predicted.shape == found.viewer_scores.shape == (3, len(found.items))
    for row, profile in enumerate(profiles):
        np.testing.assert_array_equal(found.predicted[row], model.predict(profile, found.items))


def test_empty_profiles_are_members_too(data: Dataset) -> None:
    found = recommend_group(Popularity().fit(data), [Profile.empty(), data.profile(0)], n=4)
    assert len(found.items) == 4


def test_wrong_groups_are_refused(model: ByUser) -> None:
    for profiles in (_members()[:1], _members() * 3):
        with pytest.raises(InvalidInputError, match="2 to 5"):
            recommend_group(model, profiles)
    with pytest.raises(InvalidInputError, match="least-misery"):
        recommend_group(model, _members(), method="dictator")  # type: ignore[arg-type]
    with pytest.raises(InvalidInputError):
        recommend_group(model, _members(), n=0)
