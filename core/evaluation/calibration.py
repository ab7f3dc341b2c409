"""Whether probabilities are what they say: of all that is said to be 80% likely, eight in ten come true."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "ReliabilityBin",
    "brier_score",
    "expected_by_chance",
    "expected_calibration_error",
    "reliability_bins",
]

_Z = 1.959964
_DRAWS = 100


@dataclass(frozen=True)
class ReliabilityBin:
    """What came true of what was said to be about equally likely.

    Attributes
    ----------
    predicted, observed : float
        Mean probability, and the share that came true.
    count : int
    low, high : float
        Of the 95% interval of `observed` (Wilson 1927).
    """

    predicted: float
    observed: float
    count: int
    low: float
    high: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


def brier_score(probabilities: NDArray[np.float64], outcomes: NDArray[Any]) -> float:
    """Return the mean squared distance of probabilities and outcomes (Brier 1950); NaN without any."""
    return float(np.mean((probabilities - outcomes) ** 2)) if len(probabilities) else float("nan")


def expected_calibration_error(probabilities: NDArray[np.float64], outcomes: NDArray[Any], bins: int = 10) -> float:
    """Return the expected calibration error of Naeini, Cooper and Hauskrecht (AAAI 2015).

    The mean over equally wide bins of the distance between mean probability and share of outcomes, weighted by count.

    Parameters
    ----------
    probabilities : ndarray of float, shape (n,)
        Between 0 and 1.
    outcomes : ndarray of bool or 0 and 1, shape (n,)
    bins : int

    Returns
    -------
    float
        NaN without any probability.
    """
    if not len(probabilities):
        return float("nan")
    _, said, true = _binned(probabilities, outcomes, bins)
    return float(np.abs(said - true).sum() / len(probabilities))


def expected_by_chance(probabilities: NDArray[np.float64], bins: int = 10, seed: int = 0) -> float:
    """Return the expected calibration error that so many outcomes show when every probability is exactly right.

    With few outcomes a bin misses its mean by chance alone: an error no larger than this is none that was measured.
    """
    if not len(probabilities):
        return float("nan")
    rng = np.random.default_rng(seed)
    drawn = (rng.random(len(probabilities)) < probabilities for _ in range(_DRAWS))
    return float(np.mean([expected_calibration_error(probabilities, outcomes, bins) for outcomes in drawn]))


def reliability_bins(
    probabilities: NDArray[np.float64], outcomes: NDArray[Any], bins: int = 10
) -> list[ReliabilityBin]:
    """Return the points of a reliability diagram, ascending; bins without any probability are left out."""
    counts, said, true = _binned(probabilities, outcomes, bins)
    found = []
    for count, total, came_true in zip(counts.tolist(), said.tolist(), true.tolist(), strict=True):
        if count:
            low, high = _wilson(came_true / count, count)
            found.append(ReliabilityBin(total / count, came_true / count, int(count), low, high))
    return found


def _binned(
    probabilities: NDArray[np.float64], outcomes: NDArray[Any], bins: int
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return count, sum of probabilities and sum of outcomes of equally wide bins."""
    where = np.minimum((np.asarray(probabilities) * bins).astype(np.int64), bins - 1)
    said: NDArray[np.float64] = np.bincount(where, weights=probabilities, minlength=bins).astype(np.float64)
    true = np.bincount(where, weights=np.asarray(outcomes, dtype=np.float64), minlength=bins).astype(np.float64)
    return np.bincount(where, minlength=bins).astype(np.int64), said, true


def _wilson(share: float, count: int) -> tuple[float, float]:
    middle = (share + _Z**2 / (2 * count)) / (1 + _Z**2 / count)
    half = _Z / (1 + _Z**2 / count) * float(np.sqrt(share * (1 - share) / count + _Z**2 / (4 * count**2)))
    return max(middle - half, 0.0), min(middle + half, 1.0)
