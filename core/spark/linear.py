"""The linear models between movies (`ease`, `slist`): their Gram matrices from Spark, solved on the driver.

What does not fit one machine are the ratings; the matrices are bounded by `max_movies`, 400 MB each at 10,000.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from core.data.compress import narrow
from core.data.user_rows import UserRows
from core.progress import Progress
from core.recommenders.ease import EASE
from core.recommenders.parts.linear_rows import gram_adder
from core.recommenders.parts.trend import Trend
from core.recommenders.slist import SLIST, Sequences
from core.spark.baseline import Movies, fitted_users
from core.spark.ratings import SparkRatings
from core.spark.tiles import Rows, Tile, one_by_one, rows_per_tile, tiled

__all__ = ["fit_ease", "fit_slist"]


def fit_ease(model: EASE, ratings: SparkRatings, movies: Movies, progress: Progress) -> dict[str, NDArray[Any]]:
    """Return the arrays of `EASE`, those of one machine up to rounding."""
    data, chosen = ratings.dataset, model.chosen(ratings.dataset)
    n = len(chosen)
    rows = ratings.map(_scaled, movies, model.config, data.movie_counts, chosen)
    gram = np.zeros((n, n), dtype=np.float32)
    for tile, part in one_by_one(tiled(rows, n, rows_per_tile(rows.context, n, 4), _gram, n)):
        gram[tile.first : tile.last] = part
        progress(0.4 * tile.last / n, "counting what is watched together")
    kept = model.from_gram(data, chosen, gram, progress)
    return {**kept, **movies.baseline.arrays()}


def fit_slist(model: SLIST, ratings: SparkRatings, movies: Movies, progress: Progress) -> dict[str, NDArray[Any]]:
    """Return the arrays of `SLIST`, those of one machine up to rounding."""
    data, chosen = ratings.dataset, model.chosen(ratings.dataset)
    n = len(chosen)
    rows = ratings.map(_sequences, model.config, data.n_movies, chosen)
    gram, onward = np.zeros((n, n), dtype=np.float32), np.zeros((n, n), dtype=np.float32)
    made = tiled(rows, n, rows_per_tile(rows.context, n, 12), _followed, model.config, n)
    for tile, together, following, next_ in one_by_one(made):
        span = slice(tile.first, tile.last)
        gram[span] = together + following
        onward[span] += next_
        # What is watched together is told for the upper triangle, the diagonal included, and counts in both.
        onward[span] += together
        together[np.arange(len(tile)), np.arange(tile.first, tile.last)] = 0
        onward[:, span] += together.T
        progress(0.5 * tile.last / n, "counting what follows what")
    kept = model.from_sums(data, chosen, gram, onward, progress)
    trend = _trend(model, ratings, chosen)
    return {**kept, **trend.arrays("trend"), **movies.baseline.arrays()}


def _scaled(
    block: UserRows, movies: Movies, config: Any, counts: NDArray[np.int32], chosen: NDArray[np.int32]
) -> Rows:
    scaled = EASE(config).scaled_ratings(block, fitted_users(block, movies), counts, chosen)
    return Rows(block.first_user, scaled.indptr.astype(np.int64), scaled.indices, scaled.data)


def _gram(tile: Tile, pieces: Iterator[Rows], n: int) -> tuple[Tile, NDArray[np.float32]]:
    gram = np.zeros((len(tile), n), dtype=np.float32)
    for rows in pieces:
        shape = (len(rows.indptr) - 1, n)
        values = np.asarray(rows.values, dtype=np.float32)
        matrix: sparse.csr_array = sparse.csr_array((values, rows.columns, narrow(rows.indptr)), shape=shape)
        gram_adder(matrix)(tile.first, tile.last, gram)
    return tile, gram


def _sequences(block: UserRows, config: Any, n_movies: int, chosen: NDArray[np.int32]) -> Rows:
    indptr, columns, ordered, share = SLIST(config).sequences(block, n_movies, chosen, block.first_user)
    return Rows(block.first_user, indptr, columns, ordered, share)


def _followed(
    tile: Tile, pieces: Iterator[Rows], config: Any, n: int
) -> tuple[Tile, NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    model = SLIST(config)
    together, following, onward = np.zeros((3, len(tile), n), dtype=np.float32)
    for rows in pieces:
        assert rows.values is not None  # noqa: S101
        assert rows.shares is not None  # noqa: S101
        sequences = Sequences(rows.indptr, rows.columns, rows.values, rows.shares)
        if model.config.together:
            gram_adder(model.together(sequences, n))(tile.first, tile.last, together)
        model.add_following(sequences, following, onward, tile.first)
    return tile, together, following, onward


def _trend(model: SLIST, ratings: SparkRatings, chosen: NDArray[np.int32]) -> Trend:
    power = model.config.trend
    found = [period for period in ratings.map(_period).collect() if period is not None]
    if not power or not found:
        return Trend.unknown(chosen)
    period = min(first for first, _ in found), max(last for _, last in found)
    (counted,) = ratings.sums(_rated, ratings.dataset.n_movies, chosen, period)
    return Trend.of_counts(chosen, period[0], counted, power)


def _period(block: UserRows) -> tuple[int, int] | None:
    return Trend.period(block.user_times)


def _rated(
    block: UserRows, n_movies: int, chosen: NDArray[np.int32], period: tuple[int, int]
) -> tuple[NDArray[np.uint32]]:
    return (Trend.counted(block, n_movies, chosen, period),)
