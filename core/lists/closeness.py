"""How close every film is to tags and films that somebody names."""

from collections.abc import Callable
from functools import lru_cache, partial
from weakref import WeakKeyDictionary, proxy

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.lists.filters import tagged
from core.lists.similar import SimilarFilms
from core.views import Near

__all__ = ["nearness"]

_OF_A_TAG = 3
"""Films that stand for a tag: those it was given most often, the most rated first."""
_KEPT = 32
Values = NDArray[np.float32]


class _Named:
    """What the films and tags of one data set are near to; holds it weakly, so that a replaced one goes."""

    def __init__(self, dataset: Dataset) -> None:
        held = proxy(dataset)
        self.to_film = lru_cache(maxsize=_KEPT)(partial(_to_film, SimilarFilms(held)))
        self.to_tag = lru_cache(maxsize=_KEPT)(partial(_to_tag, held, self.to_film))


_NAMED: WeakKeyDictionary[Dataset, _Named] = WeakKeyDictionary()


def nearness(dataset: Dataset, near: Near) -> Values | None:
    """Return how close every film is to what is named, float32 of shape (n_movies,); None where nothing is.

    The mean over the named things. To a film as `core.lists.similar` says; to a tag the mean likeness to the films
    that were given it most often, and one more for those that bear it themselves.

    Raises
    ------
    InvalidInputError
        For a tag that no film has.
    UnknownIdError
        For a movie that the data set does not hold.
    """
    if not near.named:
        return None
    named = _NAMED.get(dataset) or _NAMED.setdefault(dataset, _Named(dataset))
    parts = [named.to_film(dataset.movie_index(movie)) for movie in near.movie_ids]
    parts += [named.to_tag(tag.strip().lower()) for tag in near.tags]
    mean: Values = np.stack(parts).mean(axis=0)
    return mean


def _to_film(films: SimilarFilms, item: int) -> Values:
    return np.nan_to_num(films.likeness(item))


def _to_tag(dataset: Dataset, to_film: Callable[[int], Values], tag: str) -> Values:
    movies, counts = tagged(dataset, tag)
    first = movies[np.lexsort((movies, -dataset.movie_counts[movies], -counts))][:_OF_A_TAG]
    near: Values = np.stack([to_film(int(item)) for item in first]).mean(axis=0)
    near[movies] += 1
    return near
