"""Profiles know what was rated later, wherever they are taken apart."""

import gc
import weakref

import numpy as np
import pytest

from core.data.profile import Profile
from core.errors import InvalidInputError
from core.testing.toy import toy_dataset


def test_the_order_follows_the_films():
    profile = Profile.of([7, 2, 5], [4.0, 3.0, 5.0], order=[10, 30, 20])
    assert profile.items.tolist() == [2, 5, 7]
    assert profile.order.tolist() == [30, 20, 10]
    assert profile.without(5).order.tolist() == [30, 10]
    assert profile.part(np.array([0])).order.tolist() == [30]


def test_without_an_order_there_is_none():
    assert Profile.of([7, 2], [4.0, 3.0]).order is None
    assert Profile.of([7, 2], [4.0, 3.0]).without(7).order is None
    assert Profile.empty().order is None


def test_a_stored_profile_has_the_times_of_its_ratings():
    dataset = toy_dataset()
    profile = dataset.profile(3)
    span = slice(dataset.user_indptr[3], dataset.user_indptr[4])
    np.testing.assert_array_equal(profile.order, dataset.user_times[span])


def test_another_number_of_times_is_refused():
    with pytest.raises(InvalidInputError, match="2 movies were given with 1 times"):
        Profile.of([7, 2], [4.0, 3.0], order=[1])


class Counting:
    asked = 0

    def count(self, _profile):
        self.asked += 1
        return self.asked


def test_what_is_asked_for_once_is_computed_once_for_each_profile():
    model, other = Counting(), Counting()
    first, second = Profile.of([1], [3.0]), Profile.of([1], [3.0])
    assert [one.once(model, Counting.count) for one in (first, first, second, first)] == [1, 1, 2, 1]
    assert first.once(other, Counting.count) == 1
    assert first.part(np.array([0])).once(model, Counting.count) == 3


def test_a_profile_keeps_no_model():
    model, profile = Counting(), Profile.of([1], [3.0])
    profile.once(model, Counting.count)
    gone = weakref.ref(model)
    # Without the cycle collector, which workers do not run over what came before the fork.
    gc.disable()
    try:
        del model
        assert gone() is None
    finally:
        gc.enable()
