"""Lists of unlike films: maximal marginal relevance over genres."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset

__all__ = ["diversify", "genre_flags"]


def diversify(values: NDArray[np.float64], features: NDArray[Any], n: int, weight: float) -> NDArray[np.int64]:
    """Return the positions of `n` candidates by maximal marginal relevance.

    Carbonell and Goldstein (1998), The use of MMR, SIGIR '98: each next candidate has the highest
    ``(1 - w) value - w max(cosine to those chosen)``. Ties go to the earlier candidate.

    Parameters
    ----------
    values : ndarray of float64, shape (m,)
    features : ndarray of float, shape (m, d)
        Such as 0/1 genres.
    """
    if weight == 0:
        return np.argsort(-values, kind="stable")[:n]
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    unit = np.divide(features, lengths, out=np.zeros(features.shape), where=lengths > 0)
    nearest = np.zeros(len(values))
    free = np.ones(len(values), dtype=bool)
    chosen = []
    for _ in range(min(n, len(values))):
        worth = np.where(free, (1 - weight) * values - weight * nearest, -np.inf)
        best = int(worth.argmax())
        chosen.append(best)
        free[best] = False
        nearest = np.maximum(nearest, unit @ unit[best])
    return np.array(chosen, dtype=np.int64)


def genre_flags(dataset: Dataset, items: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return the genres of some movies as 0 and 1, float64 of shape (n_items, n_genres)."""
    shifts = np.arange(len(dataset.movies.genre_names), dtype=np.uint64)
    return ((dataset.movies.genre_bits[items, None] >> shifts) & np.uint64(1)).astype(np.float64)
