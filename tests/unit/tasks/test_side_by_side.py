"""Tasks in processes: what needs what, what fits, what fails, and that nothing is left behind."""

import os
import time
from collections.abc import Callable
from dataclasses import replace

import psutil
import pytest

from core.errors import InvalidInputError
from core.recommenders.registry import viewers_of
from core.store.costs import asking, fitting
from core.tasks import Board, Task, side_by_side
from core.tasks.estimate import LIBRARIES_S, Course, estimate


def add(report: Callable[[float, str], None], first: int, second: int) -> int:
    report(0.5, "adding")
    return first + second


def refuse(_report: object) -> None:
    raise InvalidInputError("There are no ratings.")


def crash(_report: object) -> None:
    os._exit(3)


def stay(_report: object) -> None:
    time.sleep(60)


def threads(_report: object) -> str | None:
    return os.environ.get("OPENBLAS_NUM_THREADS")


def test_failures_are_told_and_the_others_go_on() -> None:
    tasks = [
        Task("crash", crash, rank=0),
        Task("after crash", add, (1, 2), needs=("crash", "not there")),
        Task("refuse", refuse, rank=1),
        Task("add", add, (1, 2), rank=2),
        Task("after add", threads, needs=("add",), rank=2),
    ]
    ended: list[str] = []
    boards: list[Board] = []
    found = side_by_side(tasks, 1, 0.0, lambda name, _outcome: ended.append(name), boards.append)
    assert found["add"].result == 3
    assert found["after add"].result == "1"
    assert found["crash"].failure == "Its process ended with code 3."
    assert found["after crash"].failure == "It needs 'crash', which failed."
    assert found["refuse"].failure == "There are no ratings."
    assert sorted(ended) == sorted(found)
    assert ended.index("crash") < ended.index("refuse") < ended.index("add") < ended.index("after add")
    assert boards[-1].fraction == 1.0
    assert not _workers()


def _workers() -> list[psutil.Process]:
    return [one for one in psutil.Process().children() if "spawn_main" in " ".join(one.cmdline())]


def test_what_does_not_fit_waits_and_an_interruption_ends_all_processes() -> None:
    tasks = [Task("one", stay, memory_mb=60), Task("two", stay, memory_mb=60), Task("small", stay, memory_mb=30)]
    seen: list[Board] = []

    def told(board: Board) -> None:
        seen.append(board)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        side_by_side(tasks, 3, 100.0, told=told)
    assert set(seen[0].running) == {"one", "small"}
    assert not _workers()


@pytest.mark.parametrize(("speed", "crowd"), [(0.5, 1.0), (1.0, 1.0), (2.0, 1.0), (1.0, 3.0), (0.7, 2.0)])
def test_the_estimate_is_learned_from_what_has_ended(speed: float, crowd: float) -> None:
    """Slow and quick machines, idle and shared ones: from a tenth of the time on the estimate is within 30%."""
    expected = {"a": 2.0, "b": 3.0, "c": 5.0, "d": 20.0, "e": 20.0, "f": 30.0}
    at, courses = 0.0, {name: Course(seconds) for name, seconds in expected.items()}
    whole = sum(expected.values()) * speed * crowd
    for name, seconds in expected.items():
        for share in (0.25, 0.5, 0.75):
            now, busy = at + seconds * speed * crowd * share, seconds * speed * share
            board = estimate({**courses, name: Course(seconds, began=at, done=share, busy=busy)}, 1, now)
            if 0.1 * whole <= now < 0.95 * whole:
                assert board.left == pytest.approx(whole - now, rel=0.3), (name, share)
        courses[name] = Course(seconds, began=at, ended=at + seconds * speed * crowd, busy=seconds * speed)
        at += seconds * speed * crowd


COLD = {"ease": 5.4, "item_knn": 3.5, "svd": 1.6, "content": 1.5, "bayesian_mf": 8.1, "als": 3.3, "slist": 4.8}
WARM = {"ease": 3.6, "item_knn": 3.4, "svd": 2.0, "content": 1.9, "bayesian_mf": 4.9, "als": 2.2, "slist": 2.7}


@pytest.mark.parametrize("first", [COLD, WARM], ids=["cold", "warm"])
@pytest.mark.parametrize("speed", [1.0, 2.0])
def test_a_first_start_is_not_taken_for_a_slow_machine(first: dict[str, float], speed: float) -> None:
    """What processes import and compile first says nothing of what comes: seconds as seen, two processes."""
    keys = [*first, "user_knn", "popularity", "surprise_svd", "hybrid"]
    rest = {"surprise_svd": 3.0, "hybrid": 32.5, "user_knn": 0.1, "popularity": 0.1}
    part = {"ease": 1.3, "item_knn": 0.9, "svd": 0.4, "content": 0.1, "bayesian_mf": 4.5, "als": 2.0, "slist": 2.1}
    asked = {"ease": 2.2, "item_knn": 2.6, "svd": 2.6, "content": 3.1, "bayesian_mf": 6.8, "als": 2.6, "slist": 2.3}
    asked |= {"surprise_svd": 4.0, "hybrid": 33.0, "user_knn": 6.7, "popularity": 1.6}
    took, courses = {}, {}
    for kind, seen in (("fit", rest | first), ("part", rest | part), ("measure", asked)):
        for key in sorted(keys, key=lambda key: (key == "hybrid") == (kind != "measure")):
            name = f"{kind} {key}"
            needs = [f"part {key}"] if kind == "measure" else [f"{kind} {one}" for one in viewers_of(key)]
            expected = asking(key, 610, 9_724) if kind == "measure" else fitting(key, 100_836).seconds
            took[name], courses[name] = seen[key] * speed, Course(expected, tuple(needs))
    told = _told(courses, took)
    whole = told[-1][0]
    for now, left in told:
        if now >= 0.1 * whole:
            assert now + left == pytest.approx(whole, rel=0.3), now


def _told(courses: dict[str, Course], took: dict[str, float], jobs: int = 2) -> list[tuple[float, float]]:
    """Let processes take up the tasks; return what is estimated to be left, by time."""
    now, started, told = 0.0, 0, []
    while any(course.ended is None for course in courses.values()):
        running = [name for name, course in courses.items() if course.began is not None and course.ended is None]
        ready = [
            name
            for name, course in courses.items()
            if course.began is None and all(courses[need].ended is not None for need in course.needs)
        ]
        for name in ready[: jobs - len(running)]:
            libraries = LIBRARIES_S if started < jobs else 0.0
            courses[name] = replace(courses[name], began=now, expected=courses[name].expected + libraries)
            started += 1
            running.append(name)
        now += 0.5
        for name in running:
            busy = min(now - (courses[name].began or 0.0), took[name])
            courses[name] = replace(courses[name], busy=busy, ended=now if busy == took[name] else None)
        told.append((now, estimate(courses, jobs, now).left))
    return told


def test_the_estimate_knows_who_works_beside_whom() -> None:
    board = estimate({"a": Course(4.0), "b": Course(4.0), "c": Course(2.0, needs=("a",))}, 2, 0.0)
    assert board.left == pytest.approx(6.0)


def test_what_is_quicker_than_a_process_is_done_here() -> None:
    def here(_report: object) -> int:
        return os.getpid()

    tasks = [Task("refuse", refuse, seconds=0.1), Task("after", here, needs=("refuse",), seconds=0.1)]
    boards: list[Board] = []
    found = side_by_side([*tasks, Task("here", here, seconds=0.1)], 4, 1e9, told=boards.append)
    assert found["here"].result == os.getpid()
    assert found["refuse"].failure == "There are no ratings."
    assert found["after"].failure == "It needs 'refuse', which failed."
    assert boards[-1] == Board((), (), boards[-1].seconds, 0.0)
