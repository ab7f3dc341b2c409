"""Filters on movies as masks."""

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.errors import InvalidInputError
from core.views import Filters

__all__ = ["FilterMasks", "filter_mask", "tagged"]

_KEPT = 32
"""Masks that are remembered: a byte for each movie, each."""


class FilterMasks:
    """Filters as masks over one data set; those that several people ask for are computed once.

    Which movies alone may be listed and which ones never is somebody's own: it is not remembered.
    """

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._shared = lru_cache(maxsize=_KEPT)(lambda filters: filter_mask(dataset, filters))

    def __call__(self, filters: Filters) -> NDArray[np.bool_] | None:
        """Return which movies pass, or None when all do; see `filter_mask`."""
        own = filters.movie_ids is not None or filters.exclude_ids
        return filter_mask(self._dataset, filters) if own else self._shared(filters)


def filter_mask(dataset: Dataset, filters: Filters) -> NDArray[np.bool_] | None:
    """Return which movies pass the filters.

    Parameters
    ----------
    dataset : Dataset
    filters : Filters
        Movies without a known year pass no year filter.

    Returns
    -------
    ndarray of bool, shape (n_movies,), or None
        None when the filters admit every movie.

    Raises
    ------
    InvalidInputError
        For an unknown genre or tag, or a range whose ends are exchanged.
    UnknownIdError
        For a movie that the data set does not hold.
    """
    if filters == Filters():
        return None
    movies = dataset.movies
    if filters.year_min is not None and filters.year_max is not None and filters.year_min > filters.year_max:
        raise InvalidInputError(
            f"The year range {filters.year_min} to {filters.year_max} is empty: exchange its two ends."
        )
    mask = np.ones(len(movies), dtype=bool)
    try:
        if filters.genres:
            wanted = np.uint64(movies.genre_mask(filters.genres))
            shared = movies.genre_bits & wanted
            mask &= shared == wanted if filters.all_genres else shared != 0
        if filters.exclude_genres:
            mask &= (movies.genre_bits & np.uint64(movies.genre_mask(filters.exclude_genres))) == 0
    except KeyError as error:
        raise InvalidInputError(
            f"{error.args[0]!r} is no genre of {dataset.name}. Choose from: {', '.join(movies.genre_names)}."
        ) from error
    if filters.year_min is not None:
        mask &= movies.years >= filters.year_min
    if filters.year_max is not None:
        mask &= (movies.years <= filters.year_max) & (movies.years > 0)
    for tags, having in ((filters.tags, True), (filters.exclude_tags, False)):
        if tags:
            mask &= _tag_mask(dataset, tags, having=having)
    mask &= dataset.movie_counts >= filters.min_ratings
    if filters.max_ratings is not None:
        mask &= dataset.movie_counts <= filters.max_ratings
    if filters.movie_ids is not None:
        only = np.zeros(len(movies), dtype=bool)
        only[[dataset.movie_index(movie_id) for movie_id in filters.movie_ids]] = True
        mask &= only
    if filters.exclude_ids:
        mask[[dataset.movie_index(movie_id) for movie_id in filters.exclude_ids]] = False
    return mask


def tagged(dataset: Dataset, tag: str) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the movies that have a tag, and how often each was given it.

    Raises
    ------
    InvalidInputError
        For a tag that no movie has.
    """
    number = dataset.movies.tag_index(tag)
    if number is None:
        raise InvalidInputError(
            f"{tag!r} is no tag of {dataset.name}. `cinematch tags` and /api/v1/tags?q= find those there are."
        )
    return dataset.movies.tagged(number)


def _tag_mask(dataset: Dataset, tags: Iterable[str], *, having: bool) -> NDArray[np.bool_]:
    """Return which movies have at least one of the tags, or without `having` none of them."""
    mask = np.full(len(dataset.movies), not having)
    for tag in tags:
        mask[tagged(dataset, tag)[0]] = having
    return mask
