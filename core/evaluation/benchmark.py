"""Fitting algorithms on training parts only, asking them about the rest, and telling how sure the answers are."""

import os
import platform
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from core.data.dataset import Dataset
from core.display.metrics import smaller_is_better
from core.errors import InvalidInputError
from core.evaluation.measure import Measured, measure_ranking, measure_ratings
from core.evaluation.people import People
from core.evaluation.protocols import Protocol
from core.evaluation.relevance import RELEVANCES, metric_name
from core.evaluation.run_store import RunStore
from core.evaluation.runs import (
    LATELY,
    AlgorithmResult,
    EvaluationRun,
    MetricValue,
    code_version,
    request_id,
)
from core.evaluation.significance import Comparison, bootstrap_intervals, compare_pairs, leaders
from core.progress import Progress, part_of, silent
from core.recommenders.base import Recommender
from core.recommenders.registry import loadable_keys, recommender_class, training_order

__all__ = [
    "Costs",
    "assemble",
    "combine",
    "compare_measured",
    "environment",
    "evaluate",
    "fit_on",
    "metric_values",
    "model_mb",
    "order_title",
    "orders",
    "run_request",
    "split_by_split",
    "tested",
]

Configs = Mapping[str, Mapping[str, Any]]
_FIT_SHARE = 0.6
"""Share of an algorithm's progress that fitting is taken to be."""


@dataclass
class Costs:
    """What an algorithm took: CPU seconds to fit and to ask, how often a person was asked about, MB when fitted."""

    fit_seconds: float = 0.0
    ask_seconds: float = 0.0
    people: int = 0
    model_mb: float = 0.0


def evaluate(
    dataset: Dataset,
    keys: Sequence[str] | None = None,
    protocol: str | Protocol = "ratings",
    folds: int = 5,
    seed: int = 42,
    k: Sequence[int] = (10, 20),
    configs: Configs | None = None,
    progress: Progress | None = None,
    *,
    cache_dir: Path | str | None = None,
    recompute: bool = False,
) -> EvaluationRun:
    """Measure algorithms on held-out data.

    Parameters
    ----------
    dataset : Dataset
    keys : sequence of str, optional
        Algorithms; by default all. Members of an ensemble are fitted on the same training part and shared.
    protocol : str or Protocol
        ``ratings`` (k-fold), ``ranking`` (per-user random 80/20, lists judged by what was liked and by all that was
        rated), or a `Protocol`, which then decides alone
        about folds, seed and list lengths.
    folds : int
        For ``ratings``; 1 means a single random 80/20 split.
    seed : int
    k : sequence of int
        List lengths, for ``ranking``.
    configs : mapping of key to mapping, optional
        Configurations that differ from the defaults.
    progress : callable, optional
        Called with the share done and a few words; an exception that it raises stops the run and passes.
    cache_dir : path, optional
        Where the run is looked up first and kept afterwards; see `RunStore`.
    recompute : bool
        Measure again although the run is stored.

    Returns
    -------
    EvaluationRun

    Raises
    ------
    UnknownIdError
        For an algorithm that does not exist.
    InvalidInputError
        For a protocol that does not exist or does not fit the data.
    ConfigurationError
        For a configuration that is not valid.
    """
    asked = list(keys if keys is not None else loadable_keys())
    if not asked or not all(isinstance(key, str) for key in asked):
        raise InvalidInputError("Name at least one algorithm to evaluate, each by its key.")
    wanted = tuple(dict.fromkeys(asked))
    how = Protocol.named(protocol, folds=folds, seed=seed, k=tuple(k))
    request = run_request(dataset, wanted, how, configs)
    run_id = request_id(request)
    store = RunStore(cache_dir) if cache_dir is not None else None
    if store is not None and not recompute and (known := store.find(run_id)) is not None:
        return known
    started = time.perf_counter()
    report = progress or silent
    measured, per_split, costs, descriptions = _measure_all(dataset, wanted, how, configs or {}, report)
    report(0.98, "intervals and tests")
    run = assemble(request, how, measured, per_split, costs, descriptions, time.perf_counter() - started)
    if store is not None:
        store.save(run, People.of(measured, how.seed))
    report(1.0, "done")
    return run


def assemble(
    request: Mapping[str, Any],
    how: Protocol,
    measured: Mapping[str, Measured],
    per_split: Mapping[str, dict[str, list[float]]],
    costs: Mapping[str, Costs],
    splits: list[dict[str, Any]],
    took: float,
) -> EvaluationRun:
    """Return what was measured as a run, with intervals and the tests of all pairs.

    Parameters
    ----------
    request : mapping
        What `run_request` returned.
    measured, per_split, costs : mapping of key to ...
        Of each algorithm: everything together, each metric split by split, and what it took.
    splits : list of dict
        Their descriptions.
    took : float
        Seconds.
    """
    primary = ["rmse", "mae"]
    if how.kind == "ranking":
        primary = [
            metric_name(name, relevance, k)
            for relevance in RELEVANCES
            for name, k in (("ndcg", how.k[0]), ("recall", how.k[-1]))
        ]
    comparisons, best = compare_measured(measured, primary, how.seed)
    return EvaluationRun(
        run_id=request_id(request),
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        dataset=request["dataset"],
        protocol=how.to_dict(),
        summary=f"{request['dataset']['name']}: {how.sentence()}{how.told(splits)}",
        splits=splits,
        environment=environment(),
        algorithms={
            key: AlgorithmResult(
                key=key,
                title=order_title(key),
                config=request["configs"][name] | ({"lately": 1.0} if order else {}),
                metrics=metric_values(measured[key], how.seed),
                per_split=per_split[key],
                details=measured[key].details,
                fit_seconds=round(costs[key].fit_seconds, 3),
                ask_seconds=round(costs[key].ask_seconds, 3),
                people=costs[key].people,
                model_mb=round(costs[key].model_mb, 6),
            )
            for key in measured
            for name, order, _ in [key.partition(LATELY)]
        },
        primary=primary,
        comparisons=comparisons,
        leaders=best,
        seconds=round(took, 3),
    )


def run_request(
    dataset: Dataset, keys: Sequence[str], protocol: Protocol, configs: Configs | None = None
) -> dict[str, Any]:
    """Return everything that decides about a run's numbers; `request_id` of it names the run.

    Raises
    ------
    UnknownIdError, ConfigurationError
        For algorithms and configurations that do not exist.
    """
    unasked = set(configs or {}) - set(training_order(tuple(keys)))
    if unasked:
        raise InvalidInputError(
            f"Configurations were given for algorithms that do not run: {', '.join(sorted(unasked))}."
        )
    return {
        "dataset": {
            "name": dataset.name,
            "source": dataset.source,
            "fingerprint": dataset.fingerprint,
            "users": dataset.n_users,
            "movies": dataset.n_movies,
            "ratings": dataset.n_ratings,
        },
        "code": code_version(),
        "protocol": protocol.to_dict(),
        "asked": list(keys),
        "configs": {
            key: recommender_class(key)((configs or {}).get(key)).config.model_dump(mode="json")
            for key in training_order(tuple(keys))
        },
    }


def fit_on(
    train: Dataset,
    keys: Iterable[str],
    configs: Configs,
    progress: Progress,
    left_out: dict[str, str] | None = None,
) -> Iterator[tuple[str, Recommender, float, Progress]]:
    """Fit algorithms one after the other on one training part, members before their ensembles.

    With `left_out` an algorithm that cannot learn from the part is noted there with the reason, else it is an error.

    Yields
    ------
    key, model, seconds, progress
        The fitted model, the CPU seconds of its fit, and the progress of what is done with it. Models are dropped
        as soon as no later ensemble has them as a member. Members that were not asked for are yielded too.
    """
    order = training_order(tuple(keys))
    alive: dict[str, Recommender] = {}
    for number, key in enumerate(order):
        share = part_of(progress, number / len(order), (number + 1) / len(order))
        cls = recommender_class(key)
        began = time.process_time()
        members = {name: alive[name] for name in cls.member_keys if name in alive}
        try:
            model = cls(configs.get(key)).fit(
                train, part_of(share, 0.0, _FIT_SHARE, f"{recommender_class(key).title}: fitting, "), members
            )
        except InvalidInputError as error:
            if left_out is None:
                raise
            left_out[key] = str(error)
            continue
        yield key, model, time.process_time() - began, part_of(share, _FIT_SHARE, 1.0)
        alive[key] = model
        needed = {member for later in order[number + 1 :] for member in recommender_class(later).member_keys}
        alive = {name: kept for name, kept in alive.items() if name in needed}


def _measure_all(
    dataset: Dataset, keys: Sequence[str], protocol: Protocol, configs: Configs, progress: Progress
) -> tuple[dict[str, Measured], dict[str, dict[str, list[float]]], dict[str, Costs], list[dict[str, Any]]]:
    measurer = measure_ratings if protocol.kind == "ratings" else measure_ranking
    parts: dict[str, list[Measured]] = {key: [] for key in keys}
    costs = {key: Costs() for key in keys}
    descriptions = []

    total = protocol.n_splits
    for number, split in enumerate(protocol.splits(dataset)):
        prefix = f"fold {number + 1} of {total}, " if total > 1 else ""
        share = part_of(progress, 0.97 * number / total, 0.97 * (number + 1) / total, prefix)
        for key, model, fit_seconds, rest in fit_on(split.train, keys, configs, share):
            asked = orders(key, model, protocol) if key in parts else []
            for place, (name, ordered) in enumerate(asked):
                own = part_of(rest, place / len(asked), (place + 1) / len(asked))
                began = time.process_time()
                parts.setdefault(name, []).append(measurer(ordered, split, protocol, own))
                cost = costs.setdefault(name, Costs())
                cost.fit_seconds += fit_seconds
                cost.ask_seconds += time.process_time() - began
                cost.people += tested(parts[name][-1])
                cost.model_mb = model_mb(model)
        descriptions.append(split.description)
    per_split = {key: split_by_split(measured) for key, measured in parts.items()}
    return {key: combine(measured) for key, measured in parts.items()}, per_split, costs, descriptions


def orders(key: str, model: Recommender, protocol: Protocol) -> list[tuple[str, Recommender]]:
    """Return the orders in which a model is measured: of lists of what comes next its order for that, too."""
    if protocol.kind != "ranking" or not protocol.in_time or not model.loves:
        return [(key, model)]
    return [(key, model), (f"{key}{LATELY}", model.ordered(lately=1.0))]


def order_title(key: str) -> str:
    """Return what to call an algorithm in one of its `orders`."""
    name, order, _ = key.partition(LATELY)
    return f"{recommender_class(name).title}{', lately' if order else ''}"


def tested(measured: Measured) -> int:
    """Return how many people a split asked about."""
    return int(max(np.count_nonzero(one.denominators) for one in measured.statistics.values()))


def model_mb(model: Recommender) -> float:
    """Return the size of a fitted model's arrays in MB, those of its members included."""
    own = sum(array.nbytes for array in model.arrays.values()) / 1e6
    return own + sum(model_mb(member) for member in model.members.values())


def split_by_split(parts: Sequence[Measured]) -> dict[str, list[float]]:
    """Return each metric's value on every split alone."""
    return {
        name: [part.statistics[name].value if name in part.statistics else part.scalars[name] for part in parts]
        for name in (*parts[0].statistics, *parts[0].scalars)
    }


def combine(parts: Sequence[Measured]) -> Measured:
    """Return what several splits say together: every user's share in all of them, scalars averaged."""
    if len(parts) == 1:
        return parts[0]
    statistics = dict(parts[0].statistics)
    for part in parts[1:]:
        statistics = {name: item + part.statistics[name] for name, item in statistics.items()}
    scalars = {name: float(np.mean([part.scalars[name] for part in parts])) for name in parts[0].scalars}
    return Measured(statistics, scalars, {name: [part.details[name] for part in parts] for name in parts[0].details})


def metric_values(measured: Measured, seed: int) -> dict[str, MetricValue]:
    """Return all metrics, with bootstrap intervals where they are averages over users."""
    intervals = bootstrap_intervals(measured.statistics, seed=seed)
    values = {}
    for name, statistic in measured.statistics.items():
        low, high = intervals[name]
        values[name] = MetricValue(statistic.value, low, high) if np.isfinite(low) else MetricValue(statistic.value)
    return values | {name: MetricValue(value) for name, value in measured.scalars.items()}


def compare_measured(
    measured: Mapping[str, Measured], primary: Sequence[str], seed: int
) -> tuple[list[Comparison], dict[str, list[str]]]:
    """Return the tests of all pairs on each primary metric, and per metric the best with its ties."""
    comparisons: list[Comparison] = []
    best = {}
    for metric in primary:
        statistics = {key: item.statistics[metric] for key, item in measured.items()}
        comparisons += compare_pairs(metric, statistics, seed=seed)
        values = {key: item.value for key, item in statistics.items()}
        best[metric] = leaders(metric, values, comparisons, smaller_is_better=smaller_is_better(metric))
    return comparisons, best


def environment() -> dict[str, Any]:
    """Return what results depend on apart from data and configuration."""
    return {
        "code_version": code_version(),
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs",
        **{name: version(name) for name in ("numpy", "scipy", "scikit-learn", "scikit-surprise", "numba")},
    }
