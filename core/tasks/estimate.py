"""How far tasks are together, and how long they will take yet."""

import heapq
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

__all__ = ["Board", "Course", "Crowd", "estimate"]

_TRUST = 0.015
"""Share of all expected work by which the expectation is trusted before anything was seen."""
_TRUST_OTHERS = 0.005
"""The same of the work of a kind, by which the pace of all work is trusted before any of that kind was seen."""
_SAYS_SOMETHING = 0.2
"""From this share on what a task says of itself counts."""
_WAS_THERE = 0.1
"""Of a task's expected time: what ends sooner had been done before, and shows no pace."""
_NEVER_LESS = 0.1
"""Of a task's expected time, what is thought to be left of it for as long as it runs."""
_RECENT_S = 20.0
"""After so long what was seen of the crowd counts little more than a third."""
_ALONE_S = 15.0
"""So many seconds' work without waiting are taken as seen before."""
_STAYING = 5.0
"""Others are thought to stay so many times as long as they have been there, and no longer."""


@dataclass(frozen=True)
class Course:
    """How a task goes.

    Attributes
    ----------
    expected : float
        Processor seconds that it takes on a machine of some speed.
    needs : tuple of str
        Names of the tasks that come before it.
    kind : str
        Tasks of one kind take longer or shorter than expected together: one machine computes quickly, another reads
        memory quickly.
    began, ended : float or None
        Seconds since the start.
    done : float
        Share that is done by its own account, 0 where that says nothing.
    busy : float
        Seconds that a processor has worked on it.
    """

    expected: float
    needs: tuple[str, ...] = ()
    kind: str = ""
    began: float | None = None
    ended: float | None = None
    done: float = 0.0
    busy: float = 0.0


@dataclass(frozen=True)
class Board:
    """How far all tasks are.

    Attributes
    ----------
    running, waiting : tuple of str
        Names.
    seconds : float
        Since the start.
    left : float
        Seconds, estimated.
    """

    running: tuple[str, ...]
    waiting: tuple[str, ...]
    seconds: float
    left: float

    @property
    def fraction(self) -> float:
        """Share of the time that has passed."""
        return self.seconds / max(self.seconds + self.left, 1e-9) if self.running or self.waiting else 1.0


class Crowd:
    """How much longer than its work everything takes because others use the processors, too.

    As it was lately, but not for ever: a server that starts is done in seconds. What has been kept waiting for long
    will be so for long.
    """

    def __init__(self) -> None:
        self._at, self._busy, self._waited = 0.0, _ALONE_S, 0.0
        self._before = (0.0, 0.0)

    def saw(self, now: float, busy: float, waited: float) -> None:
        """Take note of how long processors have worked, and kept work waiting, since the start."""
        kept = math.exp((self._at - now) / _RECENT_S)
        self._busy = kept * self._busy + busy - self._before[0]
        self._waited = kept * self._waited + waited - self._before[1]
        self._at, self._before = now, (busy, waited)

    def stretched(self, left: float, jobs: int) -> float:
        """Return the seconds that pass until so many of work are done by each of some processes."""
        longer = left * max(self._waited, 0.0) / max(self._busy, 1e-9)
        return left + min(longer, _STAYING * self._before[1] / jobs)


def estimate(courses: Mapping[str, Course], jobs: int, now: float, crowd: Crowd) -> Board:
    """Return how far tasks are that `jobs` processes take up in the order given.

    What is left is what remains to be expected of every task, laid out over the processes as they will take it up. It
    is stretched twice: by how much more work than expected what has ended of its kind took, and for the crowd that
    uses the processors, too.
    """
    waiting = [name for name, course in courses.items() if course.began is None]
    running = [name for name, course in courses.items() if course.began is not None and course.ended is None]
    paces = _paces(courses.values())
    at = {name: _left(courses[name], paces[courses[name].kind]) for name in running}
    free = sorted(at.values())
    processes = [*free, *(0.0 for _ in range(jobs - len(free)))][: max(jobs, 1)]
    heapq.heapify(processes)
    for name in waiting:
        ready = max((at.get(need, 0.0) for need in courses[name].needs), default=0.0)
        at[name] = max(heapq.heappop(processes), ready) + courses[name].expected * paces[courses[name].kind]
        heapq.heappush(processes, at[name])
    return Board(tuple(running), tuple(waiting), now, crowd.stretched(max(at.values(), default=0.0), max(jobs, 1)))


def _paces(courses: Iterable[Course]) -> dict[str, float]:
    """Return how many seconds of work stand for an expected one, by kind."""
    kinds: dict[str, list[Course]] = defaultdict(list)
    for course in courses:
        kinds[course.kind].append(course)
    every = [course for found in kinds.values() for course in found]
    trusted = _TRUST * sum(course.expected for course in every)
    pace = _pace(every, trusted, trusted)
    paces = {}
    for kind, found in kinds.items():
        trusted = _TRUST_OTHERS * sum(course.expected for course in found)
        paces[kind] = _pace(found, trusted, trusted * pace)
    return paces


def _pace(courses: Iterable[Course], expected: float, worked: float) -> float:
    """Return the pace of some tasks, where so much is taken as seen before."""
    late = []
    for course in courses:
        if course.ended is not None and course.busy < _WAS_THERE * course.expected:
            continue
        if course.ended is not None or course.done >= _SAYS_SOMETHING:
            expected += course.expected * (1.0 if course.ended is not None else course.done)
            worked += course.busy
        elif course.busy > course.expected:
            late.append(course)
    pace = worked / expected if expected else 1.0
    for course in late:
        # One that takes longer than expected says so before it ends, but not how much longer.
        if course.expected and course.busy > pace * course.expected:
            expected, worked = expected + course.expected, worked + course.busy
            pace = worked / expected
    return pace


def _left(course: Course, pace: float) -> float:
    whole = course.expected * pace
    return max(whole * (1 - course.done) if course.done else whole - course.busy, _NEVER_LESS * whole)
