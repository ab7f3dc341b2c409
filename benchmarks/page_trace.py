"""Where a page's milliseconds go: its requests one below the other, and what kept the main thread for long.

    python -m benchmarks.page_trace [--path /recommend?mode=me] [--own 0] [--url http://127.0.0.1:8050]

Without `--url` the installed data set and models (CINEMATCH_* variables) are served with real gunicorn. CPU is the
main thread's own, which no other process makes longer; the second of two cold loads is told.
"""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright

from benchmarks.browser import CHROMIUM, Browser, Site, own_ratings, served
from core.data.dataset import Dataset
from core.settings import load_settings
from tests.e2e.conftest import _FLAGS
from tests.servers import ROOT

_LONG_MS = 25
_CATEGORIES = ["devtools.timeline", "v8", "v8.execute", "disabled-by-default-devtools.timeline"]
_TASK = "RunTask"
_TOLD = (
    "EvaluateScript",
    "FunctionCall",
    "TimerFire",
    "EventDispatch",
    "RunMicrotasks",
    "UpdateLayoutTree",
    "Layout",
    "Paint",
    "MajorGC",
    "MinorGC",
)


@dataclass(frozen=True)
class Asked:
    """A request: milliseconds since the first one."""

    at: float
    until: float | None
    """None where it had not ended."""
    kilobytes: float
    address: str


@dataclass(frozen=True)
class Task:
    """What kept the main thread: milliseconds since the first request."""

    at: float
    took: float
    cpu: float
    parts: tuple[str, ...]
    """The longest within, each with milliseconds of its own clock and its script."""


def requests_of(events: Sequence[dict[str, Any]]) -> list[Asked]:
    """Return the requests of a trace, in their order."""
    sent = {_data(event)["requestId"]: event for event in events if event["name"] == "ResourceSendRequest"}
    ended = {_data(event)["requestId"]: event for event in events if event["name"] == "ResourceFinish"}
    start = _began(events)
    found = []
    for name, event in sent.items():
        end = ended.get(name)
        size = 0 if end is None else _data(end).get("encodedDataLength", 0)
        until = None if end is None else (end["ts"] - start) / 1000
        found.append(Asked((event["ts"] - start) / 1000, until, size / 1000, _data(event)["url"]))
    return sorted(found, key=lambda asked: asked.at)


def tasks_of(events: Sequence[dict[str, Any]], longer_than: float = _LONG_MS) -> list[Task]:
    """Return the long tasks of the thread that read the scripts, in their order."""
    start = _began(events)
    readers = [(event["pid"], event["tid"]) for event in events if event["name"] == "EvaluateScript"]
    main = max(set(readers), key=readers.count)
    here = [event for event in events if (event["pid"], event["tid"]) == main and event.get("ph") == "X"]
    found = []
    for task in here:
        if not task["name"].endswith(_TASK) or task.get("dur", 0) <= 1000 * longer_than:
            continue
        until = task["ts"] + task["dur"]
        within = [event for event in here if event["name"] in _TOLD and task["ts"] <= event["ts"] < until]
        longest = sorted(within, key=lambda event: -event.get("dur", 0))[:3]
        found.append(
            Task(
                (task["ts"] - start) / 1000,
                task["dur"] / 1000,
                task.get("tdur", 0) / 1000,
                tuple(
                    f"{event['name']} {event.get('dur', 0) / 1000:.0f} {_script(event)}".strip() for event in longest
                ),
            )
        )
    return sorted(found, key=lambda task: task.at)


def _began(events: Sequence[dict[str, Any]]) -> float:
    return min(float(event["ts"]) for event in events if event["name"] == "ResourceSendRequest")


def _data(event: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = event.get("args", {}).get("data", {})
    return data


def _script(event: dict[str, Any]) -> str:
    return str(_data(event).get("url", "")).rpartition("/")[2].partition("?")[0]


@contextmanager
def _traced(page: Page, session: CDPSession) -> Iterator[list[dict[str, Any]]]:
    events: list[dict[str, Any]] = []
    ended: list[bool] = []
    session.on("Tracing.dataCollected", lambda part: events.extend(part["value"]))
    session.on("Tracing.tracingComplete", lambda _: ended.append(True))
    config = {"includedCategories": _CATEGORIES}
    session.send("Tracing.start", {"transferMode": "ReportEvents", "traceConfig": config})
    yield events
    session.send("Tracing.end")
    while not ended:
        page.wait_for_timeout(50)


def main() -> None:
    """Load a page twice and print the second."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--path", default="/recommend?mode=me", help="the page's address")
    parser.add_argument("--own", type=int, default=0, help="number of own ratings")
    parser.add_argument("--url", help="a server that is there already")
    given = parser.parse_args()
    settings = load_settings()
    store = own_ratings(Dataset.open(settings.data_dir / settings.dataset), given.own)
    there = nullcontext(Site("this", given.url)) if given.url else served("this", ROOT, settings.models_dir)
    with there as site, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_FLAGS))
        browser = Browser(chromium, 60)
        for _ in range(2):
            with browser.page(store) as (page, session), _traced(page, session) as events:
                load = browser.load(page, session, f"{site.url}{given.path}")
        chromium.close()
    print(load)
    print("\n|   sent |  until |     kB | request |\n| ---: | ---: | ---: | --- |")
    asked = [found for found in requests_of(events) if not found.address.startswith("data:")]
    for one in asked:
        until = "-" if one.until is None else f"{one.until:.0f}"
        print(f"| {one.at:6.0f} | {until:>6} | {one.kilobytes:6.1f} | {one.address.removeprefix(site.url)[:90]} |")
    print(f"\n{len(asked)} requests, {sum(one.kilobytes for one in asked):,.0f} kB")
    print("\n|     at |   took |    CPU | longest within |\n| ---: | ---: | ---: | --- |")
    for task in tasks_of(events):
        print(f"| {task.at:6.0f} | {task.took:6.0f} | {task.cpu:6.0f} | {'; '.join(task.parts)} |")


if __name__ == "__main__":
    main()
