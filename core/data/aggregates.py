"""Counts and means computed once when a data set is built, so that no page has to scan ratings."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.movies import MovieTable

__all__ = ["compute_aggregates"]


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
    counts = np.bincount(user_items, minlength=n_movies)
    sums = np.bincount(user_items, weights=user_ratings, minlength=n_movies) / 2
    lengths = np.diff(user_indptr)
    running = np.zeros(len(user_ratings) + 1, dtype=np.int64)
    np.cumsum(user_ratings, out=running[1:])
    user_sums = (running[user_indptr[1:]] - running[user_indptr[:-1]]) / 2

    months = _month_numbers(user_times)
    first = int(months.min()) if len(months) else 0
    month_counts = np.bincount(months - first)
    month_sums = np.bincount(months - first, weights=user_ratings) / 2
    present = np.flatnonzero(month_counts)

    membership = movies.genre_matrix().astype(np.float64)
    genre_counts = membership.T @ counts
    genre_sums = membership.T @ sums
    return {
        "movie_counts": counts.astype(np.int32),
        "movie_means": _ratio(sums, counts),
        "user_means": _ratio(user_sums, lengths),
        "rating_histogram": np.bincount(user_ratings, minlength=11)[1:11].astype(np.int64),
        "month_numbers": (present + first).astype(np.int32),
        "month_counts": month_counts[present].astype(np.int64),
        "month_means": _ratio(month_sums[present], month_counts[present]),
        "genre_movie_counts": membership.sum(axis=0).astype(np.int64),
        "genre_rating_counts": genre_counts.astype(np.int64),
        "genre_rating_means": _ratio(genre_sums, genre_counts),
    }


def _ratio(sums: NDArray[Any], counts: NDArray[Any]) -> NDArray[np.float32]:
    means = np.zeros(len(sums), dtype=np.float64)
    np.divide(sums, counts, out=means, where=counts > 0)
    return means.astype(np.float32)


def _month_numbers(times: NDArray[np.uint32], block: int = 1 << 22) -> NDArray[np.int32]:
    months = np.empty(len(times), dtype=np.int32)
    for start in range(0, len(times), block):
        seconds = times[start : start + block].astype("datetime64[s]")
        months[start : start + block] = seconds.astype("datetime64[M]").astype(np.int32)
    return months
