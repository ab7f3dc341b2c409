"""How close every film is to tags and films that somebody names."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.errors import InvalidInputError
from core.lists.similar import SimilarFilms
from core.views import Near

__all__ = ["nearness"]

_OF_A_TAG = 3
"""Films that stand for a tag: those it was given most often, the most rated first."""
_KEPT = 32


@lru_cache(maxsize=2)
def _films_of(dataset: Dataset) -> SimilarFilms:
    """Return the likeness of a data set's films, its counts made once for all who ask."""
    return SimilarFilms(dataset)


def nearness(dataset: Dataset, near: Near) -> NDArray[np.float32] | None:
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
    parts = [_to_film(dataset, dataset.movie_index(movie)) for movie in near.movie_ids]
    parts += [_to_tag(dataset, tag.strip().lower()) for tag in near.tags]
    return np.stack(parts).mean(axis=0) if parts else None


@lru_cache(maxsize=_KEPT)
def _to_film(dataset: Dataset, item: int) -> NDArray[np.float32]:
    return np.nan_to_num(_films_of(dataset).likeness(item))


@lru_cache(maxsize=_KEPT)
def _to_tag(dataset: Dataset, tag: str) -> NDArray[np.float32]:
    number = dataset.movies.tag_index(tag)
    if number is None:
        raise InvalidInputError(
            f"{tag!r} is no tag of {dataset.name}. `cinematch tags` and /api/v1/tags?q= find those there are."
        )
    movies, counts = dataset.movies.tagged(number)
    first = movies[np.lexsort((movies, -dataset.movie_counts[movies], -counts))][:_OF_A_TAG]
    near: NDArray[np.float32] = np.stack([_to_film(dataset, int(item)) for item in first]).mean(axis=0)
    near[movies] += 1
    return near
