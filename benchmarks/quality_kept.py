"""What ours did on a split is kept, so that a run that was stopped goes on, and several can share the splits."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from core.data.splits import Split
from core.evaluation.measure import Measured
from core.evaluation.protocols import Protocol
from core.evaluation.runs import code_version
from core.evaluation.statistic import UserStatistic

__all__ = ["Answered", "keep"]


class Answered(NamedTuple):
    """What one algorithm did on one split; `measured` is without the tables behind its metrics."""

    key: str
    measured: Measured
    fit_seconds: float
    seconds: float


def keep(
    kept_in: Path, split: Split, protocol: Protocol, keys: tuple[str, ...], measure: Callable[[], Iterator[Answered]]
) -> list[Answered]:
    """Return what was measured with the same code on the same split before, else measure and keep it."""
    question = json.dumps([code_version(), keys, asdict(protocol), split.description])
    digest = hashlib.sha256(question.encode())
    for array in (split.train.user_items, split.train.user_ratings, split.test_users, split.test_items):
        digest.update(np.ascontiguousarray(array).tobytes())
    file = kept_in / f"{digest.hexdigest()[:20]}.npz"
    if file.exists():
        return _read(file)
    answers = list(measure())
    kept_in.mkdir(parents=True, exist_ok=True)
    _write(file, answers)
    return answers


def _write(file: Path, answers: list[Answered]) -> None:
    arrays: dict[str, Any] = {}
    told: list[Any] = []
    for number, (key, measured, fit_seconds, seconds) in enumerate(answers):
        roots = {name: statistic.root for name, statistic in measured.statistics.items()}
        told.append([key, fit_seconds, seconds, measured.scalars, roots])
        for name, statistic in measured.statistics.items():
            arrays[f"{number} {name}"] = np.stack([statistic.numerators, statistic.denominators])
    part = file.with_suffix(".part.npz")
    np.savez_compressed(part, told=json.dumps(told), **arrays)
    part.replace(file)


def _read(file: Path) -> list[Answered]:
    with np.load(file, allow_pickle=False) as archive:
        found = []
        for number, (key, fit_seconds, seconds, scalars, roots) in enumerate(json.loads(str(archive["told"]))):
            statistics = {}
            for name, root in roots.items():
                numerators, denominators = archive[f"{number} {name}"]
                statistics[name] = UserStatistic(numerators, denominators, root)
            found.append(Answered(key, Measured(statistics, scalars, {}), fit_seconds, seconds))
        return found
