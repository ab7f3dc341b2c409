"""Fitting and measuring algorithms side by side, each stored as soon as it is ready."""

from __future__ import annotations

import logging
import os
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from core.tasks import Board, Outcome, Task, side_by_side
from core.views import Learning

if TYPE_CHECKING:
    from core.data.dataset import Dataset
    from core.evaluation.manifest import HeldOut, Judged
    from core.progress import Progress
    from core.recommenders.base import Recommender
    from core.settings import Settings
    from core.store.training import TrainReport

__all__ = ["Learned", "default_jobs", "learn"]

_LOG = logging.getLogger("cinematch.train")
_FIT, _MEASURE = "fit", "measure"
_HELD_OUT = ".held_out"
"""Where models that know the rest of the ratings wait for their ensembles."""


@dataclass
class Learned:
    """What became of it.

    Attributes
    ----------
    reports : list of TrainReport
    left_out : dict of key to str
        Algorithms that cannot learn from these data, with the reason.
    failed : dict of key to str
        Those that failed, with a sentence.
    unmeasured : list of key
        Those that a part of the ratings does not suffice for.
    """

    reports: list[TrainReport] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    unmeasured: list[str] = field(default_factory=list)


def default_jobs() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def learn(
    settings: Settings,
    data: Dataset,
    fits: Sequence[str],
    measures: Sequence[str],
    jobs: int,
    room_mb: float,
    report: Progress,
    publish: Callable[[Learning], None] = lambda _learning: None,
    nice: int = 0,
) -> Learned:
    """Fit algorithms to all ratings and measure them on held-out ones, side by side.

    First what is learned in seconds, so that something can be served; then the other models, then what is measured.
    Each model, and what was measured of it, is stored when it is ready: who is stopped goes on there the next time.

    Parameters
    ----------
    fits, measures : sequence of str
        Keys.
    jobs : int
        Processes.
    room_mb : float
        What they may take together.
    nice : int
        How far they stand back for others, once what is learned in seconds stands.
    """
    from core.store.artifact import attach_metrics
    from core.store.training import note_left_out

    root = settings.dataset_models_dir
    tasks = [replace(task, nice=nice if task.rank else 0) for task in _tasks(settings, data, fits, measures)]
    learned = Learned()
    judged: dict[str, Judged] = {}
    started = time.perf_counter()
    teller = _Teller(report, publish, fits, measures, learned.failed)

    def ended(name: str, outcome: Outcome) -> None:
        kind, key = name.split(" ")
        _LOG.info("%s: %.1f s", name, outcome.seconds)
        if outcome.failure is not None:
            learned.failed.setdefault(key, outcome.failure)
            teller.failed(name, outcome)
        elif kind == _FIT:
            found, reason = outcome.result
            learned.reports += found
            if reason is not None:
                learned.left_out[key] = reason
        elif outcome.result is None:
            learned.unmeasured += [key] if key in measures and key not in learned.left_out else []
        elif key in measures and key not in learned.left_out and (root / key).exists():
            judged[key] = outcome.result
            attach_metrics(root / key, judged[key].document)

    side_by_side(tasks, jobs, room_mb, ended, teller.tell)
    if learned.left_out:
        note_left_out(root, data.fingerprint, learned.left_out)
    if judged:
        _held_out(settings.dataset_dir, tuple(measures)).keep(
            {key: judged[key] for key in measures if key in judged},
            settings.cache_dir,
            time.perf_counter() - started,
        )
    if not learned.failed:
        shutil.rmtree(root / _HELD_OUT, ignore_errors=True)
    return learned


class _Teller:
    """Says how far it is: on the terminal, and to whoever serves the models."""

    def __init__(
        self,
        report: Progress,
        publish: Callable[[Learning], None],
        fits: Sequence[str],
        measures: Sequence[str],
        reasons: dict[str, str],
    ) -> None:
        self._report, self._publish = report, publish
        self._fits, self._measures, self._reasons = fits, measures, reasons
        self._failed: set[str] = set()
        self._published: tuple[tuple[str, ...], float] | None = None

    def failed(self, name: str, outcome: Outcome) -> None:
        """Log why something failed."""
        kind, key = name.split(" ")
        doing = "training" if kind == _FIT else "measuring"
        detail = f"\n{outcome.detail}" if outcome.detail else ""
        _LOG.error("%s %s failed: %s%s", doing, key, outcome.failure, detail)
        self._failed.add(name)

    def tell(self, board: Board) -> None:
        """Report a board, and publish it where it is another one or a second old."""
        words = [name.replace(f"{_FIT} ", "").replace(f"{_MEASURE} ", "measuring ") for name in board.running]
        self._report(min(board.fraction, 0.99) if words else 1.0, ", ".join(words) or "done")
        now = time.monotonic()
        if self._published is None or self._published[0] != board.running or now - self._published[1] > 1.0:
            self._published = board.running, now
            self._publish(self._learning(board))

    def _learning(self, board: Board) -> Learning:
        def state(name: str) -> str:
            if name in self._failed:
                return "failed"
            return "running" if name in board.running else "waiting" if name in board.waiting else "done"

        return Learning(
            "running",
            {key: state(f"{_FIT} {key}") for key in self._fits},  # type: ignore[misc]
            {key: state(f"{_MEASURE} {key}") for key in self._measures},  # type: ignore[misc]
            dict(self._reasons),
            time.time() + board.left,
        )


def _tasks(settings: Settings, data: Dataset, fits: Sequence[str], measures: Sequence[str]) -> list[Task]:
    """Return what is to be done.

    A model is measured after it was fitted: what has to be compiled for it is compiled once.
    """
    from core.evaluation.manifest import SAMPLED_ABOVE, SAMPLED_RATINGS
    from core.recommenders.registry import training_order, viewers_of
    from core.store.costs import FIRST, fitting, measuring

    tasks = []
    for key in fits:
        cost = fitting(key, data.n_ratings)
        tasks.append(
            Task(
                f"{_FIT} {key}",
                _fit,
                (settings.dataset_dir, key, settings.dataset_models_dir),
                tuple(f"{_FIT} {member}" for member in viewers_of(key)),
                0 if key in FIRST else 1,
                cost.seconds,
                cost.memory_mb,
                steady=not viewers_of(key),
            )
        )
    drawn = data.n_ratings > SAMPLED_ABOVE
    size = min(data.n_ratings, SAMPLED_RATINGS) if drawn else data.n_ratings
    people = round(data.n_users * size / max(data.n_ratings, 1))
    for key in training_order(tuple(measures)):
        cost = measuring(key, size, people, data.n_movies, drawn_from=data.n_ratings if drawn else 0)
        needs = (f"{_FIT} {key}", *(f"{_MEASURE} {member}" for member in viewers_of(key)))
        arguments = (settings.dataset_dir, key, settings.dataset_models_dir / _HELD_OUT, tuple(measures))
        tasks.append(Task(f"{_MEASURE} {key}", _measure, arguments, needs, 2, cost.seconds, cost.memory_mb))
    return tasks


def _fit(report: Progress, dataset: Path, key: str, root: Path) -> tuple[list[TrainReport], str | None]:
    """Fit an algorithm, whose members are there, and store it; return what it took, or why it cannot learn."""
    from core.data.dataset import Dataset
    from core.store.training import train

    left_out: dict[str, str] = {}
    reports = train(Dataset.open(dataset), [key], root, report, left_out=left_out)
    return reports, left_out.get(key)


def _measure(report: Progress, dataset: Path, key: str, root: Path, measures: tuple[str, ...]) -> Judged | None:
    """Fit an algorithm to what is not held out and ask it about the rest; None where that does not suffice.

    Where an ensemble needs the model it is stored, and taken from there if it was before.
    """
    from core.errors import CineMatchError, InvalidInputError
    from core.progress import part_of
    from core.recommenders.registry import recommender_class, training_order, viewers_of
    from core.store.artifact import get_model_metadata, save_model
    from core.store.loader import open_artifact

    try:
        held = _held_out(dataset, measures)
    except InvalidInputError:
        return None
    train = held.split.train
    config = recommender_class(key)(held.configs.get(key)).config.model_dump(mode="json")
    members: dict[str, Recommender] = {}
    for member in viewers_of(key):
        # One that is not there, or of other data, is fitted by the ensemble.
        with suppress(CineMatchError):
            members[member] = open_artifact(root / member, get_model_metadata(root / member), train, members)
    began = time.process_time()
    try:
        manifest = get_model_metadata(root / key)
        if manifest["config"] != config:
            raise InvalidInputError("The configuration is another one.")
        model = open_artifact(root / key, manifest, train, members)
        seconds = float(manifest["train_seconds"])
    except CineMatchError:
        try:
            model = recommender_class(key)(config).fit(train, part_of(report, 0.0, 0.6), members)
        except InvalidInputError:
            return None
        seconds = time.process_time() - began
        if any(key in viewers_of(other) for other in training_order(measures)):
            save_model(model, root / key, training={"train_seconds": seconds})
    return held.judge(model, seconds, part_of(report, 0.6, 1.0)) if key in measures else None


@lru_cache(maxsize=1)
def _held_out(dataset: Path, measures: tuple[str, ...]) -> HeldOut:
    """Return what is held out, the same in every process and computed once in each."""
    from core.data.dataset import Dataset
    from core.evaluation.manifest import HeldOut

    return HeldOut.of(Dataset.open(dataset), measures)
