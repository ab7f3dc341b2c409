"""`cinematch batch`: the lists of all users, written as Parquet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.commands.console import DatasetOption, JsonOption, emit_json, open_dataset, progress, settings_for
from core.commands.engines import (
    EngineOption,
    MasterOption,
    ParquetOption,
    SparkConfOption,
    spark_asked,
    spark_ratings,
)

if TYPE_CHECKING:
    from core.data.dataset import Dataset
    from core.progress import Progress
    from core.recommenders.base import Recommender

__all__ = ["register"]

_RATINGS_PER_FILE = 1_000_000


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(batch)


def batch(
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            help="Directory of Parquet files to write, which must not be there yet; with Spark also a URL of its "
            "file systems.",
            metavar="PATH",
        ),
    ],
    dataset: DatasetOption = None,
    algorithm: Annotated[str, typer.Option("--algorithm", help="Key of a trained algorithm.")] = "hybrid",
    n: Annotated[int, typer.Option("-n", help="Films for each user.", min=1)] = 20,
    engine: EngineOption = "local",
    master: MasterOption = None,
    parquet: ParquetOption = None,
    spark_conf: SparkConfOption = None,
    json_target: JsonOption = None,
) -> None:
    """Write the lists of all users to Parquet: user_id, rank, movie_id, score, predicted_rating."""
    settings = settings_for(dataset)
    data = open_dataset(settings)
    asked = spark_asked(engine, master, parquet, spark_conf)
    model = _opened(settings.dataset_models_dir, algorithm, data)
    with progress(f"lists by {algorithm}") as report:
        if asked:
            from core.spark.batch import write_lists

            with spark_ratings(data, asked) as ratings:
                report(0.1, "asking")
                rows = write_lists(ratings, model, output, n)
        else:
            rows = _write_here(data, model, output, n, report)
        report(1.0, "done")
    if json_target:
        emit_json({"path": output, "algorithm": algorithm, "dataset": data.name, "rows": rows}, json_target)
    else:
        typer.echo(f"{rows:,} rows are in {output}.")


def _opened(root: Path, key: str, data: Dataset) -> Recommender:
    """Return a trained model; a key that there is not is refused by name before anything is looked for."""
    from core.recommenders.registry import recommender_class
    from core.store.loader import load_model

    recommender_class(key)
    return load_model(root / key, data)


def _write_here(data: Dataset, model: Recommender, output: str, n: int, report: Progress) -> int:
    import polars as pl

    from core.data.parquet import local_path
    from core.data.user_rows import spans_of_users, user_rows
    from core.errors import InvalidInputError
    from core.files import replace_dir
    from core.lists.of_everybody import lists_of

    place = local_path(output)
    if place is None:
        raise InvalidInputError(f"This machine writes to directories, not to {output}. Name one, or use Spark.")
    if place.exists():
        raise InvalidInputError(f"There is something at {output} already. Remove it, or name another place.")
    rows = 0
    with replace_dir(place) as staging:
        for number, (first, last) in enumerate(spans_of_users(data.user_indptr, _RATINGS_PER_FILE)):
            table = pl.DataFrame(lists_of(user_rows(data, first, last), model, n), nan_to_null=True)
            table.write_parquet(staging / f"part-{number:05}.parquet")
            rows += len(table)
            report(last / data.n_users, "asking")
    return rows
