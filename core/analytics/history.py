"""What a user rated."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.views import RatedMovie

__all__ = ["history", "rated_movies", "rating_times"]


def history(dataset: Dataset, user: int, limit: int | None = None, offset: int = 0) -> list[RatedMovie]:
    """Return the ratings of a user (a dense index), the best first and among equals the most recent first."""
    span = slice(int(dataset.user_indptr[user]), int(dataset.user_indptr[user + 1]))
    items = dataset.user_items[span]
    ratings = dataset.user_ratings[span]
    times = dataset.user_times[span]
    order = np.lexsort((items, -times.astype(np.int64), -ratings.astype(np.int64)))
    rows = order[offset : None if limit is None else offset + limit]
    return rated_movies(dataset, items[rows], ratings[rows] / 2, times[rows])


def rated_movies(
    dataset: Dataset, items: NDArray[Any], ratings: NDArray[Any], times: NDArray[Any]
) -> list[RatedMovie]:
    """Return movies (dense indices) with their stars and the seconds since 1970, 0 where unknown."""
    movies = dataset.movies
    return [
        RatedMovie(
            movie_id=int(movies.ids[item]),
            title=movies.title(item),
            year=movies.year(item),
            genres=movies.genres(item),
            rating=rating,
            timestamp=time,
            source_id=movies.source_id(item),
        )
        for item, rating, time in zip(items.tolist(), ratings.tolist(), times.tolist(), strict=True)
    ]


def rating_times(dataset: Dataset, profile: Profile) -> NDArray[np.int64]:
    """Return when each film was rated, 0 for a visitor or where a stored profile was changed."""
    times = np.zeros(len(profile), dtype=np.int64)
    if profile.user is not None:
        span = slice(int(dataset.user_indptr[profile.user]), int(dataset.user_indptr[profile.user + 1]))
        stored = dataset.user_items[span]
        at = np.minimum(np.searchsorted(stored, profile.items), len(stored) - 1)
        times = np.where(stored[at] == profile.items, dataset.user_times[span][at].astype(np.int64), times)
    return times
