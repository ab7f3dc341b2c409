"""Which genres go together, in films and in people's tastes."""

from functools import lru_cache
from typing import Any

import numpy as np

from core.data.dataset import Dataset

__all__ = ["genre_cooccurrence"]


@lru_cache(maxsize=2)
def genre_cooccurrence(dataset: Dataset) -> dict[str, Any]:
    """Return how often two genres stand on the same film.

    Returns
    -------
    dict
        ``genres``: names, the most frequent first, without those that no film has. ``counts``: films that have
        both, a square list of lists whose diagonal is the genre's own films. ``jaccard``: films with both
        divided by films with either, 0 to 1. ``lift``: how many times more often than if genres were drawn
        independently. Computed once per process; do not change it.
    """
    membership = dataset.movies.genre_matrix().astype(np.float64)
    sizes = membership.sum(axis=0)
    order = [int(bit) for bit in np.argsort(-sizes, kind="stable") if sizes[bit] > 0]
    chosen = membership[:, order]
    both = chosen.T @ chosen
    own = np.diag(both)
    either = own[:, None] + own[None, :] - both
    expected = own[:, None] * own[None, :] / max(len(membership), 1)
    return {
        "genres": [dataset.movies.genre_names[bit] for bit in order],
        "counts": both.astype(np.int64).tolist(),
        "jaccard": np.round(both / np.maximum(either, 1), 4).tolist(),
        "lift": np.round(both / np.maximum(expected, 1e-12), 3).tolist(),
    }
