"""Whether a predicted probability means what it says: of all films called an 86% match, 86% are liked."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import InvalidInputError

__all__ = ["Binning", "Reliability", "ReliabilityBin", "brier_score", "reliability"]

Binning = Literal["mass", "width"]
"""``mass``: bins with as many predictions each; ``width``: bins of equal width between 0 and 1."""


@dataclass(frozen=True)
class ReliabilityBin:
    """What came of predictions that lie close together.

    Attributes
    ----------
    predicted, observed : float
        Mean probability, and the share of them that came true.
    count : int
    """

    predicted: float
    observed: float
    count: int


@dataclass(frozen=True)
class Reliability:
    """How far probabilities are from what came of them.

    Attributes
    ----------
    error : float
        Expected calibration error: the mean over bins of the distance between prediction and share, weighted by the
        bins' counts; NaN without predictions.
    brier : float
    bins : tuple of ReliabilityBin
        Those that are not empty, by rising probability.
    binning : str
    """

    error: float
    brier: float
    bins: tuple[ReliabilityBin, ...]
    binning: Binning


def brier_score(probabilities: ArrayLike, outcomes: ArrayLike) -> float:
    """Return the mean squared distance between probability and outcome.

    Brier (1950), Verification of forecasts expressed in terms of probability, Monthly Weather Review 78(1), in its
    form for two classes: 0 is perfect, .25 is what saying one half always gets. NaN without predictions.

    Raises
    ------
    InvalidInputError
        For values that are no probabilities, no outcomes or not as many of both.
    """
    said, came = _checked(probabilities, outcomes)
    return float(np.mean((said - came) ** 2)) if len(said) else float("nan")


def reliability(
    probabilities: ArrayLike, outcomes: ArrayLike, *, n_bins: int = 10, binning: Binning = "mass"
) -> Reliability:
    """Return the expected calibration error, the Brier score and the bins behind a reliability diagram.

    Naeini, Cooper and Hauskrecht (2015), Obtaining well calibrated probabilities using Bayesian binning, AAAI-15,
    equation 8, with bins of equal width; bins of equal mass after Nguyen and O'Connor (2015), Posterior calibration
    and exploratory analysis for natural language processing models, EMNLP '15. Equal probabilities share a bin, so
    that bins of equal mass may differ in size.

    Parameters
    ----------
    probabilities : array_like of float, shape (n,)
    outcomes : array_like of bool or 0 and 1, shape (n,)
    n_bins : int
    binning : str

    Raises
    ------
    InvalidInputError
        For values that are no probabilities, no outcomes or not as many of both, and for bins that do not exist.
    """
    if n_bins < 1 or binning not in get_args(Binning):
        raise InvalidInputError(f"Bins are at least one and of equal mass or width, not {n_bins} of equal {binning}.")
    said, came = _checked(probabilities, outcomes)
    if not len(said):
        return Reliability(float("nan"), float("nan"), (), binning)
    shares = np.arange(1, n_bins) / n_bins
    # Where the next bin begins: at a prediction, or at a share of the way from 0 to 1.
    edges = np.sort(said)[np.floor(shares * len(said)).astype(np.int64)] if binning == "mass" else shares
    rows = np.searchsorted(edges, said, side="right")
    counts = np.bincount(rows, minlength=n_bins)
    sums = np.bincount(rows, weights=said, minlength=n_bins), np.bincount(rows, weights=came, minlength=n_bins)
    bins = tuple(
        ReliabilityBin(float(predicted / count), float(observed / count), int(count))
        for predicted, observed, count in zip(*sums, counts, strict=True)
        if count
    )
    error = sum(abs(one.predicted - one.observed) * one.count for one in bins) / len(said)
    return Reliability(float(error), brier_score(said, came), bins, binning)


def _checked(probabilities: ArrayLike, outcomes: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    said = np.asarray(probabilities, dtype=np.float64).ravel()
    came = np.asarray(outcomes, dtype=np.float64).ravel()
    if said.shape != came.shape:
        raise InvalidInputError(f"{len(said)} probabilities were given with {len(came)} outcomes: give one for each.")
    if not bool(((said >= 0) & (said <= 1)).all()):
        raise InvalidInputError("Probabilities lie between 0 and 1. Leave out what was not predicted.")
    if not bool(((came == 0) | (came == 1)).all()):
        raise InvalidInputError("Outcomes are 0 or 1: whether something came true.")
    return said, came
