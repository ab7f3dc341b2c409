"""`cinematch train`, `validate` and `memory`: models on disk."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.commands.artifacts import place_for, push_now
from core.commands.console import (
    AlgorithmsOption,
    DatasetOption,
    JsonOption,
    emit_json,
    open_dataset,
    print_table,
    progress,
    settings_for,
    split_keys,
)
from core.commands.engines import (
    EngineOption,
    MasterOption,
    ParquetOption,
    SparkConfOption,
    SparkOptions,
    spark_asked,
    spark_ratings,
)
from core.tasks import end_with_parent
from core.views import Learning

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from core.commands.learning import Learned
    from core.data.dataset import Dataset
    from core.published.place import Place
    from core.settings import Settings

__all__ = ["register"]

_MEASURED = frozenset({"match", "relevance", "wishes"})
"""What the metrics of a model hold that was measured by this version."""
_NICE = 5
"""Who is asked for lists comes before who trains beside."""
_SHOWN_METRICS = {
    "liked_ndcg@10": "NDCG@10 liked",
    "rated_ndcg@10": "NDCG@10 rated",
    "disliked@10": "Disliked in 10",
    "rmse": "RMSE",
    "mae": "MAE",
}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(train)
    app.command()(memory)


def train(
    dataset: DatasetOption = None,
    algorithms: AlgorithmsOption = None,
    missing: Annotated[
        bool, typer.Option("--missing", help="Only what is not there yet or was trained on other data or settings.")
    ] = False,
    with_feedback: Annotated[
        bool,
        typer.Option(
            "--with-feedback",
            help="First make the next data set: the last one with the ratings that visitors keep now and the films "
            "that were added. Then only what its data changed is trained.",
        ),
    ] = False,
    measure: Annotated[
        bool,
        typer.Option(
            "--measure/--no-measure",
            help="Measure each algorithm on held-out data and note it with the model: of large data sets on a "
            "random sample of the users.",
        ),
    ] = True,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            help="Algorithms at once, each in a process of its own; by default as many as there are processors, and "
            "fewer where they would not fit into the memory together.",
            min=1,
            max=64,
        ),
    ] = None,
    engine: EngineOption = "local",
    master: MasterOption = None,
    parquet: ParquetOption = None,
    spark_conf: SparkConfOption = None,
    push: Annotated[
        bool,
        typer.Option(
            "--push",
            help="Then publish the data set with all its models, as `artifacts push` does; servers take it up.",
        ),
    ] = False,
    beside_server: Annotated[int, typer.Option("--beside-server", hidden=True)] = 0,
    json_target: JsonOption = None,
) -> None:
    """Fit algorithms side by side and store their models; print time, peak memory and size."""
    from core.commands.profiles import take_feedback

    settings = settings_for(dataset)
    if beside_server:
        end_with_parent(beside_server)
    asked = spark_asked(engine, master, parquet, spark_conf)
    keys = _keys_on_spark(algorithms, settings, jobs) if asked else split_keys(algorithms, settings)
    place = place_for(settings) if push else None
    if place is not None:
        # A store that does not answer is told now, not after hours.
        place.current()
    data = take_feedback(settings) if with_feedback else open_dataset(settings)
    missing = missing or with_feedback
    if asked:
        _train_on_spark(settings, data, keys, missing, measure, asked, json_target)
        succeeded = True
    else:
        succeeded = _train_here(settings, data, keys, missing, measure, jobs, beside_server, json_target)
    if not beside_server:
        _publish(settings, place, succeeded)
    if not succeeded:
        raise typer.Exit(1)


def _train_here(
    settings: Settings,
    data: Dataset,
    keys: Sequence[str],
    missing: bool,
    measure: bool,
    jobs: int | None,
    beside_server: int,
    json_target: str | None,
) -> bool:
    """Fit algorithms on this machine, and print what it took; return whether all that was wanted is there."""
    from core.commands.learning import default_jobs, learn
    from core.memory_limit import training_room_mb
    from core.store.artifact import get_model_metadata
    from core.store.learning import clear_learning, learning_alone, publish_learning
    from core.store.training import outdated

    root = settings.dataset_models_dir
    with learning_alone(root, _wait):
        wanted = outdated(data, keys, root) if missing else keys
        # Models of an earlier run that was stopped before it measured them, or that measured less, are measured now.
        unmeasured = [key for key in keys if measure and (key in wanted or not _is_measured(root / key))]
        latest = Learning("running")

        def publish(learning: Learning) -> None:
            nonlocal latest
            latest = learning
            publish_learning(root, learning)

        with progress("train", plain=bool(beside_server)) as report:
            learned = learn(
                settings,
                data,
                wanted,
                unmeasured,
                jobs or default_jobs(),
                training_room_mb(settings.workers if beside_server else 0),
                report,
                publish,
                nice=_NICE if beside_server else 0,
            )
        if learned.failed:
            publish_learning(root, replace(latest, state="failed", reasons=learned.failed))
        else:
            clear_learning(root)
    rows = []
    for item in learned.reports:
        metrics = get_model_metadata(item.path)["metrics"]
        rows.append({**asdict(item), "metrics": metrics})
    if json_target:
        document = {
            "dataset": data.name,
            "fingerprint": data.fingerprint,
            "models": rows,
            "left_out": learned.left_out,
            "failed": learned.failed,
        }
        emit_json(document, json_target)
    elif not rows and not learned.left_out and not learned.failed:
        typer.echo(f"All models of {data.name} in {root} are up to date.")
    elif rows and not beside_server:
        _print_training(data, rows)
    for note in _notes(learned):
        typer.echo(note, err=True)
    return not learned.failed and not (learned.left_out and not rows and not missing)


def _publish(settings: Settings, place: Place | None, complete: bool) -> None:
    """Publish what was trained, where that was asked for; otherwise say that servers do not have it."""
    if place is not None and complete:
        push_now(settings, place, split_keys(None, settings))
    elif place is not None:
        typer.echo("Nothing was published, since not all could be trained.", err=True)
    elif settings.artifacts_url is not None:
        typer.echo(
            "Servers go on with what is published. `cinematch artifacts push` publishes what was trained, as "
            "`cinematch train --missing --push` does.",
            err=True,
        )


def _keys_on_spark(algorithms: str | None, settings: Settings, jobs: int | None) -> tuple[str, ...]:
    """Return what Spark is to fit, by default all that it can.

    Raises
    ------
    InvalidInputError
        For an algorithm that it cannot fit, and for a number of processes of this machine.
    """
    from core.errors import InvalidInputError
    from core.spark.training import ON_SPARK, check_keys

    if jobs is not None:
        raise InvalidInputError("--jobs is for this machine: Spark's processors are those of its executors.")
    keys = split_keys(algorithms, settings) if algorithms or settings.algorithms else ON_SPARK
    check_keys(keys)
    return tuple(keys)


def _is_measured(path: Path) -> bool:
    from core.store.artifact import get_model_metadata

    return set(get_model_metadata(path)["metrics"]) >= _MEASURED


def _train_on_spark(
    settings: Settings,
    data: Dataset,
    keys: tuple[str, ...],
    missing: bool,
    measure: bool,
    options: SparkOptions,
    json_target: str | None,
) -> None:
    """Fit algorithms on Spark and print what it took; nothing is started where there is nothing to fit."""
    from core.spark.training import train
    from core.store.artifact import get_model_metadata
    from core.store.learning import clear_learning, learning_alone
    from core.store.training import outdated

    root = settings.dataset_models_dir
    rows = []
    with learning_alone(root, _wait):
        old = outdated(data, keys, root) if missing else keys
        wanted = [key for key in keys if key in old or (measure and not _is_measured(root / key))]
        if wanted:
            with progress("train on Spark") as report, spark_ratings(data, options) as ratings:
                reports = train(ratings, wanted, root, report, measure=measure)
            rows = [{**asdict(item), "metrics": get_model_metadata(item.path)["metrics"]} for item in reports]
        clear_learning(root)
    if json_target:
        document = {"dataset": data.name, "fingerprint": data.fingerprint, "engine": "spark", "models": rows}
        emit_json(document, json_target)
    elif rows:
        _print_training(data, rows)
    else:
        typer.echo(f"All models of {data.name} in {root} are up to date.")


def _wait() -> None:
    typer.echo("Another process trains on this data set; this one goes on when that has ended.", err=True)


def _notes(learned: Learned) -> list[str]:
    """Return what there is to say of algorithms that have no model, or were not measured."""
    notes = [f"{key} was left out: {reason}" for key, reason in learned.left_out.items()]
    notes += [f"{key} failed: {reason}" for key, reason in learned.failed.items()]
    if learned.unmeasured:
        alone = ", ".join(learned.unmeasured)
        notes.append(f"{alone}: not measured, since a part of the ratings does not suffice to learn from.")
    return notes


def _print_training(data: Dataset, rows: list[dict[str, Any]]) -> None:
    def measured(row: dict[str, Any], metric: str) -> str | None:
        value = row["metrics"].get("values", {}).get(metric)
        return None if value is None else f"{value:.3f}"

    how = next((row["metrics"]["how"] for row in rows if row["metrics"].get("how")), "")
    print_table(
        f"Models of {data.name}: {data.n_ratings:,} ratings, {data.n_users:,} users, {data.n_movies:,} movies",
        [
            "Algorithm",
            "Seconds#",
            "CPU s#",
            "Peak MB#",
            "Disk MB#",
            *(f"{name}#" for name in _SHOWN_METRICS.values()),
        ],
        [
            [
                row["key"],
                f"{row['seconds']:.1f}",
                f"{row['cpu_seconds']:.1f}",
                f"{row['peak_mb']:.0f}",
                f"{row['disk_mb']:.1f}",
                *(measured(row, metric) for metric in _SHOWN_METRICS),
            ]
            for row in rows
        ],
        caption=how,
    )


def memory(
    dataset: DatasetOption = None,
    algorithms: AlgorithmsOption = None,
    json_target: JsonOption = None,
) -> None:
    """Show the memory limit, the budget and what each model takes of it."""
    from core.memory import default_budget_mb, memory_report, print_memory_report
    from core.store.artifact import model_paths

    settings = settings_for(dataset)
    keys = split_keys(algorithms, settings)
    paths = {key: path for key, path in model_paths(settings.dataset_models_dir).items() if key in keys}
    budget = default_budget_mb(settings)
    if json_target:
        emit_json({"dataset": settings.dataset, **memory_report(paths, budget)}, json_target)
    else:
        print_memory_report(paths, budget)
