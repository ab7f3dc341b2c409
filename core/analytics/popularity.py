"""How unevenly ratings fall on movies."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.data.dataset import Dataset

__all__ = ["gini", "log_histogram", "popularity_curve"]


def gini(counts: ArrayLike) -> float:
    """Return the Gini coefficient: 0 when all counts are equal, towards 1 when one has everything.

    Notes
    -----
    G = sum((2 i - n - 1) x_i) / (n sum(x)), x ascending, i from 1 (Gini 1912, in the form of Sen 1973).
    """
    ordered = np.sort(np.asarray(counts, dtype=np.float64))
    total = float(ordered.sum())
    if total <= 0:
        return 0.0
    ranks = np.arange(1, len(ordered) + 1)
    return float(((2 * ranks - len(ordered) - 1) * ordered).sum() / (len(ordered) * total))


def popularity_curve(dataset: Dataset, points: int = 101) -> dict[str, Any]:
    """Return the Lorenz curve of ratings over rated movies, and where the long tail begins.

    Returns
    -------
    dict
        ``share_of_movies`` and ``share_of_ratings``: lists of `points` values from 0 to 1, the least rated
        movies first (Lorenz 1905). ``gini``. ``top_1_percent`` and ``top_10_percent``: share of all ratings
        that the most rated movies have. ``half_of_ratings``: how many movies have half of the ratings together.
        ``rated_once``: how many movies have a single rating. ``rank`` and ``count``: ratings by popularity rank
        at logarithmically spaced ranks.
    """
    counts = np.sort(np.asarray(dataset.movie_counts[dataset.movie_counts > 0], dtype=np.int64))
    shares = np.linspace(0, 1, points)
    if not len(counts):
        return {
            "share_of_movies": [round(float(share), 4) for share in shares],
            "share_of_ratings": [0.0] * points,
            "gini": 0.0,
            "top_1_percent": 0.0,
            "top_10_percent": 0.0,
            "half_of_ratings": 0,
            "rated_once": 0,
            "rank": [],
            "count": [],
        }
    running = np.concatenate([[0], np.cumsum(counts)]) / counts.sum()
    lorenz = np.interp(shares, np.linspace(0, 1, len(running)), running)
    descending = counts[::-1]
    ranks = np.unique(np.rint(np.geomspace(1, len(counts), 60)).astype(np.int64))
    return {
        "share_of_movies": [round(float(share), 4) for share in shares],
        "share_of_ratings": [round(float(share), 6) for share in lorenz],
        "gini": round(gini(counts), 4),
        "top_1_percent": _top_share(descending, 0.01),
        "top_10_percent": _top_share(descending, 0.10),
        "half_of_ratings": int(np.searchsorted(np.cumsum(descending), counts.sum() / 2)) + 1,
        "rated_once": int((counts == 1).sum()),
        "rank": ranks.tolist(),
        "count": descending[ranks - 1].tolist(),
    }


def _top_share(descending: NDArray[np.int64], share: float) -> float:
    head = max(1, round(len(descending) * share))
    return round(float(descending[:head].sum() / descending.sum()), 4)


def log_histogram(counts: ArrayLike) -> dict[str, list[Any]]:
    """Return a histogram of counts over bins that double: 0, 1, 2, 3-4, 5-8, 9-16 ...

    Returns
    -------
    dict
        Columns ``low``, ``high`` (both inclusive) and ``count``, from the first to the last bin that is not empty.
    """
    values = np.asarray(counts, dtype=np.int64)
    if not len(values):
        return {"low": [], "high": [], "count": []}
    # Bin 0 holds 0, bin 1 holds 1, bin b holds 2 ** (b - 2) + 1 to 2 ** (b - 1).
    bins = np.where(values > 0, np.ceil(np.log2(np.maximum(values, 1))).astype(np.int64) + 1, 0)
    sizes = np.bincount(bins)
    first = int(np.flatnonzero(sizes)[0])
    numbers = range(first, len(sizes))
    return {
        "low": [number if number < 2 else 2 ** (number - 2) + 1 for number in numbers],
        "high": [number if number < 2 else 2 ** (number - 1) for number in numbers],
        "count": [int(sizes[number]) for number in numbers],
    }
