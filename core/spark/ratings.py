"""The ratings of a data set on Spark: blocks of users, each in compressed rows as one machine has them all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.data.user_rows import UserRows, user_rows
from core.errors import DataError
from core.spark.reading import EXPORT_AGAIN, exported, read_by_all

if TYPE_CHECKING:
    from pyspark import RDD
    from pyspark.sql import SparkSession

    from core.data.dataset import Dataset

__all__ = ["SparkRatings", "from_dataset", "from_parquet"]

Result = TypeVar("Result")
Sums = tuple[NDArray[Any], ...]
_RATINGS_PER_BLOCK = 2_000_000
_TREE_DEPTH = 4
"""Of sums over blocks: the driver is sent five at most, however many blocks there are."""
_BLOCK_COLUMNS = "first_user int, ids binary, indptr binary, items binary, half_stars binary, times binary"


@dataclass(frozen=True, eq=False)
class SparkRatings:
    """All ratings of a data set.

    Attributes
    ----------
    spark : SparkSession
    dataset : Dataset
        The same on the driver, of which only what belongs to movies is read, and the users' numbers of ratings.
    blocks : RDD of UserRows
        Kept by the executors from their first use on.
    """

    spark: SparkSession
    dataset: Dataset
    blocks: RDD[UserRows]

    def map(self, ask: Callable[..., Result], *shared: Any) -> RDD[Result]:
        """Return what ``ask(block, *values)`` makes of every block.

        Parameters
        ----------
        ask : callable
            A function of a module, which the workers import by its name.
        *shared : object
            Values that all blocks need: each executor gets them once.
        """
        sent = self.spark.sparkContext.broadcast(shared)
        return self.blocks.map(lambda block: ask(block, *sent.value))

    def sums(self, ask: Callable[..., Sums], *shared: Any) -> Sums:
        """Return the sums over all blocks of the arrays that ``ask(block, *shared)`` returns."""
        sent = self.spark.sparkContext.broadcast(shared)
        try:
            return self.blocks.map(lambda block: ask(block, *sent.value)).treeReduce(_added_up, _TREE_DEPTH)
        finally:
            # Directions are as large as their sums, and each pass has others.
            sent.destroy()

    def forget(self) -> None:
        """Let the executors drop the blocks."""
        self.blocks.unpersist()


def _added_up(one: Sums, other: Sums) -> Sums:
    """Return the sums of arrays, place by place."""
    return tuple(left + right for left, right in zip(one, other, strict=True))


def from_dataset(spark: SparkSession, dataset: Dataset) -> SparkRatings:
    """Send the ratings of a data set in memory to Spark: for parts that are held by the driver anyway."""
    size = _users_per_block(spark, dataset)
    starts = range(0, dataset.n_users, size)
    blocks = [user_rows(dataset, first, min(first + size, dataset.n_users)) for first in starts]
    return _kept(spark, dataset, spark.sparkContext.parallelize(blocks, len(blocks)))


def from_parquet(spark: SparkSession, place: str, dataset: Dataset) -> SparkRatings:
    """Read what `core.data.parquet.export_parquet` wrote of this data set, in whatever order its rows are.

    Parameters
    ----------
    place : str
        A path or URL: `core.spark.reading` says who reads it.

    Raises
    ------
    DataError
        When there is no complete export, or one of other ratings, or where workers cannot read it.
    """
    from pyspark.sql import functions as f

    with read_by_all(place):
        told, frame = exported(spark, place)
    if told["fingerprint"] != dataset.fingerprint:
        raise DataError(
            f"The export at {place} is of {told.get('name')} ({told['fingerprint'][:12]}), not of {dataset.name} as "
            f"it is installed ({dataset.fingerprint[:12]}). {EXPORT_AGAIN}"
        )
    size = _users_per_block(spark, dataset)
    count = -(-dataset.n_users // size)
    block = f.floor(frame["user_index"] / size).cast("int")
    packed = frame.repartitionById(count, block).mapInArrow(
        _Packing(size, dataset.n_users, dataset.n_movies), _BLOCK_COLUMNS
    )
    ratings = _kept(spark, dataset, packed.rdd.map(_unpacked))
    _check_arrived(ratings, place)
    return ratings


def _check_arrived(ratings: SparkRatings, place: str) -> None:
    """Compare what was read with what the driver knows of movies: files of another export count as well."""
    data = ratings.dataset
    none = np.zeros(data.n_movies + len(data.rating_histogram), dtype=np.int64)
    with read_by_all(place):
        found = ratings.map(_told, data.n_movies).treeAggregate(none, np.add, np.add, _TREE_DEPTH)
    counts, histogram = found[: data.n_movies], found[data.n_movies :]
    if histogram.sum() != data.n_ratings:
        raise DataError(
            f"The export at {place} holds {histogram.sum():,} ratings and should hold {data.n_ratings:,}. "
            f"{EXPORT_AGAIN}"
        )
    if not (np.array_equal(counts, data.movie_counts) and np.array_equal(histogram, data.rating_histogram)):
        raise DataError(
            f"The export at {place} holds other ratings than its manifest says: files of two exports lie there. "
            f"{EXPORT_AGAIN}"
        )


def _kept(spark: SparkSession, dataset: Dataset, blocks: RDD[UserRows]) -> SparkRatings:
    from pyspark import StorageLevel

    # Gone through a dozen times and more: what does not fit the executors' memory goes to their disks.
    return SparkRatings(spark, dataset, blocks.persist(StorageLevel.MEMORY_AND_DISK))


def _users_per_block(spark: SparkSession, dataset: Dataset) -> int:
    """Return how many users make blocks of a handy size, two for each processor at least."""
    blocks = max(-(-dataset.n_ratings // _RATINGS_PER_BLOCK), 2 * spark.sparkContext.defaultParallelism)
    return -(-dataset.n_users // blocks)


@dataclass(frozen=True)
class _Packing:
    """Makes one row of bytes of the ratings of a block, which is a partition."""

    size: int
    n_users: int
    n_movies: int

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        import pyarrow as pa

        read = [batch for batch in batches if batch.num_rows]
        if not read:
            return
        users, ids, items, stars, times = (column.to_numpy() for column in pa.Table.from_batches(read).columns)
        first = int(users[0]) // self.size * self.size
        n_users = min(self.size, self.n_users - first)
        # Compiled loops would read whatever lies there.
        if not (
            first <= users.min() <= users.max() < first + n_users and 0 <= items.min() <= items.max() < self.n_movies
        ):
            raise DataError("The export names a person or a film that the data set does not have. " + EXPORT_AGAIN)
        order = np.lexsort((items, users))
        if ((np.diff(users[order]) == 0) & (np.diff(items[order]) == 0)).any():
            raise DataError("The export holds ratings twice: files of two exports lie there. " + EXPORT_AGAIN)
        counts = np.bincount(users - first, minlength=n_users)
        # Whoever has not rated anything has no row that tells his id, and nothing that is asked for.
        user_ids = np.full(len(counts), -1, dtype=np.int64)
        user_ids[users - first] = ids
        columns = (
            user_ids,
            np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            items[order].astype(np.int32),
            np.rint(stars[order] * 2).astype(np.uint8),
            times[order].astype(np.uint32),
        )
        made = [pa.array([first], pa.int32()), *(pa.array([column.tobytes()], pa.binary()) for column in columns)]
        yield pa.RecordBatch.from_arrays(made, names=[column.split()[0] for column in _BLOCK_COLUMNS.split(", ")])


def _told(block: UserRows, n_movies: int) -> NDArray[np.int64]:
    """Return the numbers of a block's ratings by movie, and those of 0.5, 1.0 ... 5.0 stars."""
    by_movie = np.bincount(block.user_items, minlength=n_movies)
    return np.concatenate([by_movie, np.bincount(block.user_ratings, minlength=11)[1:11]])


def _unpacked(row: Any) -> UserRows:
    kinds = (np.int64, np.int64, np.int32, np.uint8, np.uint32)
    arrays = [np.frombuffer(content, dtype=kind) for content, kind in zip(row[1:], kinds, strict=True)]
    return UserRows(row[0], *arrays)
