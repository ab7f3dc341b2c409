"""Hyper-parameter search on a validation part of the training data; the test part is looked at once, at the end."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from statistics import fmean
from typing import Any

from core.data.dataset import Dataset
from core.data.splits import Split, holdout_per_user, random_holdout
from core.display.metrics import smaller_is_better
from core.errors import InvalidInputError
from core.evaluation.benchmark import Configs, fit_on
from core.evaluation.measure import Measured, measure_ranking, measure_ratings
from core.evaluation.protocols import Protocol, ProtocolKind
from core.evaluation.relevance import RELEVANCES, metric_name
from core.evaluation.runs import code_version
from core.evaluation.spaces import Dimension, search_space, suggest
from core.progress import Progress, part_of, silent
from core.recommenders.base import Recommender
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
        ``config`` (complete), ``validation`` (the metric on the validation part, its mean where there are several
        data sets), ``test`` (the same after fitting on training and validation part together, measured once) and
        ``tests`` (the latter for each data set by its name).
    trials : list of dict
        ``parameters``, ``value`` and ``cpu_seconds`` of every trial, in order; the first is the default.
    space : list of dict
        The ranges that were searched.
    """

    algorithm: str
    dataset: dict[str, str]
    also: list[dict[str, str]]
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


class _Task:
    """A data set's validation part, which judges trials, and its test part."""

    def __init__(self, dataset: Dataset, key: str, protocol: Protocol, metric: str, others: Configs) -> None:
        self.dataset = {"name": dataset.name, "fingerprint": dataset.fingerprint}
        self._key, self._protocol, self._metric, self._others = key, protocol, metric, others
        self._outer = next(protocol.splits(dataset))
        hold_out = holdout_per_user if protocol.kind == "ranking" else random_holdout
        self._inner = hold_out(self._outer.train, _VALIDATION, protocol.seed + 1)
        self._members: dict[str, Recommender] = {}

    def prepare(self, progress: Progress) -> None:
        """Fit the members of an ensemble, once for all trials."""
        if keys := recommender_class(self._key).member_keys:
            self._members = {
                name: model for name, model, *_ in fit_on(self._inner.train, keys, self._others, progress)
            }

    def judge(self, config: Mapping[str, Any], progress: Progress) -> float:
        """Return the metric on the validation part."""
        model = recommender_class(self._key)(config)
        model.fit(self._inner.train, part_of(progress, 0.0, 0.6), members=self._members)
        return self._value(model, self._inner, part_of(progress, 0.6, 1.0))

    def test(self, config: Mapping[str, Any], progress: Progress) -> float:
        """Return the metric on the test part."""
        configs = {**self._others, self._key: config}
        *_, (_, model, _, share) = fit_on(self._outer.train, [self._key], configs, progress)
        return self._value(model, self._outer, share)

    def _value(self, model: Recommender, split: Split, progress: Progress) -> float:
        measure = measure_ratings if self._protocol.kind == "ratings" else measure_ranking
        return _value(measure(model, split, self._protocol, progress), self._metric)


def tune(
    dataset: Dataset,
    key: str,
    *,
    also: Sequence[Dataset] = (),
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
    also : sequence of Dataset, optional
        Further data sets for which the same configuration shall be good: trials are judged by the metric's mean.
    metric : str, optional
        By default ``liked_ndcg@10`` for ``ranking`` and ``rmse`` for ``ratings``.
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
    wanted = metric or ("rmse" if kind == "ratings" else metric_name("ndcg", RELEVANCES[0], protocol.k[0]))
    cls = recommender_class(key)
    start = cls((configs or {}).get(key)).config.model_dump(mode="json")
    space = search_space(cls.config_class, parameters, start)
    report = progress or silent
    others = {name: dict(config) for name, config in (configs or {}).items() if name != key}
    tasks = [_Task(data, key, protocol, wanted, others) for data in (dataset, *also)]

    def each(ask: Callable[[_Task], Callable[[Progress], float | None]], share: Progress) -> list[Any]:
        parts = [part_of(share, number / len(tasks), (number + 1) / len(tasks)) for number in range(len(tasks))]
        return [ask(task)(part) for task, part in zip(tasks, parts, strict=True)]

    each(lambda task: task.prepare, part_of(report, 0.0, 0.1))
    history: list[dict[str, Any]] = []

    def objective(values: dict[str, Any]) -> float:
        began = time.process_time()
        share = part_of(report, 0.1 + 0.8 * len(history) / trials, 0.1 + 0.8 * (len(history) + 1) / trials)
        share(0.0, f"trial {len(history) + 1} of {trials}")
        value = fmean(each(lambda task: partial(task.judge, {**start, **values}), share))
        history.append({"parameters": values, "value": value, "cpu_seconds": round(time.process_time() - began, 3)})
        return value

    best_values = _search(objective, start, space, wanted, trials, seed)
    best_config = cls({**start, **best_values}).config.model_dump(mode="json")
    judge = min if smaller_is_better(wanted) else max
    ends = []
    for number, config in enumerate((start, best_config)):
        share = part_of(report, 0.9 + 0.05 * number, 0.95 + 0.05 * number)
        values = each(lambda task, config=config: partial(task.test, config), share)  # type: ignore[misc]
        names = [task.dataset["name"] for task in tasks]
        ends.append({"config": config, "test": fmean(values), "tests": dict(zip(names, values, strict=True))})
    report(1.0, "done")
    return TuningResult(
        algorithm=key,
        dataset=tasks[0].dataset,
        also=[task.dataset for task in tasks[1:]],
        metric=wanted,
        protocol=protocol.to_dict(),
        how=f"{' and '.join(task.dataset['name'] for task in tasks)}: {protocol.sentence()} Trials were judged on a "
        f"tenth of the remaining ratings (seed {seed + 1}); the held-out part was used once, after the search.",
        seed=seed,
        code_version=code_version(),
        best={**ends[1], "validation": judge(float(trial["value"]) for trial in history)},
        default={**ends[0], "validation": history[0]["value"]},
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


def _value(measured: Measured, metric: str) -> float:
    if metric in measured.statistics:
        return measured.statistics[metric].value
    if metric in measured.scalars:
        return measured.scalars[metric]
    known = ", ".join((*measured.statistics, *measured.scalars))
    raise InvalidInputError(f"There is no metric {metric!r} here. Choose one of: {known}.")
