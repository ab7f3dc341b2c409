"""`cinematch train`, `validate` and `memory`: models on disk."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

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

if TYPE_CHECKING:
    from pathlib import Path

    from core.commands.measuring import Measurement
    from core.data.dataset import Dataset
    from core.progress import Progress

__all__ = ["register"]

_MEASURED = frozenset({"match", "relevance", "wishes"})
"""What the metrics of a model hold that was measured by this version."""
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
    json_target: JsonOption = None,
) -> None:
    """Fit algorithms and store their models; print time, peak memory and size."""
    from core.commands.measuring import measuring
    from core.commands.profiles import take_feedback
    from core.evaluation.manifest import SAMPLED_ABOVE
    from core.store.artifact import get_model_metadata
    from core.store.training import outdated
    from core.store.training import train as fit

    settings = settings_for(dataset)
    data = take_feedback(settings) if with_feedback else open_dataset(settings)
    keys = split_keys(algorithms, settings)
    root = settings.dataset_models_dir
    missing = missing or with_feedback
    wanted = outdated(data, keys, root) if missing else keys
    # Models of an earlier run that was stopped before it measured them, or that measured less, are measured now.
    unmeasured = [
        key
        for key in keys
        if measure and (key in wanted or not set(get_model_metadata(root / key)["metrics"]) >= _MEASURED)
    ]
    reports = []
    left_out: dict[str, str] = {}
    notes: list[str] = []
    # Beside the training of a large data set there would not be memory enough.
    beside = data.n_ratings <= SAMPLED_ABOVE
    with ExitStack() as stack:
        if unmeasured and beside:
            measurement = stack.enter_context(measuring(settings.dataset_dir, unmeasured, settings.cache_dir))
        if wanted:
            with progress("train") as report:
                reports = fit(data, wanted, root, report, left_out=left_out)
                report(1.0, "trained")
        if unmeasured:
            if not beside:
                measurement = stack.enter_context(measuring(settings.dataset_dir, unmeasured, settings.cache_dir))
            with progress("measure") as report:
                notes = _attach(measurement, [key for key in unmeasured if key not in left_out], root, report)
    rows = []
    for item in reports:
        metrics = get_model_metadata(item.path)["metrics"]
        rows.append({**asdict(item), "metrics": metrics})
    if json_target:
        document = {"dataset": data.name, "fingerprint": data.fingerprint, "models": rows, "left_out": left_out}
        emit_json(document, json_target)
    elif not rows and not left_out:
        typer.echo(f"All models of {data.name} in {root} are up to date.")
    elif rows:
        _print_training(data, rows)
    for note in [*(f"{key} was left out: {reason}" for key, reason in left_out.items()), *notes]:
        typer.echo(note, err=True)
    if left_out and not rows and not missing:
        raise typer.Exit(1)


def _attach(measurement: Measurement, keys: list[str], root: Path, report: Progress) -> list[str]:
    """Note with each model what was measured, and return a sentence where nothing could be."""
    from core.errors import InvalidInputError
    from core.store.artifact import attach_metrics

    try:
        found = measurement.result(report)
    except InvalidInputError as error:
        return [f"The models were not measured: {error} They are stored and can be used."] if keys else []
    finally:
        report(1.0, "measured on held-out ratings")
    for key in keys:
        if key in found:
            attach_metrics(root / key, found[key])
    alone = ", ".join(key for key in keys if key not in found)
    return [f"Not measured, since a part of the ratings does not suffice to learn from: {alone}."] if alone else []


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
