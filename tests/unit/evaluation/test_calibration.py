"""Calibration with answers that can be worked out by hand."""

import numpy as np
import pytest

from core.evaluation.calibration import (
    brier_score,
    expected_by_chance,
    expected_calibration_error,
    reliability_bins,
)


def test_what_is_said_and_what_comes_true():
    said = np.array([0.25, 0.25, 0.25, 0.25, 0.95, 0.95])
    true = np.array([1, 0, 0, 0, 1, 0])
    assert expected_calibration_error(said, true) == pytest.approx((0 * 4 + 0.45 * 2) / 6)
    assert brier_score(said, true) == pytest.approx((0.75**2 + 3 * 0.25**2 + 0.05**2 + 0.95**2) / 6)
    low, high = reliability_bins(said, true)
    assert (low.predicted, low.observed, low.count) == (0.25, 0.25, 4)
    assert (high.predicted, high.observed, high.count) == (pytest.approx(0.95), 0.5, 2)
    assert 0 <= high.low < 0.5 < high.high <= 1


def test_certainty_has_its_place():
    assert expected_calibration_error(np.array([1.0, 0.0]), np.array([True, False])) == 0
    assert [point.count for point in reliability_bins(np.array([1.0, 0.0]), np.array([True, False]))] == [1, 1]


def test_nothing_said_has_no_error():
    nothing = np.empty(0)
    assert np.isnan(expected_calibration_error(nothing, nothing))
    assert np.isnan(expected_by_chance(nothing))
    assert np.isnan(brier_score(nothing, nothing))
    assert reliability_bins(nothing, nothing) == []


def test_right_probabilities_miss_by_as_much_as_chance():
    rng = np.random.default_rng(1)
    said = rng.random(2000)
    missed = [expected_calibration_error(said, rng.random(2000) < said) for _ in range(50)]
    assert expected_by_chance(said) == pytest.approx(np.mean(missed), rel=0.1)
    assert expected_calibration_error(said, rng.random(2000) < said**3) > 3 * expected_by_chance(said)
