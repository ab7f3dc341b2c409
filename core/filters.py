"""Filters on movies as masks."""

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.errors import InvalidInputError
from core.views import Filters

__all__ = ["filter_mask"]


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
        For an unknown genre or a range whose ends are exchanged.
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
            mask &= (movies.genre_bits & np.uint64(movies.genre_mask(filters.genres))) != 0
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
    if filters.min_ratings > 0:
        mask &= dataset.movie_counts >= filters.min_ratings
    return mask
