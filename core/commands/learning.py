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
from importlib import import_module
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
_COMPILE, _FIT, _PART, _MEASURE = "compile", "fit", "part", "measure"
_SOON, _PARTS, _QUESTIONS = 2, 4, 5
"""Ranks of what is measured: once the first models stand, and behind all of them."""
_COMPUTING, _ASKING = "computing", "asking"
"""Kinds of tasks; an ensemble is learned from what its members answer."""
_WORDS = {_COMPILE: ("compiling",), _FIT: (), _PART: ("for measuring:",), _MEASURE: ("measuring",)}
_HELD_OUT = ".held_out"
"""Where models that know the rest of the ratings wait for their ensembles."""
_BASELINE = ".baseline"
"""Where what most algorithms begin with is left to the other processes, for one run of one version."""


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

    First what is learned in seconds, so that something can be served; then what is measured of one of them, which
    shows how long the rest takes; then the other models, then all else that is measured.
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
        How far they stand back for others, once what a first start serves with stands.
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
        _LOG.info("%s: %.1f s, %.1f s of a processor", name, outcome.seconds, outcome.cpu_seconds)
        if outcome.failure is not None:
            teller.failed(name, outcome)
            if kind != _COMPILE:
                learned.failed.setdefault(key, outcome.failure)
        elif kind == _FIT:
            found, reason = outcome.result
            learned.reports += found
            if reason is not None:
                learned.left_out[key] = reason
        elif kind in (_COMPILE, _PART):
            return
        elif outcome.result is None:
            learned.unmeasured += [key] if key in measures and key not in learned.left_out else []
        elif key in measures and key not in learned.left_out and (root / key).exists():
            judged[key] = outcome.result
            attach_metrics(root / key, judged[key].document)

    shutil.rmtree(root / _BASELINE, ignore_errors=True)
    try:
        side_by_side(tasks, jobs, room_mb, ended, teller.tell, gives_way=nice > 0)
    finally:
        shutil.rmtree(root / _BASELINE, ignore_errors=True)
    if learned.left_out:
        note_left_out(root, data.fingerprint, learned.left_out)
    held = _held_out(settings.dataset_dir, tuple(measures)) if judged else None
    if held is not None:
        held.keep(
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
        doing = {_COMPILE: "compiling", _FIT: "training"}.get(kind, "measuring")
        detail = f"\n{outcome.detail}" if outcome.detail else ""
        _LOG.error("%s %s failed: %s%s", doing, key, outcome.failure, detail)
        self._failed.add(name)

    def tell(self, board: Board) -> None:
        """Report a board, and publish it where it is another one or a second old."""
        words = [" ".join((*_WORDS[kind], key)) for kind, key in (name.split(" ") for name in board.running)]
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
    """Return what is to be done: models of all ratings, models of a part of them, and what those are asked.

    Before them come the loops that nobody has compiled yet, so that no process waits for another that does.
    """
    from core.evaluation.manifest import SAMPLED_ABOVE, SAMPLED_RATINGS
    from core.recommenders.kernels.kept import is_kept
    from core.recommenders.registry import training_order, viewers_of
    from core.store.costs import COMPILING, MEASURED_FIRST, asking, fitting, kernels_of, loads_of, rank_of

    wanted = training_order((*fits, *measures))
    tasks = []
    for kernel in kernels_of(wanted):
        if is_kept(kernel):
            continue
        needing = [key for key in wanted if kernel in kernels_of((key,))]
        rank, loads = min(map(rank_of, needing)), loads_of(needing[:1])
        name, seconds = f"{_COMPILE} {kernel}", COMPILING[kernel]
        tasks.append(Task(name, _compile, (kernel,), (), rank, seconds, 200.0, loads, kind=_COMPUTING))

    def kind_of(key: str) -> str:
        return _ASKING if viewers_of(key) else _COMPUTING

    def after_compiling(key: str) -> list[str]:
        return [f"{_COMPILE} {kernel}" for kernel in kernels_of(training_order((key,)))]

    for key in fits:
        cost = fitting(key, data.n_ratings)
        tasks.append(
            Task(
                f"{_FIT} {key}",
                _fit,
                (settings.dataset_dir, key, settings.dataset_models_dir),
                (*after_compiling(key), *(f"{_FIT} {member}" for member in viewers_of(key))),
                rank_of(key),
                cost.seconds,
                cost.memory_mb,
                loads_of(training_order((key,))),
                steady=not viewers_of(key),
                kind=kind_of(key),
            )
        )
    drawn = data.n_ratings > SAMPLED_ABOVE
    size = SAMPLED_RATINGS if drawn else data.n_ratings
    people = round(data.n_users * size / max(data.n_ratings, 1))
    mapped = data.n_ratings if drawn else 0
    for key in training_order(tuple(measures)):
        cost = fitting(key, size, drawn_from=mapped)
        arguments = (settings.dataset_dir, key, settings.dataset_models_dir / _HELD_OUT, tuple(measures))
        needs = (*after_compiling(key), *(f"{_PART} {member}" for member in viewers_of(key)))
        loads = loads_of(training_order((key,)))
        soon = key == MEASURED_FIRST and key in measures and not drawn
        name, rank, kind = f"{_PART} {key}", _SOON if soon else _PARTS, kind_of(key)
        tasks.append(Task(name, _fit_part, arguments, needs, rank, cost.seconds, cost.memory_mb, loads, kind=kind))
        if key in measures:
            seconds = asking(key, people, data.n_movies)
            needs = (f"{_FIT} {key}", f"{_PART} {key}")
            name, rank = f"{_MEASURE} {key}", _SOON if soon else _QUESTIONS
            tasks.append(Task(name, _measure, arguments, needs, rank, seconds, cost.memory_mb, loads, kind=_ASKING))
    return tasks


def _compile(_report: Progress, kernel: str) -> None:
    """Compile a module's loops, or find that they are."""
    import_module(f"core.recommenders.kernels.{kernel}")


def _fit(report: Progress, dataset: Path, key: str, root: Path) -> tuple[list[TrainReport], str | None]:
    """Fit an algorithm, whose members are there, and store it; return what it took, or why it cannot learn."""
    from core.data.dataset import Dataset
    from core.store.training import train

    left_out: dict[str, str] = {}
    reports = train(Dataset.open(dataset), [key], root, report, left_out=left_out, shared=root / _BASELINE)
    return reports, left_out.get(key)


def _fit_part(report: Progress, dataset: Path, key: str, root: Path, measures: tuple[str, ...]) -> None:
    """Fit an algorithm to what is not held out, and store it for who measures it and for its ensembles."""
    _fitted(report, _held_out(dataset, measures), key, root)


def _measure(report: Progress, dataset: Path, key: str, root: Path, measures: tuple[str, ...]) -> Judged | None:
    """Ask an algorithm about what is held out; None where the rest does not suffice to learn from."""
    from core.progress import part_of

    held = _held_out(dataset, measures)
    found = _fitted(part_of(report, 0.0, 0.2), held, key, root)
    if held is None or found is None:
        return None
    model, seconds = found
    return held.judge(model, seconds, part_of(report, 0.2, 1.0))


def _fitted(report: Progress, held: HeldOut | None, key: str, root: Path) -> tuple[Recommender, float] | None:
    """Return a model that knows what is not held out, as it is stored or else fitted, and its fit's CPU seconds."""
    from core.errors import CineMatchError, InvalidInputError
    from core.recommenders.registry import recommender_class, viewers_of
    from core.store.artifact import get_model_metadata, save_model
    from core.store.loader import open_artifact

    if held is None:
        return None
    train = held.split.train
    config = recommender_class(key)(held.configs.get(key)).config.model_dump(mode="json")
    members: dict[str, Recommender] = {}
    for member in viewers_of(key):
        # One that is not there, or of other data, is fitted by the ensemble.
        with suppress(CineMatchError):
            members[member] = open_artifact(root / member, get_model_metadata(root / member), train, members)
    with suppress(CineMatchError):
        manifest = get_model_metadata(root / key)
        if manifest["config"] == config:
            return open_artifact(root / key, manifest, train, members), float(manifest["train_seconds"])
    began = time.process_time()
    try:
        model = recommender_class(key)(config).fit(train, report, members)
    except InvalidInputError:
        return None
    seconds = time.process_time() - began
    save_model(model, root / key, training={"train_seconds": seconds})
    return model, seconds


@lru_cache(maxsize=1)
def _held_out(dataset: Path, measures: tuple[str, ...]) -> HeldOut | None:
    """Return what is held out, the same in every process, computed once in each; None where there is too little."""
    from core.data.dataset import Dataset
    from core.errors import InvalidInputError
    from core.evaluation.manifest import HeldOut

    try:
        return HeldOut.of(Dataset.open(dataset), measures)
    except InvalidInputError:
        return None
