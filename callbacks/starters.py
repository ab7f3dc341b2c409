"""Films that a newcomer is asked to rate before anything is typed."""

from functools import lru_cache

import numpy as np

from core.data.dataset import Dataset
from core.lists.first_films import rate_first

__all__ = ["starting_films"]

_COUNT = 40
_CANDIDATES = 300
_MOST_RATINGS = 2_000_000
"""Up to so many ratings choosing films by what their answers tell takes a blink; beyond, the most rated are asked."""


@lru_cache(maxsize=2)
def starting_films(dataset: Dataset) -> tuple[int, ...]:
    """Return movie ids, those first whose ratings say most about everything else; once per process."""
    if dataset.n_ratings <= _MOST_RATINGS:
        chosen = rate_first(dataset, _COUNT, candidates=_CANDIDATES)
    else:
        chosen = np.argsort(-dataset.movie_counts, kind="stable")[:_COUNT].astype(np.int32)
    return tuple(int(dataset.movies.ids[item]) for item in chosen)
