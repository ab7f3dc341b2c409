"""Hyper-parameter search on a validation part of the training data; the test part is looked at once, at the end."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from core.data.dataset import Dataset
from core.data.splits import Split, holdout_per_user, random_holdout
from core.errors import InvalidInputError
from core.evaluation.benchmark import Configs, fit_on, stage
from core.evaluation.measure import Measured, measure_ranking, measure_ratings
from core.evaluation.protocols import Protocol, ProtocolKind
from core.evaluation.runs import code_version, smaller_is_better
from core.evaluation.spaces import Dimension, search_space, suggest
from core.recommenders.base import Progress, Recommender
from core.recommenders.registry import recommender_class

__all__ = ["TuningResult", "tune"]

_VALIDATION = 0.1
"""Share of the training part that trials are judged by."""


@dataclass(frozen=True)
class TuningResult:
    """What a search found.

    Attributes
    ----------
    best, default : dict
        ``config`` (complete), ``validation`` (the metric on the validation part) and ``test`` (after fitting on
        training and validation part together, measured once).
    trials : list of dict
        ``parameters``, ``value`` and ``cpu_seconds`` of every trial, in order; the first is the default.
    space : list of dict
        The ranges that were searched.
    """

    algorithm: str
    dataset: dict[str, str]
    metric: str
    protocol: dict[str, Any]
    how: str
    seed: int
    code_version: str
    best: dict[str, Any]
    default: dict[str, Any]
    trials: list[dict[str, Any]]
    space: list[dict[str, Any]]

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain values."""
        return asdict(self)


def tune(
    dataset: Dataset,
    key: str,
    *,
    kind: ProtocolKind = "ranking",
    metric: str | None = None,
    trials: int = 40,
    seed: int = 42,
    parameters: Sequence[str] | None = None,
    configs: Configs | None = None,
    progress: Progress | None = None,
) -> TuningResult:
    """Search an algorithm's hyper-parameters with a tree-structured Parzen estimator.

    Bergstra et al. (2011), Algorithms for hyper-parameter optimization, NIPS 24, as Optuna implements it. A fifth
    of the data is put aside as the test part; a tenth of the rest judges the trials, the first of which is the
    configuration to improve. Trials run one after the other, so that the seed decides about all of them.

    Parameters
    ----------
    metric : str, optional
        By default ``ndcg@10`` for ``ranking`` and ``rmse`` for ``ratings``.
    parameters : sequence of str, optional
        Fields of the configuration to search; by default all that `search_space` knows how to.
    configs : mapping of key to mapping, optional
        Where to start, for the algorithm and for members of an ensemble (which are fitted once).

    Raises
    ------
    InvalidInputError
        For a metric or parameter that does not exist.
    """
    if trials < 1:
        raise InvalidInputError(f"At least one trial is needed, not {trials}.")
    protocol = Protocol(kind=kind, split="per-user" if kind == "ranking" else "random", folds=1, seed=seed)
    wanted = metric or ("rmse" if kind == "ratings" else f"ndcg@{protocol.k[0]}")
    cls = recommender_class(key)
    start = cls((configs or {}).get(key)).config.model_dump(mode="json")
    space = search_space(cls.config_class, parameters, start)
    report = progress or _silent

    outer = next(protocol.splits(dataset))
    hold_out = holdout_per_user if kind == "ranking" else random_holdout
    inner = hold_out(outer.train, _VALIDATION, seed + 1)
    others = {name: dict(config) for name, config in (configs or {}).items() if name != key}
    members = _fit_members(key, inner.train, others, stage(report, 0.0, 0.1))

    history: list[dict[str, Any]] = []

    def objective(values: dict[str, Any]) -> float:
        began = time.process_time()
        share = stage(report, 0.1 + 0.8 * len(history) / trials, 0.1 + 0.8 * (len(history) + 1) / trials)
        share(0.0, f"trial {len(history) + 1} of {trials}")
        model = cls({**start, **values}).fit(inner.train, stage(share, 0.0, 0.6), members=members)
        value = _value(_measurer(kind)(model, inner, protocol, stage(share, 0.6, 1.0)), wanted)
        history.append({"parameters": values, "value": value, "cpu_seconds": round(time.process_time() - began, 3)})
        return value

    best_values = _search(objective, start, space, wanted, trials, seed)
    best_config = cls({**start, **best_values}).config.model_dump(mode="json")
    judge = min if smaller_is_better(wanted) else max
    tests = [
        _test(
            key,
            outer,
            protocol,
            wanted,
            {**others, key: config},
            stage(report, 0.9 + 0.05 * number, 0.95 + 0.05 * number),
        )
        for number, config in enumerate((start, best_config))
    ]
    report(1.0, "done")
    return TuningResult(
        algorithm=key,
        dataset={"name": dataset.name, "fingerprint": dataset.fingerprint},
        metric=wanted,
        protocol=protocol.to_dict(),
        how=f"{dataset.name}: {protocol.sentence()} Trials were judged on a tenth of the remaining ratings "
        f"(seed {seed + 1}); the held-out part was used once, after the search.",
        seed=seed,
        code_version=code_version(),
        best={
            "config": best_config,
            "validation": judge(float(trial["value"]) for trial in history),
            "test": tests[1],
        },
        default={"config": start, "validation": history[0]["value"], "test": tests[0]},
        trials=history,
        space=[asdict(item) for item in space],
    )


def _search(
    objective: Callable[[dict[str, Any]], float],
    start: Mapping[str, Any],
    space: Sequence[Dimension],
    metric: str,
    trials: int,
    seed: int,
) -> dict[str, Any]:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        direction="minimize" if smaller_is_better(metric) else "maximize",
        sampler=optuna.samplers.TPESampler(seed=seed),
    )
    study.enqueue_trial({item.name: start[item.name] for item in space})
    study.optimize(lambda trial: objective(suggest(trial, space)), n_trials=trials)
    return dict(study.best_trial.params)


def _fit_members(key: str, train: Dataset, configs: Configs, progress: Progress) -> dict[str, Recommender]:
    if not (keys := recommender_class(key).member_keys):
        return {}
    return {name: model for name, model, _, _ in fit_on(train, keys, configs, progress)}


def _test(key: str, split: Split, protocol: Protocol, metric: str, configs: Configs, progress: Progress) -> float:
    *_, (_, model, _, share) = fit_on(split.train, [key], configs, progress)
    return _value(_measurer(protocol.kind)(model, split, protocol, share), metric)


def _measurer(kind: ProtocolKind) -> Callable[[Recommender, Split, Protocol, Progress], Measured]:
    return measure_ratings if kind == "ratings" else measure_ranking


def _value(measured: Measured, metric: str) -> float:
    if metric in measured.statistics:
        return measured.statistics[metric].value
    if metric in measured.scalars:
        return measured.scalars[metric]
    known = ", ".join((*measured.statistics, *measured.scalars))
    raise InvalidInputError(f"There is no metric {metric!r} here. Choose one of: {known}.")


def _silent(done: float, text: str) -> None:
    """Report nothing."""
