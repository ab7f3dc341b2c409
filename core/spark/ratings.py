"""The ratings of a data set on Spark: blocks of users, each in compressed rows as one machine has them all."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.data.parquet import MANIFEST, RATINGS, local_path
from core.data.user_rows import UserRows, user_rows
from core.errors import DataError

if TYPE_CHECKING:
    from pyspark import RDD
    from pyspark.sql import SparkSession

    from core.data.dataset import Dataset

__all__ = ["SparkRatings", "from_dataset", "from_parquet", "spark_path"]

Result = TypeVar("Result")
Sums = tuple[NDArray[Any], ...]
_RATINGS_PER_BLOCK = 2_000_000
_COLUMNS = ("user_index", "user_id", "movie_index", "rating", "timestamp")
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
        return self.map(ask, *shared).treeReduce(_added_up)

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
        A path or URL that Spark's file systems know; ``s3://`` is read as ``s3a://``.

    Raises
    ------
    DataError
        When there is no complete export, or one of other ratings.
    """
    from pyspark.errors import AnalysisException
    from pyspark.sql import functions as f

    root = spark_path(place)
    again = "Write it with `cinematch data export --parquet PATH`."
    try:
        told = json.loads(spark.read.text(f"{root}/{MANIFEST}", wholetext=True).collect()[0][0])
        found = str(told["fingerprint"])
    except (AnalysisException, ValueError, KeyError, IndexError) as error:
        raise DataError(f"There is no complete export at {place}. {again}") from error
    if found != dataset.fingerprint:
        raise DataError(
            f"The export at {place} is of {told.get('name')} ({found[:12]}), not of {dataset.name} as it is "
            f"installed ({dataset.fingerprint[:12]}). {again}"
        )
    size = _users_per_block(spark, dataset)
    count = -(-dataset.n_users // size)
    frame = spark.read.parquet(f"{root}/{RATINGS}").select(*_COLUMNS)
    block = f.floor(frame["user_index"] / size).cast("int")
    packed = frame.repartitionById(count, block).mapInArrow(
        _Packing(size, dataset.n_users, dataset.n_movies), _BLOCK_COLUMNS
    )
    ratings = _kept(spark, dataset, packed.rdd.map(_unpacked))
    arrived = ratings.blocks.map(_length).sum()
    if arrived != dataset.n_ratings:
        raise DataError(
            f"The export at {place} holds {arrived:,} ratings and should hold {dataset.n_ratings:,}. {again}"
        )
    return ratings


def _kept(spark: SparkSession, dataset: Dataset, blocks: RDD[UserRows]) -> SparkRatings:
    from pyspark import StorageLevel

    # Gone through a dozen times and more: what does not fit the executors' memory goes to their disks.
    return SparkRatings(spark, dataset, blocks.persist(StorageLevel.MEMORY_AND_DISK))


def spark_path(place: str) -> str:
    """Return a place as Spark's file systems spell it."""
    here = local_path(place)
    if here is not None:
        return here.resolve().as_uri()
    return "s3a://" + place.removeprefix("s3://") if place.startswith("s3://") else place


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

        read = list(batches)
        if not read:
            return
        users, ids, items, stars, times = (column.to_numpy() for column in pa.Table.from_batches(read).columns)
        if int(items.min()) < 0 or int(items.max()) >= self.n_movies:
            # Compiled loops would read whatever lies there.
            raise ValueError("The export names a movie that the data set does not have. Export it again.")
        first = int(users[0]) // self.size * self.size
        order = np.lexsort((items, users))
        counts = np.bincount(users - first, minlength=min(self.size, self.n_users - first))
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


def _length(block: UserRows) -> int:
    return block.n_ratings


def _unpacked(row: Any) -> UserRows:
    kinds = (np.int64, np.int64, np.int32, np.uint8, np.uint32)
    arrays = [np.frombuffer(content, dtype=kind) for content, kind in zip(row[1:], kinds, strict=True)]
    return UserRows(row[0], *arrays)
