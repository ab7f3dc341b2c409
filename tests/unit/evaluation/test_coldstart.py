"""Visitors are strangers to training, and every size is tested on the same ratings."""

import json

import numpy as np
import pytest

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.errors import InvalidInputError
from core.evaluation import coldstart
from core.evaluation.coldstart import cold_start_curve, draw_visitors
from core.recommenders.popularity import Popularity
from core.testing.toy import toy_dataset


@pytest.fixture(scope="module")
def data() -> Dataset:
    return toy_dataset()


def test_training_knows_nothing_of_visitors(data: Dataset) -> None:
    visitors = draw_visitors(data, 6, fraction=0.3, seed=1)
    assert len(visitors.users) == 24
    assert (np.diff(visitors.split.train.user_indptr)[visitors.users] == 0).all()
    for row, user in enumerate(visitors.users.tolist()):
        whole = data.profile(user)
        tested = visitors.split.test_items[visitors.split.test_users == user]
        assert sorted([*visitors.items[row].tolist(), *tested.tolist()]) == whole.items.tolist()
        stars = dict(zip(whole.items.tolist(), whole.ratings.tolist(), strict=True))
        assert [stars[item] for item in visitors.items[row].tolist()] == visitors.ratings[row].tolist()


def test_profiles_grow(data: Dataset) -> None:
    visitors = draw_visitors(data, 6, seed=1)
    small, large = visitors.profiles(2), visitors.profiles(5)
    assert all(len(profile) == 2 for profile in small)
    assert all(set(one.items) < set(more.items) for one, more in zip(small, large, strict=True))
    assert all(profile.user is None for profile in small)


def test_curve(data: Dataset) -> None:
    curve = cold_start_curve(data, ["popularity"], (0, 2, 5))
    assert list(curve.curves["popularity"]) == [0, 2, 5]
    at_zero = curve.curves["popularity"][0]
    assert at_zero["served@10"].value == 1
    assert at_zero["rmse"].low is not None
    # The mean deviation of a visitor is learned from ratings.
    assert curve.curves["popularity"][5]["rmse"].value <= at_zero["rmse"].value + 0.02
    assert "16 visitors" in curve.how
    json.dumps(curve.to_dict())


def test_too_few_ratings_are_refused(data: Dataset) -> None:
    with pytest.raises(InvalidInputError, match="No user"):
        draw_visitors(data, 500)


def test_coherent_visitors_begin_with_what_they_like_most_of_one_kind(data: Dataset) -> None:
    visitors = draw_visitors(data, 3, profiles="coherent", fraction=0.3, seed=1)
    assert len(visitors.users) == 24
    genres, years = data.movies.genre_matrix() > 0, data.movies.years // 10
    for row, user in enumerate(visitors.users.tolist()):
        stars, films = visitors.ratings[row], visitors.items[row]
        assert (stars >= 4).all()
        assert stars.tolist() == sorted(stars.tolist(), reverse=True)
        assert genres[films].all(axis=0).any() or len(set(years[films].tolist())) == 1
        tested = visitors.split.test_items[visitors.split.test_users == user]
        assert sorted([*films.tolist(), *tested.tolist()]) == data.profile(user).items.tolist()
    curve = cold_start_curve(data, ["popularity"], (1, 3), profiles="coherent")
    assert curve.profiles == "coherent"
    assert "most telling genre or decade" in curve.how
    with pytest.raises(InvalidInputError, match="of one kind"):
        draw_visitors(data, 500, profiles="coherent")
    with pytest.raises(InvalidInputError, match="coherent"):
        draw_visitors(data, 3, profiles="odd")  # type: ignore[arg-type]


def test_films_that_a_longer_profile_holds_are_not_listed(data: Dataset) -> None:
    visitors = draw_visitors(data, 6, seed=1)

    class Longing(Popularity):
        """Wants most what the visitor has not yet told of."""

        def _score(self, profile: Profile) -> np.ndarray:
            scores = super()._score(profile)
            scores[np.unique(np.concatenate(visitors.items))] += 100
            return scores

    model = Longing().fit(visitors.split.train)
    seen: list[np.ndarray] = []
    with pytest.MonkeyPatch.context() as patch:
        judge = coldstart.judge_lists
        patch.setattr(coldstart, "judge_lists", lambda lists, *args: seen.append(lists) or judge(lists, *args))
        coldstart.judge_profiles(model, visitors, visitors.profiles(1), 1)
    for row, films in enumerate(visitors.items):
        assert not np.isin(seen[0][row], films).any()
