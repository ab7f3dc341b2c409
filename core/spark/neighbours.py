"""Nearest movies of every movie (`item_knn`), compared tile by tile on Spark."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.user_rows import UserRows
from core.progress import Progress
from core.recommenders.item_knn import ItemKNN, Neighbours
from core.recommenders.parts.residuals import quantised
from core.spark.baseline import Movies, fitted_users
from core.spark.ratings import SparkRatings
from core.spark.tiles import Rows, Tile, one_by_one, rows_per_tile, tiled

__all__ = ["fit_neighbours"]


def fit_neighbours(
    model: ItemKNN, ratings: SparkRatings, movies: Movies, progress: Progress
) -> dict[str, NDArray[Any]]:
    """Return the arrays of `ItemKNN`; every sum is of whole numbers, so that they are those of one machine."""
    counts, n = ratings.dataset.movie_counts, ratings.dataset.n_movies
    progress(0.1, "subtracting the baseline")
    rows = ratings.map(_residuals, movies).persist()
    squares = rows.map(partial(_squares, n_movies=n)).treeReduce(np.add)
    measures = model.measures(counts, squares)
    height = rows_per_tile(rows.context, n, 8)
    progress(0.3, "comparing films")
    compared = tiled(rows, n, height, _compared, model.config, n, measures)
    watched, rated = (nearest.found() for nearest in model.no_neighbours(n, n))
    for tile, *found in one_by_one(compared):
        for whole, part in zip((*watched, *rated), (*found[0], *found[1]), strict=True):
            whole[tile.first : tile.last] = part
        progress(0.8 + 0.2 * tile.last / n, "comparing films")
    rows.unpersist()
    return {**model.kept(counts, watched, rated), **movies.baseline.arrays()}


def _squares(rows: Rows, n_movies: int) -> NDArray[np.int64]:
    """Return the sums of squares of a block's residuals by movie."""
    squares = np.asarray(rows.values, dtype=np.float64) ** 2
    return np.bincount(rows.columns, squares, minlength=n_movies).astype(np.int64)


def _residuals(block: UserRows, movies: Movies) -> Rows:
    left = fitted_users(block, movies).bias_residuals(block)
    return Rows(block.first_user, block.user_indptr, block.user_items, quantised(left))


def _compared(
    tile: Tile, pieces: Iterator[Rows], config: Any, n_movies: int, measures: tuple[Any, ...]
) -> tuple[Tile, Neighbours, Neighbours]:
    from core.recommenders.kernels.neighbours_by_tile import add_pairs, nearest

    sums = np.zeros((len(tile), n_movies), dtype=np.int64)
    for rows in pieces:
        add_pairs(tile.first, rows.indptr, rows.columns, rows.values, sums)
    watched, rated = ItemKNN(config).no_neighbours(len(tile), n_movies)
    nearest(tile.first, sums, *measures, *watched, *rated)
    return tile, watched.found(), rated.found()
