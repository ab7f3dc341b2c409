"""Visitors are strangers to training, and every size is tested on the same ratings."""

import json

import numpy as np
import pytest

from core.data.dataset import Dataset
from core.errors import InvalidInputError
from core.evaluation.coldstart import cold_start_curve, draw_visitors
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
