"""`cinematch evaluate`, `tune` and `runs`: measure, improve, look back."""

from __future__ import annotations

from pathlib import Path
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
    from collections.abc import Sequence

    from core.evaluation.protocols import Protocol
    from core.evaluation.relevance import Relevance
    from core.evaluation.run_store import RunStore
    from core.evaluation.runs import EvaluationRun, MetricValue

__all__ = ["register"]

ProtocolOption = Annotated[
    str,
    typer.Option(
        "--protocol",
        help="ratings (predict stars), ranking (order the catalogue), next (rank each person's last film), "
        "next-shuffled (its control: the order of all others dealt anew) or later (rank the latest fifth of all).",
    ),
]
SeedOption = Annotated[int, typer.Option("--seed", help="Seed of the split, the bootstrap and the tests.")]

RelevanceOption = Annotated[
    str,
    typer.Option(
        "--relevance",
        help="Which films count as hits in the table: liked (4 stars and more) or rated (all that people came to "
        "rate). Every run holds both.",
    ),
]

runs_app = typer.Typer(help="Stored evaluation runs.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands to an application."""
    app.command("evaluate")(evaluate_command)
    app.command("tune")(tune_command)
    app.add_typer(runs_app, name="runs")


def evaluate_command(
    dataset: DatasetOption = None,
    algorithms: AlgorithmsOption = None,
    protocol: ProtocolOption = "ratings",
    folds: Annotated[int, typer.Option("--folds", help="Folds of the ratings protocol; 1: one 80/20 split.")] = 5,
    seed: SeedOption = 42,
    k: Annotated[str, typer.Option("--k", help="Lengths of lists, comma-separated; the first is shown.")] = "10,20",
    split: Annotated[
        str | None,
        typer.Option(
            "--split",
            help="folds, random, per-user, leave-last, leave-last-shuffled (its control) or temporal, in place of "
            "the usual one.",
        ),
    ] = None,
    relevance: RelevanceOption = "liked",
    liked_from: Annotated[
        float | None, typer.Option("--liked-from", help="Ranking: so many stars are liked; by default 4 of 5.")
    ] = None,
    max_users: Annotated[int | None, typer.Option("--max-users", help="At most so many test users.")] = None,
    recompute: Annotated[bool, typer.Option("--recompute", help="Measure again although it is stored.")] = False,
    json_target: JsonOption = None,
) -> None:
    """Measure algorithms on held-out data, with 95% intervals over users and tests of all pairs."""
    from core.evaluation.benchmark import evaluate
    from core.evaluation.relevance import check_relevance

    settings = settings_for(dataset)
    shown = check_relevance(relevance)
    how = _protocol(protocol, folds, seed, k, split, liked_from, max_users)
    data = open_dataset(settings)
    keys = split_keys(algorithms, settings)
    with progress("Evaluating") as report:
        run = evaluate(data, keys, how, progress=report, cache_dir=settings.cache_dir, recompute=recompute)
    if json_target is not None:
        emit_json(run.to_dict(), json_target)
    if json_target != "-":
        _show(run, shown)


def tune_command(
    algorithm: Annotated[str, typer.Option("--algorithm", help="Key of the algorithm to tune.")],
    dataset: DatasetOption = None,
    also: Annotated[
        list[str] | None,
        typer.Option("--also", help="A further data set for which the configuration shall be good; may be repeated."),
    ] = None,
    protocol: ProtocolOption = "ranking",
    metric: Annotated[
        str | None, typer.Option("--metric", help="What to improve; by default liked_ndcg@10 or rmse.")
    ] = None,
    trials: Annotated[int, typer.Option("--trials", help="How many configurations to try.")] = 40,
    parameters: Annotated[
        str | None, typer.Option("--parameters", help="Comma-separated fields to search; by default all.")
    ] = None,
    seed: SeedOption = 42,
    json_target: JsonOption = None,
) -> None:
    """Search an algorithm's hyper-parameters on a validation part of the training data."""
    from core.evaluation.tune import tune

    settings = settings_for(dataset)
    data = open_dataset(settings)
    others = [open_dataset(settings_for(name)) for name in also or []]
    (key,) = split_keys(algorithm, settings)
    names = [part.strip() for part in (parameters or "").split(",") if part.strip()] or None
    how = _protocol(protocol, 1, seed, "10,20", None, None, None)
    with progress(f"Tuning {key}") as report:
        found = tune(
            data,
            key,
            also=others,
            kind=how.kind,
            metric=metric,
            trials=trials,
            seed=seed,
            parameters=names,
            progress=report,
        )
    if json_target is not None:
        emit_json(found.to_dict(), json_target)
    if json_target == "-":
        return
    changed = {name: value for name, value in found.best["config"].items() if found.default["config"][name] != value}
    print_table(
        f"{key}: {found.metric} after {len(found.trials)} trials",
        ["configuration", "validation#", "test#", "parameters"],
        [
            ("where it started", _number(found.default["validation"]), _number(found.default["test"]), "defaults"),
            ("best", _number(found.best["validation"]), _number(found.best["test"]), _settings(changed)),
        ],
        caption=found.how,
    )


@runs_app.command("list")
def list_runs(json_target: JsonOption = None) -> None:
    """List stored runs, the latest first."""
    summaries = _store().list()
    if json_target is not None:
        emit_json(summaries, json_target)
    if json_target != "-":
        print_table(
            "Stored runs",
            ["run", "measured", "algorithms", "how"],
            [(item.run_id[:8], item.created_at[:16], ", ".join(item.algorithms), item.summary) for item in summaries],
        )


@runs_app.command("show")
def show_run(
    run_id: Annotated[str, typer.Argument(help="A run's id or the beginning of it.")],
    relevance: RelevanceOption = "liked",
    json_target: JsonOption = None,
) -> None:
    """Show a stored run."""
    from core.evaluation.relevance import check_relevance

    shown = check_relevance(relevance)
    run = _store().load(run_id)
    if json_target is not None:
        emit_json(run.to_dict(), json_target)
    if json_target != "-":
        _show(run, shown)


@runs_app.command("export")
def export_run(
    run_id: Annotated[str, typer.Argument(help="A run's id or the beginning of it.")],
    target: Annotated[Path, typer.Argument(help="A file that ends in .html, .csv or .json.")],
) -> None:
    """Write a stored run as one HTML page, as a table, or as JSON."""
    from core.evaluation.report import exported
    from core.files import write_atomically

    run = _store().load(run_id)
    write_atomically(target, exported(run, target.suffix.removeprefix(".")))
    typer.echo(f"Run {run.run_id[:8]} is in {target}.")


@runs_app.command("compare")
def compare_runs(
    first: Annotated[str, typer.Argument(help="The earlier run.")],
    second: Annotated[str, typer.Argument(help="The later run.")],
    json_target: JsonOption = None,
) -> None:
    """Show what changed between two runs."""
    comparison = _store().compare(first, second)
    if json_target is not None:
        emit_json(comparison, json_target)
    if json_target == "-":
        return
    same = comparison["same_data"] and comparison["same_protocol"]
    said = {True: "yes", False: "inside the noise", None: "-"}
    print_table(
        f"Run {comparison['second'][:8]} against {comparison['first'][:8]}",
        ["algorithm", "metric", "first#", "second#", "difference#", "intervals apart"],
        [
            (
                row["algorithm"],
                row["metric"],
                _number(row["first"]),
                _number(row["second"]),
                f"{row['difference']:+.4f}",
                said[row["apart"]],
            )
            for row in comparison["rows"]
        ],
        caption="" if same else "Data or protocol differ: the differences are not the algorithms' alone.",
    )


def _protocol(
    name: str,
    folds: int,
    seed: int,
    k: str,
    split: str | None,
    liked_from: float | None,
    max_users: int | None,
) -> Protocol:
    from dataclasses import replace

    from core.errors import InvalidInputError
    from core.evaluation.protocols import Protocol

    try:
        lengths = tuple(int(part) for part in k.split(","))
    except ValueError as error:
        raise InvalidInputError(f"Lengths of lists are whole numbers separated by commas, not {k!r}.") from error
    usual = Protocol.named(name, folds=folds, seed=seed, k=lengths)
    changes: dict[str, Any] = {"liked_from": liked_from, "max_users": max_users}
    if split is not None:
        changes["split"] = split
    return replace(usual, **changes)


def _store() -> RunStore:
    from core.evaluation.run_store import RunStore

    return RunStore(settings_for().cache_dir)


def _show(run: EvaluationRun, relevance: Relevance) -> None:
    columns = _columns(run, relevance)
    rows = []
    for place in run.table(relevance=relevance):
        result = run.algorithms[place["algorithm"]]
        cells = (
            _interval(result.metrics[name]) if name in run.primary else _number(result.metrics[name].value)
            for name in columns
        )
        rows.append((result.key, *cells, f"{result.fit_seconds:.1f}", f"{result.ask_seconds:.1f}"))
    print_table(
        "",
        ["algorithm", *(f"{name}#" for name in columns), "fit s#", "ask s#"],
        rows,
        caption=f"{run.summary} Value [95% interval over users]; CPU seconds. Run {run.run_id[:8]}.",
    )
    shown = run.primary_of(relevance)
    for metric in shown:
        best, *ties = run.leaders.get(metric, []) or ["nobody"]
        tied = f"; {', '.join(ties)} within the noise" if ties else ""
        typer.echo(f"Best on {metric}: {best}{tied}.")
    if close := [pair for pair in run.comparisons if pair.metric in shown and not pair.significant]:
        typer.echo("Not told apart (paired randomisation over users, Holm-adjusted p >= .05):")
        for pair in close:
            typer.echo(
                f"  {pair.metric}: {pair.first} - {pair.second} = {pair.difference:+.4f} "
                f"[{pair.low:+.4f}, {pair.high:+.4f}], p = {pair.p_adjusted:.2f}"
            )


def _columns(run: EvaluationRun, relevance: Relevance) -> Sequence[str]:
    from core.evaluation.relevance import metric_name

    if run.protocol["kind"] == "ratings":
        return ("rmse", "mae", "rmse_user", "calibration_error", "predictable")
    shown = run.protocol["k"][0]
    others = [metric_name("ndcg", one, shown) for one in run.relevances if one != relevance]
    of_list = ("liked", "disliked", "graded_ndcg", "below_mean", "coverage", "novelty", "diversity")
    names = (*run.primary_of(relevance), *others, *(f"{name}@{shown}" for name in of_list))
    measured = {name for result in run.algorithms.values() for name in result.metrics}
    return [name for name in names if name in measured]


def _interval(value: MetricValue) -> str:
    if value.low is None or value.high is None or value.low == value.high:
        return _number(value.value)
    return f"{value.value:.4f} [{value.low:.4f}, {value.high:.4f}]"


def _number(value: float) -> str:
    return f"{value:.4f}"


def _settings(changed: dict[str, Any]) -> str:
    shown = (
        f"{name}={value:.4g}" if isinstance(value, float) else f"{name}={value}" for name, value in changed.items()
    )
    return ", ".join(shown) or "the same"
