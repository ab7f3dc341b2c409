"""Counts and means computed once when a data set is built, so that no page has to scan ratings."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.movies import MovieTable

__all__ = ["compute_aggregates"]

_BLOCK = 1 << 20
_DAY = np.uint32(86_400)


def compute_aggregates(
    user_indptr: NDArray[np.int64],
    user_items: NDArray[np.int32],
    user_ratings: NDArray[np.uint8],
    user_times: NDArray[np.uint32],
    movies: MovieTable,
) -> dict[str, NDArray[Any]]:
    """Aggregate ratings given as compressed rows by user.

    Returns
    -------
    dict of ndarray
        ``movie_counts`` int32, ``movie_means`` float32 (stars, 0 where unrated), ``user_means`` float32,
        ``rating_histogram`` int64 of shape (10,) over 0.5, 1.0 ... 5.0 stars, ``month_numbers`` int32 (months
        since January 1970) with ``month_counts`` int64 and ``month_means`` float32, and per genre
        ``genre_movie_counts`` int64, ``genre_rating_counts`` int64 and ``genre_rating_means`` float32.
    """
    n_movies = len(movies)
    counts, sums = np.zeros(n_movies, dtype=np.int64), np.zeros(n_movies)
    histogram = np.zeros(11, dtype=np.int64)
    last_day = int(user_times.max()) // _DAY if len(user_times) else 0
    day_counts, day_sums = np.zeros(last_day + 1, dtype=np.int64), np.zeros(last_day + 1)
    for start in range(0, len(user_items), _BLOCK):
        span = slice(start, start + _BLOCK)
        items, ratings, days = user_items[span], user_ratings[span], (user_times[span] // _DAY).astype(np.int64)
        counts += np.bincount(items, minlength=n_movies)
        sums += np.bincount(items, weights=ratings, minlength=n_movies) / 2
        histogram += np.bincount(ratings, minlength=11)
        day_counts += np.bincount(days, minlength=last_day + 1)
        day_sums += np.bincount(days, weights=ratings, minlength=last_day + 1) / 2

    lengths = np.diff(user_indptr)
    user_sums = np.zeros(len(lengths))
    if len(user_ratings):
        # reduceat gives an empty segment its first element: only users with ratings are asked for.
        rated = lengths > 0
        user_sums[rated] = np.add.reduceat(user_ratings, user_indptr[:-1][rated], dtype=np.int64) / 2

    month_of_day = np.arange(last_day + 1).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    month_counts = np.bincount(month_of_day, weights=day_counts).astype(np.int64)
    month_sums = np.bincount(month_of_day, weights=day_sums)
    present = np.flatnonzero(month_counts)

    membership = movies.genre_matrix().astype(np.float64)
    genre_counts = membership.T @ counts
    genre_sums = membership.T @ sums
    return {
        "movie_counts": counts.astype(np.int32),
        "movie_means": _ratio(sums, counts),
        "user_means": _ratio(user_sums, lengths),
        "rating_histogram": histogram[1:],
        "month_numbers": present.astype(np.int32),
        "month_counts": month_counts[present],
        "month_means": _ratio(month_sums[present], month_counts[present]),
        "genre_movie_counts": membership.sum(axis=0).astype(np.int64),
        "genre_rating_counts": genre_counts.astype(np.int64),
        "genre_rating_means": _ratio(genre_sums, genre_counts),
    }


def _ratio(sums: NDArray[Any], counts: NDArray[Any]) -> NDArray[np.float32]:
    means = np.zeros(len(sums), dtype=np.float64)
    np.divide(sums, counts, out=means, where=counts > 0)
    return means.astype(np.float32)
