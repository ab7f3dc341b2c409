"""What a change of the hybrid's weights does to its accuracy, on ratings that it has not seen."""

import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from core.data.dataset import Dataset
from core.data.splits import Split
from core.errors import ArtifactError, InvalidInputError
from core.evaluation.benchmark import run_request
from core.evaluation.measure import measure_ranking, measure_ratings
from core.evaluation.protocols import Protocol
from core.evaluation.runs import code_version, request_id
from core.evaluation.significance import compare_pairs
from core.evaluation.statistic import UserStatistic
from core.lists.requests import WhatIf
from core.progress import Progress, part_of
from core.recommenders.base import Recommender
from core.recommenders.hybrid.model import Hybrid
from core.store.artifact import save_model
from core.store.loader import load_model

__all__ = ["MEASURED_UP_TO", "WhatIfMetric", "WhatIfResult", "measure_what_if"]

MEASURED_UP_TO = 5_000_000
"""Ratings up to which a what-if is measured: beyond, fitting the members again takes longer than people wait."""
_TEST_USERS = 10_000
_LISTS = ("liked_ndcg@10", "rated_ndcg@10")
_STARS = ("rmse",)
_METRICS = (*_LISTS, *_STARS)


@dataclass(frozen=True)
class WhatIfMetric:
    """One metric of both hybrids over the same users.

    Attributes
    ----------
    difference : float
        `changed` minus `learned`.
    low, high : float
        95% bootstrap interval of the difference, over users.
    p_value : float
        Of the paired randomisation test over users, Holm-adjusted over the metrics.
    """

    name: str
    learned: float
    changed: float
    difference: float
    low: float
    high: float
    p_value: float
    significant: bool


@dataclass(frozen=True)
class WhatIfResult:
    """How a changed hybrid did beside the learned one."""

    what_if: WhatIf
    metrics: list[WhatIfMetric]
    how: str
    users: int
    seed: int
    code_version: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


def measure_what_if(
    dataset: Dataset,
    model: Hybrid,
    what_if: WhatIf,
    *,
    seed: int = 42,
    cache_dir: Path | None = None,
    progress: Progress | None = None,
) -> WhatIfResult:
    """Measure a hybrid with the weights it has learned and with changed ones.

    A random fifth of each user's ratings is held out; a hybrid of the same configuration as `model` is fitted on the
    rest, weights included, and asked with and without the factors.

    Parameters
    ----------
    model : Hybrid
        Names configuration and members; nothing is asked of it, since it has seen all ratings.
    cache_dir : path, optional
        Where the fitted hybrid is kept for the next question; one for each data set.
    progress : callable, optional

    Raises
    ------
    InvalidInputError
        When the factors do not fit, or the data set has more than five million ratings.
    """
    if dataset.n_ratings > MEASURED_UP_TO:
        raise InvalidInputError(
            f"{dataset.name} has {dataset.n_ratings:,} ratings: a what-if is measured on up to {MEASURED_UP_TO:,}. "
            "Use a smaller data set for this."
        )
    model.what_if(what_if.ranking, what_if.rating)
    report = progress or (lambda _share, _text: None)
    ranking = Protocol(kind="ranking", split="per-user", folds=1, seed=seed, max_users=_TEST_USERS)
    ratings = Protocol(kind="ratings", split="per-user", folds=1, seed=seed, max_users=_TEST_USERS)
    split = next(ranking.splits(dataset))
    configs = {key: one.config.model_dump(mode="json") for key, one in {**model.members, model.key: model}.items()}
    name = request_id(run_request(dataset, [model.key], ranking, configs))
    learned = _fitted(split, model, cache_dir / "what-if" / dataset.name / name if cache_dir else None, report)
    changed = learned.what_if(what_if.ranking, what_if.rating)
    statistics: dict[str, dict[str, UserStatistic]] = {name: {} for name in _METRICS}
    for number, (key, asked) in enumerate((("changed", changed), ("learned", learned))):
        part = part_of(report, 0.6 + 0.2 * number, 0.8 + 0.2 * number, f"{key} weights: ")
        of_lists = measure_ranking(asked, split, ranking, part_of(part, 0.0, 0.6)).statistics
        of_stars = measure_ratings(asked, split, ratings, part_of(part, 0.6, 1.0)).statistics
        for metrics, found in ((_LISTS, of_lists), (_STARS, of_stars)):
            for metric in metrics:
                statistics[metric][key] = found[metric]
    return WhatIfResult(
        what_if=what_if,
        metrics=[_metric(name, found, seed) for name, found in statistics.items()],
        how=f"{dataset.name}: {ranking.sentence()} The same held-out ratings give RMSE. A hybrid of the same "
        "configuration was fitted on the rest and learned weights there, which the factors multiply. Intervals are "
        "95% over users.",
        users=int(split.description["test_users"]),
        seed=seed,
        code_version=code_version(),
    )


def _metric(name: str, statistics: Mapping[str, UserStatistic], seed: int) -> WhatIfMetric:
    (pair,) = compare_pairs(name, statistics, seed=seed)
    p_value = min(1.0, len(_METRICS) * pair.p_value)
    return WhatIfMetric(
        name=name,
        learned=statistics["learned"].value,
        changed=statistics["changed"].value,
        difference=pair.difference,
        low=pair.low,
        high=pair.high,
        p_value=p_value,
        significant=p_value < 0.05,
    )


def _fitted(split: Split, model: Hybrid, place: Path | None, report: Progress) -> Hybrid:
    """Return a hybrid like `model` fitted on the training part, from `place` where it has been kept."""
    if place is not None and (place / model.key).exists():
        try:
            return cast("Hybrid", load_model(place / model.key, split.train))
        except ArtifactError:
            shutil.rmtree(place)
    members: dict[str, Recommender] = {}
    steps = len(model.members) + 1
    for number, (key, member) in enumerate(model.members.items()):
        share = part_of(report, 0.3 * number / steps, 0.3 * (number + 1) / steps, f"{member.title}: fitting, ")
        members[key] = type(member)(member.config).fit(split.train, share)
    fitted = Hybrid(model.config).fit(split.train, part_of(report, 0.3, 0.6, "weights: "), members)
    if place is not None:
        # Code, configuration or data have changed since: what others kept here answers no question any more.
        if place.parent.exists():
            shutil.rmtree(place.parent)
        save_model(fitted, place / model.key)
    return fitted
