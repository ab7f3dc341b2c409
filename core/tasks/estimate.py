"""How far tasks are together, and how long they will take yet."""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = ["LIBRARIES_S", "Board", "Course", "estimate"]

LIBRARIES_S = 4.0
"""What a process is expected to start and to import libraries for, on top of its first task."""
_TRUST = 0.03
"""Share of all expected work by which the expectation is trusted before anything was seen."""
_FIXED_S = 1.5
"""A task that is expected to take so long says half as much as a long one: what it compiles is of fixed length."""
_SAYS_SOMETHING = 0.2
"""From this share on what a task says of itself counts: before, it has imported and compiled."""
_MOMENT_S = 1.0
"""After so long it is seen whether the processors are shared with others."""
_NEVER_LESS = 0.1
"""Of a task's expected time, what is thought to be left of it for as long as it runs."""


@dataclass(frozen=True)
class Course:
    """How a task goes.

    Attributes
    ----------
    expected : float
        Seconds that it takes on a machine of some speed.
    needs : tuple of str
        Names of the tasks that come before it.
    began, ended : float or None
        Seconds since the start.
    done : float
        Share that is done by its own account, 0 where that says nothing.
    busy : float
        Seconds that a processor has worked on it.
    """

    expected: float
    needs: tuple[str, ...] = ()
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


def estimate(courses: Mapping[str, Course], jobs: int, now: float) -> Board:
    """Return how far tasks are that `jobs` processes take up in the order given.

    What is left is what remains to be expected of every task, laid out over the processes as they will take it up. It
    is stretched twice: by how much more work than expected what has ended took, short tasks counting for less, and by
    how much longer than the work all took because others use the processors, too. The second is known after a moment.
    """
    waiting = [name for name, course in courses.items() if course.began is None]
    running = [name for name, course in courses.items() if course.began is not None and course.ended is None]
    pace = _pace(list(courses.values()), now)
    free = sorted(_left(courses[name], pace, now) for name in running)
    at = {name: _left(courses[name], pace, now) for name in running}
    processes = [*free, *(0.0 for _ in range(jobs - len(free)))][: max(jobs, 1)]
    heapq.heapify(processes)
    for name in waiting:
        ready = max((at.get(need, 0.0) for need in courses[name].needs), default=0.0)
        at[name] = max(heapq.heappop(processes), ready) + courses[name].expected * pace
        heapq.heappush(processes, at[name])
    return Board(tuple(running), tuple(waiting), now, max(at.values(), default=0.0))


def _pace(courses: Sequence[Course], now: float) -> float:
    """Return how many seconds stand for an expected one."""
    worked = expected = _TRUST * sum(course.expected for course in courses)
    passed = busy = _MOMENT_S + worked
    for course in courses:
        if course.began is None:
            continue
        passed += (now if course.ended is None else course.ended) - course.began
        busy += course.busy
        share = 1.0 if course.ended is not None else course.done if course.done >= _SAYS_SOMETHING else 0.0
        weight = course.expected / (course.expected + _FIXED_S) if share else 0.0
        worked += weight * course.busy
        expected += weight * course.expected * share
    return (worked / expected if expected else 1.0) * max(passed / busy, 1.0)


def _left(course: Course, pace: float, now: float) -> float:
    whole = course.expected * pace
    so_far = now - (course.began or 0.0)
    return max(whole * (1 - course.done) if course.done else whole - so_far, _NEVER_LESS * whole)
