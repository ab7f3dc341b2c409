"""The latest films count most; of equal times none is the later one."""

import numpy as np
import pytest

from core.data.profile import Profile
from core.recommenders.parts.recency import faded, steps_back

FADE = np.array([1.0, 0.5, 0.25], dtype=np.float32)


def profile(order: list[int] | None, count: int = 4) -> Profile:
    return Profile.of(range(count), [4.0] * count, order=order)


@pytest.mark.parametrize(
    ("order", "expected", "back"),
    [
        ([10, 20, 30, 40], [0, 0.25, 0.5, 1], [3, 2, 1, 0]),
        ([40, 10, 30, 20], [1, 0, 0.5, 0.25], [0, 3, 1, 2]),
        ([10, 30, 30, 20], [0, 0.75, 0.75, 0.25], [3, None, None, 2]),
        ([7, 7, 7, 7], [0.4375] * 4, [None] * 4),
        (None, [0.4375] * 4, [None] * 4),
    ],
)
def test_places_count_and_equal_times_share(order, expected, back):
    found = faded(profile(order), FADE)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected)
    assert steps_back(profile(order)) == back


def test_short_and_empty_profiles():
    np.testing.assert_allclose(faded(profile([5], 1), FADE), [1])
    np.testing.assert_allclose(faded(profile(None, 2), FADE), [0.75, 0.75])
    assert not len(faded(Profile.empty(), FADE))
    assert not steps_back(Profile.empty())
