"""Which engine does heavy work: this machine by itself, or Spark."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from core.data.dataset import Dataset
    from core.spark.ratings import SparkRatings

__all__ = [
    "EngineOption",
    "MasterOption",
    "ParquetOption",
    "SparkConfOption",
    "SparkOptions",
    "spark_asked",
    "spark_ratings",
]

EngineOption = Annotated[
    str, typer.Option("--engine", help="local (this machine) or spark (needs the extra `spark` and Java).")
]
MasterOption = Annotated[
    str | None,
    typer.Option("--master", help="Spark's master, spark://host:7077 or yarn; by default this machine's processors."),
]
ParquetOption = Annotated[
    str | None,
    typer.Option(
        "--parquet",
        help="With Spark: where `cinematch data export --parquet` wrote the ratings, for all machines to read; by "
        "default they are exported to a temporary directory, which does where all workers run here.",
        metavar="PATH",
    ),
]
SparkConfOption = Annotated[
    list[str] | None,
    typer.Option("--spark-conf", help="A setting of Spark's, like spark.executor.memory=4g.", metavar="NAME=VALUE"),
]


@dataclass(frozen=True)
class SparkOptions:
    """What was asked of Spark."""

    master: str | None
    parquet: str | None
    conf: list[str] | None


def spark_asked(engine: str, master: str | None, parquet: str | None, conf: list[str] | None) -> SparkOptions | None:
    """Return what was asked of Spark, None where this machine is to do it.

    Raises
    ------
    InvalidInputError
        For another engine, and for options of Spark's without it.
    """
    from core.errors import InvalidInputError

    if engine not in ("local", "spark"):
        raise InvalidInputError(f"There is no engine {engine!r}. Choose local or spark.")
    if engine == "local" and any((master, parquet, conf)):
        raise InvalidInputError("--master, --parquet and --spark-conf are for Spark: add `--engine spark`.")
    return SparkOptions(master, parquet, conf) if engine == "spark" else None


@contextmanager
def spark_ratings(data: Dataset, options: SparkOptions) -> Iterator[SparkRatings]:
    """Yield the ratings of a data set on Spark, exported on the way where nothing else was said."""
    from core.data.parquet import export_parquet
    from core.errors import InvalidInputError
    from core.spark.ratings import from_parquet
    from core.spark.session import spark_session

    conf = dict(item.partition("=")[::2] for item in options.conf or ())
    if not all(name.startswith("spark.") and value for name, value in conf.items()):
        raise InvalidInputError("A setting of Spark's is written like spark.executor.memory=4g.")
    if data.n_ratings == 0:
        raise InvalidInputError(f"{data.name} holds no ratings, so there is nothing to learn from.")
    holder = nullcontext(None) if options.parquet else tempfile.TemporaryDirectory(prefix="cinematch-parquet-")
    with holder as made, spark_session(options.master, conf) as session:
        place = options.parquet or str(Path(str(made), data.name))
        if made is not None:
            export_parquet(data, place)
        yield from_parquet(session, place, data)
