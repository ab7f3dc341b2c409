"""Lists of all users, made by the executors and written as Parquet."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.data.user_rows import UserRows
from core.errors import InvalidInputError, SparkError
from core.lists.of_everybody import COLUMNS, lists_of
from core.recommenders.base import Recommender
from core.recommenders.registry import recommender_class
from core.spark.frames import frame_of
from core.spark.ratings import SparkRatings
from core.spark.reading import readable, spark_path

if TYPE_CHECKING:
    from core.data.movies import MovieTable

__all__ = ["write_lists"]

_NEEDS_RATINGS = "user_knn"
_AGGREGATES = (
    "movie_counts",
    "movie_means",
    "rating_histogram",
    "month_numbers",
    "month_counts",
    "month_means",
    "genre_movie_counts",
    "genre_rating_counts",
    "genre_rating_means",
)


def write_lists(ratings: SparkRatings, model: Recommender, place: str, n: int) -> int:
    """Write the lists of all users who rated something; return how many rows there are.

    Parameters
    ----------
    model : Recommender
        What it stores is sent to each executor once.
    place : str
        A directory, or a URL that Spark's file systems know.
    n : int
        Films for each at most.

    Raises
    ------
    InvalidInputError
        For a model that looks at other people's ratings while it is asked, which no executor has all of, and for a
        place where something is.
    SparkError
        Where executors wrote to disks that the driver does not see.
    """
    from pyspark.errors import AnalysisException
    from pyspark.sql import Observation
    from pyspark.sql import functions as f

    if _NEEDS_RATINGS in _keys(model):
        raise InvalidInputError(
            f"{model.key!r} compares everybody with all other users while it is asked, and no executor has all "
            "ratings. Choose another algorithm, or make its lists on one machine: `cinematch batch` without --engine."
        )
    lists = frame_of(ratings.spark, ratings.map(_listed, _Sent.of(model), n), COLUMNS)
    target, made = spark_path(place), Observation()
    try:
        lists.observe(made, f.count(f.lit(1)).alias("rows")).write.mode("errorifexists").parquet(target)
    except AnalysisException as error:
        if error.getCondition() != "PATH_ALREADY_EXISTS":
            raise
        raise InvalidInputError(
            f"There is something at {place} already. Remove it, or name another place."
        ) from error
    rows = int(made.get["rows"])
    found = ratings.spark.read.schema(lists.schema).parquet(readable(target)).count()
    if found != rows:
        raise SparkError(
            f"The workers wrote {rows:,} rows to {place}, and {found:,} of them are found there from here. Name a "
            "place that all machines share."
        )
    return rows


def _keys(model: Recommender) -> set[str]:
    return {model.key, *(key for member in model.members.values() for key in _keys(member))}


@dataclass
class _Sent:
    """A model on its way to the executors, with what of its data set belongs to movies."""

    key: str
    config: dict[str, Any]
    arrays: dict[str, NDArray[Any]]
    members: dict[str, _Sent]
    name: str
    n_users: int
    movies: MovieTable
    aggregates: dict[str, NDArray[Any]]

    @classmethod
    def of(cls, model: Recommender) -> _Sent:
        data = model.dataset
        return cls(
            model.key,
            model.config.model_dump(mode="json"),
            {name: np.array(array) for name, array in model.arrays.items()},
            {key: cls.of(member) for key, member in model.members.items()},
            data.name,
            data.n_users,
            data.movies,
            {name: np.array(data.aggregate(name)) for name in _AGGREGATES},
        )

    @cached_property
    def model(self) -> Recommender:
        """The model, restored once in each worker."""
        return self._restored(self._dataset())

    def _restored(self, dataset: Dataset) -> Recommender:
        members = {key: member._restored(dataset) for key, member in self.members.items()}
        return recommender_class(self.key).restored(self.config, dataset, dict(self.arrays), members)

    def _dataset(self) -> Dataset:
        """Return the data set without a rating, over the same users and movies."""
        none: dict[str, NDArray[Any]] = {
            "user_ids": np.broadcast_to(np.int64(0), self.n_users),
            "user_indptr": np.broadcast_to(np.int64(0), self.n_users + 1),
            "user_means": np.broadcast_to(np.float32(0), self.n_users),
            "movie_indptr": np.broadcast_to(np.int64(0), len(self.movies) + 1),
            "user_items": np.empty(0, dtype=np.int32),
            "user_ratings": np.empty(0, dtype=np.uint8),
            "user_times": np.empty(0, dtype=np.uint32),
            "movie_users": np.empty(0, dtype=np.int32),
            "movie_ratings": np.empty(0, dtype=np.uint8),
        }
        arrays = {**self.movies.arrays(), **none, **self.aggregates}
        return Dataset(arrays, name=self.name, source="", genre_names=self.movies.genre_names, fingerprint="")


def _listed(block: UserRows, sent: _Sent, n: int) -> tuple[NDArray[Any], ...]:
    return tuple(lists_of(block, sent.model, n).values())
