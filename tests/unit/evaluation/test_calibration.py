"""Reliability of probabilities, where the answer is known."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from core.errors import InvalidInputError
from core.evaluation.calibration import Binning, brier_score, reliability


def test_known_answer() -> None:
    said, came = [0.1, 0.2, 0.85, 0.95], [0, 1, 1, 1]
    for binning in ("mass", "width"):
        found = reliability(said, came, n_bins=2, binning=binning)
        assert [(one.predicted, one.observed, one.count) for one in found.bins] == [
            (pytest.approx(0.15), 0.5, 2),
            (pytest.approx(0.9), 1.0, 2),
        ]
        assert found.error == pytest.approx((0.35 * 2 + 0.1 * 2) / 4)
        assert found.brier == pytest.approx((0.01 + 0.64 + 0.0225 + 0.0025) / 4)


@pytest.mark.parametrize("binning", ["mass", "width"])
def test_what_is_calibrated_has_no_error_and_what_is_not_has_its_distance(binning: Binning) -> None:
    rng = np.random.default_rng(0)
    said = rng.random(200_000)
    came = rng.random(len(said)) < said
    assert reliability(said, came, binning=binning).error < 0.005
    # Sure of itself by .2 on each side of one half.
    sure = np.where(came, 0.9, 0.1)
    assert reliability(
        sure, rng.random(len(sure)) < np.where(came, 0.7, 0.3), binning=binning
    ).error == pytest.approx(0.2, abs=0.005)


def test_scikit_learn_agrees() -> None:
    rng = np.random.default_rng(1)
    said = rng.random(500)
    came = rng.random(500) < said**2
    assert brier_score(said, came) == pytest.approx(brier_score_loss(came, said))
    for binning, strategy in (("mass", "quantile"), ("width", "uniform")):
        observed, predicted = calibration_curve(came, said, n_bins=10, strategy=strategy)
        found = reliability(said, came, binning=binning)
        assert [one.predicted for one in found.bins] == pytest.approx(predicted.tolist(), abs=2e-3)
        assert [one.observed for one in found.bins] == pytest.approx(observed.tolist(), abs=2e-2)


def test_equal_probabilities_share_a_bin() -> None:
    found = reliability(np.full(100, 0.3), np.arange(100) < 30)
    assert [one.count for one in found.bins] == [100]
    assert found.error == pytest.approx(0)


@given(
    said=arrays(np.float64, st.integers(1, 60), elements=st.floats(0, 1)),
    seed=st.integers(0, 99),
    n_bins=st.integers(1, 12),
    binning=st.sampled_from(["mass", "width"]),
)
def test_bins_hold_everything_in_order(said: np.ndarray, seed: int, n_bins: int, binning: Binning) -> None:
    came = np.random.default_rng(seed).random(len(said)) < 0.5
    found = reliability(said, came, n_bins=n_bins, binning=binning)
    assert sum(one.count for one in found.bins) == len(said)
    means = [one.predicted for one in found.bins]
    assert means == sorted(means)
    assert len(found.bins) <= n_bins
    # Jensen: the gap of means is never more than the root of the mean squared gap.
    assert -1e-12 <= found.error <= math.sqrt(found.brier) + 1e-9


def test_nothing_predicted_and_what_is_refused() -> None:
    empty = reliability([], [])
    assert math.isnan(empty.error)
    assert math.isnan(brier_score([], []))
    assert empty.bins == ()
    for said, came in (([1.2], [1]), ([float("nan")], [1]), ([0.5], [2]), ([0.5, 0.5], [1])):
        with pytest.raises(InvalidInputError):
            reliability(said, came)
    with pytest.raises(InvalidInputError, match="Bins"):
        reliability([0.5], [1], n_bins=0)
