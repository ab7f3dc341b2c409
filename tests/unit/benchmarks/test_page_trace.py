"""What a trace of the browser says of requests and of long tasks."""

from typing import Any

from benchmarks.page_trace import Asked, Task, requests_of, tasks_of


def _event(name: str, at: int, took: int = 0, thread: int = 1, **data: Any) -> dict[str, Any]:
    return {
        "name": name,
        "ts": 1_000_000 + 1000 * at,
        "dur": 1000 * took,
        "tdur": 500 * took,
        "ph": "X",
        "pid": 1,
        "tid": thread,
        "args": {"data": data},
    }


_EVENTS = [
    _event("ResourceSendRequest", 0, requestId="1", url="http://a/"),
    _event("ResourceSendRequest", 9, requestId="3", url="http://a/c.js"),
    _event("ResourceSendRequest", 5, requestId="2", url="http://a/b.js"),
    _event("ResourceFinish", 30, requestId="2", encodedDataLength=1500),
    _event("ResourceFinish", 4, requestId="1", encodedDataLength=300),
    _event("RunTask", 40, 100),
    _event("EvaluateScript", 41, 80, url="http://a/b.js?m=1"),
    _event("EvaluateScript", 125, 2, url="http://a/c.js"),
    _event("Layout", 130, 5),
    _event("RunTask", 150, 10),
    _event("RunTask", 40, 900, thread=2),
    _event("EvaluateScript", 41, 800, thread=2, url="http://a/worker.js"),
]


def test_requests_are_told_in_their_order_and_what_has_not_ended_as_that() -> None:
    assert requests_of(_EVENTS) == [
        Asked(0, 4, 0.3, "http://a/"),
        Asked(5, 30, 1.5, "http://a/b.js"),
        Asked(9, None, 0, "http://a/c.js"),
    ]


def test_long_tasks_are_those_of_the_thread_that_reads_most_scripts() -> None:
    parts = ("EvaluateScript 80 b.js", "Layout 5", "EvaluateScript 2 c.js")
    assert tasks_of(_EVENTS) == [Task(40, 100, 50, parts)]
