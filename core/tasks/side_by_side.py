"""Tasks that need each other, taken up by as many processes as there are processors and memory for."""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from multiprocessing.connection import wait
from typing import Any

from core.tasks.estimate import Board, Course, Crowd, estimate
from core.tasks.workers import Message, Worker, attempt

__all__ = ["Outcome", "Task", "side_by_side"]

_LOOK_EVERY_S = 0.25
_START_S = 2.0
"""What a process is expected to take to start."""
_ANEW_FROM_S = 30 * _START_S
"""What takes so long gets a process of its own: what others left in memory would lie beside it all the time."""


@dataclass(frozen=True)
class Task:
    """Something to do.

    Attributes
    ----------
    work : callable
        A function of a module. It is called with a `Progress` and the arguments, which are pickled as its result is.
    needs : tuple of str
        Names of tasks that have to be done before; of those that are not there, nothing is awaited.
    rank : int
        Lower ones are taken up first; of equal ones, those after which the most is left to do.
    seconds, memory_mb : float
        Processor time and memory that are expected of it. It is taken up when there is so much memory beside those
        that run.
    loads : mapping of str to float
        What a process does once, before the first of the tasks that need it, and the seconds it takes.
    steady : bool
        Whether the share that it reports is one of its time.
    kind : str
        Tasks of one kind are expected to take longer or shorter together; see `Course`.
    nice : int
        How far a process stands back for others from this task on.
    """

    name: str
    work: Callable[..., Any]
    arguments: tuple[Any, ...] = ()
    needs: tuple[str, ...] = ()
    rank: int = 0
    seconds: float = 1.0
    memory_mb: float = 0.0
    loads: Mapping[str, float] = field(default_factory=dict)
    steady: bool = False
    kind: str = ""
    nice: int = 0


@dataclass(frozen=True)
class Outcome:
    """What became of a task: its result, or a sentence why there is none, with the traceback of the unexpected.

    It took so many seconds, and so many of a processor.
    """

    result: Any = None
    failure: str | None = None
    detail: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0


@dataclass
class _Run:
    jobs: int
    room_mb: float
    tasks: dict[str, Task]
    courses: dict[str, Course]
    gives_way: bool = False
    started: float = field(default_factory=time.monotonic)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    at_work: dict[str, Worker] = field(default_factory=dict)
    idle: list[Worker] = field(default_factory=list)
    busy_before: dict[str, float] = field(default_factory=dict)
    crowd: Crowd = field(default_factory=Crowd)
    waited_before: float = 0.0
    """Seconds for which processes that were dismissed were kept waiting for a processor."""

    @property
    def now(self) -> float:
        return time.monotonic() - self.started

    def _places(self) -> int:
        """Return how many processes may work now."""
        first = [task for name, task in self.tasks.items() if task.rank == 0 and name not in self.outcomes]
        if not first or not self.gives_way:
            return self.jobs
        waiting = sum(task.seconds for task in first if task.name not in self.at_work)
        return min(self.jobs, max(math.ceil(waiting / _START_S), 1))

    def begin(self) -> None:
        """Give every process that is free the first task that can be done now."""
        places = self._places()
        for name, task in self.tasks.items():
            if len(self.at_work) >= places:
                return
            if name in self.outcomes or name in self.at_work:
                continue
            needed = [self.outcomes.get(need) for need in task.needs if need in self.tasks]
            if any(outcome is None for outcome in needed):
                continue
            if hopeless := _hopeless(task, self.outcomes):
                self._end(name, hopeless)
                continue
            taken = sum(self.tasks[other].memory_mb for other in self.at_work)
            if self.at_work and taken + task.memory_mb > self.room_mb:
                continue
            self.idle = [worker for worker in self.idle if worker.lives]
            anew = task.seconds >= _ANEW_FROM_S
            if anew and self.idle:
                self._dismiss(self.idle.pop())
            starts = anew or not self.idle
            worker = Worker() if starts else self.idle.pop()
            self.at_work[name] = worker
            self.busy_before[name] = 0.0 if starts else worker.busy()
            loads = sum(seconds for what, seconds in task.loads.items() if what not in worker.loaded)
            worker.loaded.update(task.loads)
            self.courses[name] = replace(
                self.courses[name], began=self.now, expected=self.courses[name].expected + loads
            )
            worker.start(task.work, task.arguments, task.nice)

    def _dismiss(self, worker: Worker) -> None:
        self.waited_before += worker.waited() or 0.0
        worker.end()

    def listen(self) -> None:
        """Hear what the processes say for a moment."""
        speakers = {worker.connection: name for name, worker in self.at_work.items()}
        for connection in wait(list(speakers), _LOOK_EVERY_S):
            name = speakers[connection]  # type: ignore[index]
            worker = self.at_work[name]
            message = worker.said()
            if message.kind == "progress":
                if self.tasks[name].steady:
                    self.courses[name] = replace(self.courses[name], done=message.content[0])
                continue
            self._look(name, worker)
            del self.at_work[name]
            if worker.lives:
                self.idle.append(worker)
            course = self.courses[name]
            self._end(name, _outcome_of(message, self.now - (course.began or 0.0), course.busy))

    def _end(self, name: str, outcome: Outcome) -> None:
        self.outcomes[name] = outcome
        course = self.courses[name]
        # What failed has not shown how long it takes.
        expected = course.busy if outcome.failure is not None else course.expected
        began = self.now if course.began is None else course.began
        self.courses[name] = replace(course, expected=expected, began=began, ended=self.now)

    def _look(self, name: str, worker: Worker) -> None:
        self.courses[name] = replace(self.courses[name], busy=worker.busy() - self.busy_before[name])

    def board(self) -> Board:
        for name, worker in self.at_work.items():
            self._look(name, worker)
        busy = sum(course.busy for course in self.courses.values())
        told = [worker.waited() for worker in (*self.at_work.values(), *self.idle)]
        if None in told:
            begun = [(one.began, one.ended) for one in self.courses.values() if one.began is not None]
            waited = sum((self.now if ended is None else ended) - began for began, ended in begun) - busy
        else:
            waited = self.waited_before + sum(seconds or 0.0 for seconds in told)
        self.crowd.saw(self.now, busy, waited)
        return estimate(self.courses, self.jobs, self.now, self.crowd)

    def close(self) -> None:
        for worker in (*self.at_work.values(), *self.idle):
            worker.end()


def side_by_side(
    tasks: Sequence[Task],
    jobs: int,
    room_mb: float,
    ended: Callable[[str, Outcome], None] = lambda _name, _outcome: None,
    told: Callable[[Board], None] = lambda _board: None,
    *,
    gives_way: bool = False,
) -> dict[str, Outcome]:
    """Do tasks in processes, as many at once as there are jobs and memory for.

    Parameters
    ----------
    tasks : sequence of Task
    jobs : int
    room_mb : float
        What the tasks that run may take together by their own account; one alone is taken up whatever it takes.
    ended : callable
        Called in this process with each task's name and outcome, in the order in which they end.
    told : callable
        Called about four times a second with how far all are. What either raises, Ctrl+C included, ends the processes
        and passes.
    gives_way : bool
        Whether somebody who gets ready meanwhile waits for tasks of rank 0: until they are done, no more processes
        work than it takes, and leave the other processors to him.

    Returns
    -------
    dict of str to Outcome
        One for every task. A task that fails does not stop the others, but those that need it.

    Notes
    -----
    What is expected to take less than a process to start is done in this one.
    """
    ordered = _ordered(tasks)
    if not tasks:
        return {}
    if sum(task.seconds for task in ordered) <= _START_S:
        return _here(ordered, ended, told)
    run = _Run(
        max(jobs, 1),
        room_mb,
        {task.name: task for task in ordered},
        {task.name: Course(task.seconds, task.needs, task.kind) for task in ordered},
        gives_way,
    )
    heard: set[str] = set()
    try:
        run.begin()
        while len(heard) < len(run.tasks):
            run.listen()
            # What follows begins before it is told how far all are: somebody is always at work until the end.
            run.begin()
            for name in [name for name in run.outcomes if name not in heard]:
                heard.add(name)
                ended(name, run.outcomes[name])
            told(run.board())
    finally:
        run.close()
    return run.outcomes


def _here(
    tasks: Sequence[Task], ended: Callable[[str, Outcome], None], told: Callable[[Board], None]
) -> dict[str, Outcome]:
    """Do tasks one after another in this process, which is quicker than to start another for them."""
    names = [task.name for task in tasks]
    outcomes: dict[str, Outcome] = {}
    started = time.monotonic()

    def tell(running: int, share: float) -> None:
        passed = time.monotonic() - started
        done = (len(outcomes) + share) / len(tasks)
        left = passed * (1 - done) / done if done else 0.0
        told(Board(tuple(names[running : running + 1]), tuple(names[running + 1 :]), passed, left))

    for number, task in enumerate(tasks):
        tell(number, 0.0)
        if hopeless := _hopeless(task, outcomes):
            outcomes[task.name] = hopeless
        else:
            began, processor = time.monotonic(), time.process_time()
            message = attempt(task.work, partial(_tell_share, tell, number), task.arguments)
            outcomes[task.name] = _outcome_of(message, time.monotonic() - began, time.process_time() - processor)
        ended(task.name, outcomes[task.name])
    tell(len(tasks), 0.0)
    return outcomes


def _tell_share(tell: Callable[[int, float], None], number: int, share: float, _text: str) -> None:
    tell(number, share)


def _hopeless(task: Task, outcomes: Mapping[str, Outcome]) -> Outcome | None:
    """Return what becomes of a task that needs one that failed."""
    failed = [need for need in task.needs if need in outcomes and outcomes[need].failure]
    return Outcome(failure=f"It needs {failed[0]!r}, which failed.") if failed else None


def _outcome_of(message: Message, seconds: float, cpu_seconds: float) -> Outcome:
    if message.kind == "failure":
        return Outcome(None, message.content, message.detail, seconds, cpu_seconds)
    return Outcome(message.content, seconds=seconds, cpu_seconds=cpu_seconds)


def _ordered(tasks: Sequence[Task]) -> list[Task]:
    """Return tasks in the order in which they are taken up: by rank, then what has the longest way behind it."""
    following: dict[str, list[Task]] = {}
    for task in tasks:
        for need in task.needs:
            following.setdefault(need, []).append(task)

    def way(task: Task) -> float:
        return task.seconds + max((way(after) for after in following.get(task.name, ())), default=0.0)

    return sorted(tasks, key=lambda task: (task.rank, -way(task)))
