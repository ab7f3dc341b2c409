"""Sums over pairs of movies, tile by tile: each task has some rows of the matrix and sees whoever rated their movies.

A blocked join: the rows of users are sent to the tiles of the movies that they rated, in the order of users, and
added up there. No partial sums are sent, memory is that of a tile, and what is added up in which order is the same
wherever it runs and however often a task is tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.errors import ConfigurationError

if TYPE_CHECKING:
    from pyspark import RDD, SparkContext

__all__ = ["Rows", "Tile", "one_by_one", "rows_per_tile", "tiled"]

Made = TypeVar("Made")
_TILE_MB = 64
_TILE_SETTING = "spark.cinematch.tileMB"
"""Of Spark's configuration: larger tiles take more memory of each task, and fewer rows are sent twice."""


@dataclass(slots=True)
class Rows:
    """Users' rows over the columns of a matrix of pairs.

    Attributes
    ----------
    number : int
        The block's place in the order of users.
    indptr : ndarray of int64, shape (n_users + 1,)
    columns : ndarray of int32
    values : ndarray or None
        As many as columns.
    shares : ndarray or None
        One for each user.
    """

    number: int
    indptr: NDArray[np.int64]
    columns: NDArray[np.int32]
    values: NDArray[Any] | None = None
    shares: NDArray[Any] | None = None

    def part(self, users: NDArray[np.intp]) -> Rows:
        """Return the rows of some users."""
        lengths = np.diff(self.indptr)[users]
        indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        places = np.arange(indptr[-1]) + np.repeat(self.indptr[:-1][users] - indptr[:-1], lengths)
        return Rows(
            self.number,
            indptr,
            self.columns[places],
            None if self.values is None else self.values[places],
            None if self.shares is None else self.shares[users],
        )


@dataclass(frozen=True)
class Tile:
    """Rows `first` to `last` of a matrix of pairs."""

    first: int
    last: int

    def __len__(self) -> int:
        return self.last - self.first


def one_by_one(made: RDD[Made]) -> Iterator[Made]:
    """Yield what was made once all of it is, with one partition at a time on the driver."""
    from pyspark import StorageLevel

    kept = made.persist(StorageLevel.MEMORY_AND_DISK)
    # An iterator alone would have one partition made after the other.
    kept.count()
    yield from kept.toLocalIterator(prefetchPartitions=True)
    kept.unpersist()


def rows_per_tile(context: SparkContext, n_columns: int, bytes_per_pair: int) -> int:
    """Return how many rows make a tile of the size that is set.

    Raises
    ------
    ConfigurationError
        For a size that is no positive number.
    """
    told = context.getConf().get(_TILE_SETTING, str(_TILE_MB))
    if not told.isdecimal() or not int(told):
        raise ConfigurationError(f"{_TILE_SETTING} is a whole number of megabytes above 0, not {told!r}.")
    return max(1, min(n_columns, (int(told) << 20) // (n_columns * bytes_per_pair)))


def tiled(rows: RDD[Rows], n_columns: int, height: int, make: Callable[..., Made], *shared: Any) -> RDD[Made]:
    """Return what ``make(tile, rows, *shared)`` makes of every tile that somebody has an entry in.

    Parameters
    ----------
    rows : RDD of Rows
    height : int
        Rows of a tile.
    make : callable
        A function of a module. It gets the rows of all users with an entry in the tile's columns, in the order of
        users, as an iterator that can be gone through once.
    *shared : object
        Values that all tiles need.
    """
    count = -(-n_columns // height)
    sent = rows.context.broadcast(shared)
    pieces = rows.flatMap(partial(_pieces, height=height, n_tiles=count))
    # Parts of a half-sorted shuffle are merged from disk: an executor never holds more than its worker's memory.
    sorted_ = pieces.repartitionAndSortWithinPartitions(count, _tile_of)
    return sorted_.mapPartitions(
        lambda part: _made(part, n_columns, height, make, sent.value), preservesPartitioning=True
    )


def _tile_of(key: tuple[int, int]) -> int:
    return key[0]


def _pieces(rows: Rows, height: int, n_tiles: int) -> Iterator[tuple[tuple[int, int], Rows]]:
    users = np.repeat(np.arange(len(rows.indptr) - 1), np.diff(rows.indptr))
    wanted = np.unique((rows.columns // height).astype(np.int64) * len(rows.indptr) + users)
    tiles, owners = wanted // len(rows.indptr), wanted % len(rows.indptr)
    bounds = np.searchsorted(tiles, np.arange(n_tiles + 1))
    for tile in range(n_tiles):
        chosen = owners[bounds[tile] : bounds[tile + 1]]
        if len(chosen):
            yield (tile, rows.number), rows.part(chosen)


def _made(
    part: Iterable[tuple[tuple[int, int], Rows]],
    n_columns: int,
    height: int,
    make: Callable[..., Made],
    shared: tuple[Any, ...],
) -> Iterator[Made]:
    for number, pieces in groupby(part, key=lambda piece: piece[0][0]):
        tile = Tile(number * height, min((number + 1) * height, n_columns))
        yield make(tile, (rows for _, rows in pieces), *shared)
