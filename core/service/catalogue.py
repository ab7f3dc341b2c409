"""The data set and its movies, as people meet them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from core.errors import InvalidIdError, UnknownIdError
from core.lists.first_films import rate_first
from core.views import DatasetView, MovieView

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.data.dataset import Dataset

__all__ = ["dataset_view", "first_films", "histogram", "knows_movie", "movie_view", "year_span"]

_NO_YEARS = (1900, 2000)
_FIRST = 40
_FIRST_CANDIDATES = 300
_MOST_RATINGS = 2_000_000
"""Up to so many ratings choosing films by what their answers tell takes a blink; beyond, the most rated are asked."""


def dataset_view(dataset: Dataset) -> DatasetView:
    """Return the data set in numbers."""
    low, high = dataset.rating_range
    return DatasetView(
        name=dataset.name,
        source=dataset.source,
        fingerprint=dataset.fingerprint,
        users=dataset.n_users,
        movies=dataset.n_movies,
        ratings=dataset.n_ratings,
        density=dataset.density,
        mean_rating=dataset.global_mean,
        rating_min=low,
        rating_max=high,
    )


@lru_cache(maxsize=2)
def year_span(dataset: Dataset) -> tuple[int, int]:
    """Return the first and the last year of release; without any known one, those of a century."""
    years = dataset.movies.years
    known = years[years > 0]
    return (int(known.min()), int(known.max())) if len(known) else _NO_YEARS


def knows_movie(dataset: Dataset, movie_id: int | str) -> bool:
    """Return whether the data set holds a movie."""
    try:
        dataset.movie_index(movie_id)
    except (UnknownIdError, InvalidIdError):
        return False
    return True


def movie_view(dataset: Dataset, item: int) -> MovieView:
    """Return a movie by its dense index."""
    movies = dataset.movies
    count = int(dataset.movie_counts[item])
    return MovieView(
        movie_id=int(movies.ids[item]),
        title=movies.title(item),
        year=movies.year(item),
        genres=movies.genres(item),
        rating_count=count,
        mean_rating=round(float(dataset.movie_means[item]), 3) if count else None,
        tags=[tag for tag, _ in movies.tags(item)],
        imdb_id=int(movies.imdb_ids[item]) or None,
        tmdb_id=int(movies.tmdb_ids[item]) or None,
        source_id=movies.source_id(item),
    )


def histogram(dataset: Dataset, item: int) -> NDArray[np.int64]:
    """Return how many people gave a movie 0.5, 1.0 ... 5.0 stars, int64 of shape (10,)."""
    span = slice(int(dataset.movie_indptr[item]), int(dataset.movie_indptr[item + 1]))
    return np.bincount(dataset.movie_ratings[span], minlength=11)[1:].astype(np.int64)


@lru_cache(maxsize=2)
def first_films(dataset: Dataset) -> tuple[int, ...]:
    """Return what to ask a newcomer, by movie id: those first whose ratings say most about everything else."""
    if dataset.n_ratings <= _MOST_RATINGS:
        chosen = rate_first(dataset, _FIRST, candidates=_FIRST_CANDIDATES)
    else:
        chosen = np.argsort(-dataset.movie_counts, kind="stable")[:_FIRST].astype(np.int32)
    return tuple(int(dataset.movies.ids[item]) for item in chosen)
