"""An export as Spark gets it: by its own file systems, or by its workers where fsspec opens the address."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.data.parquet import KIND, MANIFEST, RATINGS, asked, filesystem, local_path
from core.errors import DataError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["EXPORT_AGAIN", "exported", "read_by_all", "readable", "spark_path"]

EXPORT_AGAIN = "Write it with `cinematch data export --parquet PATH`."
_HADOOP = frozenset({"abfs", "abfss", "hdfs", "o3fs", "ofs", "s3a", "swebhdfs", "viewfs", "wasb", "wasbs", "webhdfs"})
"""Schemes that are left to Spark, which has to be given the jar for some of them."""
_UNREAD = re.compile(r"FAILED_READ_FILE|FileNotFoundException|is not a Parquet file")
_COLUMNS = {"user_index": "int", "user_id": "long", "movie_index": "int", "rating": "float", "timestamp": "long"}


def spark_path(place: str) -> str:
    """Return a place as Spark's file systems spell it: not as a URL, whose %20 they would take for a name."""
    here = local_path(place)
    if here is not None:
        return f"file://{here.resolve()}"
    return "s3a://" + place.removeprefix("s3://") if place.startswith("s3://") else place


def readable(path: str) -> str:
    """Return a path for Spark to read, where brackets and stars would be taken for a pattern."""
    return re.sub(r"([{}\[\]*?\\])", r"\\\1", path)


def exported(spark: SparkSession, place: str) -> tuple[dict[str, Any], DataFrame]:
    """Return what an export's manifest says, and its ratings with the columns ``user_index``, ``user_id``,
    ``movie_index``, ``rating`` and ``timestamp``, in no order.

    Raises
    ------
    DataError
        When there is no complete export.
    StoreUnavailableError
        When the place does not answer.
    """
    scheme = place.partition("://")[0] if local_path(place) is None else "file"
    by_spark = scheme in _HADOOP or scheme == "file"
    told, frame = (_read_by_spark if by_spark else _read_by_workers)(spark, place)
    try:
        manifest: dict[str, Any] = json.loads(told)
        whole = bool(manifest["kind"] == KIND and manifest["fingerprint"])
    except (ValueError, KeyError, TypeError):
        whole = False
    if not whole:
        raise _incomplete(place)
    return manifest, frame


@contextmanager
def read_by_all(place: str) -> Iterator[None]:
    """Say of a job that failed since its workers did not find a file, or not all of it, that this is why."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        if not _UNREAD.search(str(error)):
            raise
        raise DataError(
            f"Spark's workers cannot read the export at {place}: a file of it is not there for them, or damaged. Put "
            f"it where all of them can read it. {EXPORT_AGAIN}"
        ) from error


def _incomplete(place: str) -> DataError:
    return DataError(f"There is no complete export at {place}. {EXPORT_AGAIN}")


def _read_by_spark(spark: SparkSession, place: str) -> tuple[str, DataFrame]:
    from pyspark.errors import AnalysisException

    root = readable(spark_path(place))
    try:
        told = spark.read.text(f"{root}/{MANIFEST}", wholetext=True).collect()
        frame = spark.read.parquet(f"{root}/{RATINGS}").select(*_COLUMNS)
    except AnalysisException as error:
        raise _incomplete(place) from error
    return (told[0][0] if told else ""), frame


def _read_by_workers(spark: SparkSession, place: str) -> tuple[str, DataFrame]:
    files, root = filesystem(place)
    with asked(place):
        try:
            told = files.cat_file(f"{root}/{MANIFEST}")
            names = [name for name in files.ls(f"{root}/{RATINGS}", detail=False) if name.endswith(".parquet")]
        except FileNotFoundError as error:
            raise _incomplete(place) from error
    parts = spark.sparkContext.parallelize([(name,) for name in sorted(names)], max(len(names), 1))
    frame = spark.createDataFrame(parts, "name string")
    return told, frame.mapInArrow(_Reading(place), ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items()))


@dataclass(frozen=True)
class _Reading:
    """Reads files of ratings, a worker those that it is given the names of."""

    place: str

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        from pyarrow.parquet import ParquetFile

        files, _ = filesystem(self.place)
        for batch in batches:
            for name in batch.column(0).to_pylist():
                with asked(name), files.open(name, "rb") as file:
                    for part in ParquetFile(file).iter_batches(columns=list(_COLUMNS)):
                        yield part.select(list(_COLUMNS))
