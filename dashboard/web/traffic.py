"""What the server was asked in the last hour, from the counters of all workers.

Counters only ever grow. Once a minute, with a request, one worker writes down where they stand; the difference to an
hour ago is the last hour. When nobody asks, nothing is written down, and nothing has changed either.
"""

import json
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path

__all__ = ["Traffic", "TrafficHour", "TrafficRow", "percentile", "summed_up"]

HOUR = 3600.0
_EVERY_S = 60.0
_MOST_LINES = 120
_FILE = "traffic.jsonl"


@dataclass(frozen=True)
class Standing:
    """Where the counters stand.

    Attributes
    ----------
    at : float
        Seconds since the epoch.
    answers : dict
        Answers by route.
    refused : dict
        Of these, with a status from 400 to 499.
    failed : dict
        Failures by ``route|algorithm``: answers from 500 on, and callbacks of a page that failed.
    asked : dict
        Requests that asked an algorithm, by its key.
    seconds : dict
        By route, answers that took up to each bound of the histogram (``le``), cumulative.
    memory_mb : float
        Of all processes of the server, jobs included.
    """

    at: float
    answers: dict[str, float] = field(default_factory=dict)
    refused: dict[str, float] = field(default_factory=dict)
    failed: dict[str, float] = field(default_factory=dict)
    asked: dict[str, float] = field(default_factory=dict)
    seconds: dict[str, dict[str, float]] = field(default_factory=dict)
    memory_mb: float = 0.0


@dataclass(frozen=True)
class TrafficRow:
    """A route, or all of them, in the last hour; times in milliseconds, None where nothing was asked."""

    name: str
    answers: int
    refused: int
    failed: int
    median: float | None
    p95: float | None
    p99: float | None


@dataclass(frozen=True)
class TrafficHour:
    """The last hour, or as long as the server runs."""

    seconds: float
    per_second: float
    """In the last minute or so."""
    total: TrafficRow
    routes: list[TrafficRow]
    algorithms: dict[str, tuple[int, int]]
    """By key: how often asked, how often failed."""
    minutes: list[tuple[float, float, float]]
    """Time, answers per second since the entry before, memory in MB."""


class Traffic:
    """The notes of one server.

    Parameters
    ----------
    standing : callable
        Returns where the counters stand now, those of all workers together.
    directory : Path or None
        That workers share; None in a server of a single process, which remembers by itself.
    """

    def __init__(self, standing: Callable[[], Standing], directory: Path | None) -> None:
        self._standing = standing
        self._file = None if directory is None else directory / _FILE
        self._notes: list[Standing] = []
        self._turn = threading.Lock()
        self._noted = 0.0

    def note(self) -> None:
        """Write down where the counters stand, if that was not done for a minute; cheap otherwise."""
        if time.time() - self._noted < _EVERY_S or not self._turn.acquire(blocking=False):
            return
        try:
            self._noted = time.time()
            known = self._read()
            if known and time.time() - known[-1].at < _EVERY_S:
                self._noted = known[-1].at  # another worker did
                return
            self._notes = [*known, self._standing()][-_MOST_LINES:]
            if self._file is not None:
                lines = "".join(f"{json.dumps(asdict(one))}\n" for one in self._notes)
                staging = self._file.with_suffix(f".{os.getpid()}")
                staging.write_text(lines, encoding="utf-8")
                staging.replace(self._file)
        finally:
            self._turn.release()

    def last_hour(self) -> TrafficHour:
        """Return the last hour up to now."""
        return summed_up([*self._read(), self._standing()])

    def _read(self) -> list[Standing]:
        if self._file is None:
            return self._notes
        try:
            lines = self._file.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        return [Standing(**json.loads(line)) for line in lines]


def summed_up(notes: Sequence[Standing]) -> TrafficHour:
    """Return what happened between the note of an hour ago, or the first, and the last.

    Parameters
    ----------
    notes : sequence of Standing
        In order of time, at least one.
    """
    now = notes[-1]
    within = [one for one in notes if now.at - one.at <= HOUR]
    older = [one for one in notes if now.at - one.at > HOUR]
    # Nobody was asked between two notes that are far apart: what stood before stands until the next.
    # A server that is younger than an hour began with nothing.
    start = older[-1] if older else Standing(within[0].at)
    failed = _grown(now.failed, start.failed)
    routes = sorted(now.answers, key=lambda route: start.answers.get(route, 0) - now.answers[route])
    rows = [_row(route, [route], now, start, failed) for route in routes]
    asked = _grown(now.asked, start.asked)
    of_algorithms = {
        key: (int(asked.get(key, 0)), int(sum(n for name, n in failed.items() if name.partition("|")[2] == key)))
        for key in {*asked, *(name.partition("|")[2] for name in failed)} - {""}
    }
    minutes = [
        (later.at, _rate(sooner, later), later.memory_mb)
        for sooner, later in pairwise(within)
        if later.at > sooner.at
    ]
    return TrafficHour(
        seconds=now.at - start.at,
        per_second=minutes[-1][1] if minutes else 0.0,
        total=_row("all", list(now.answers), now, start, failed),
        routes=[row for row in rows if row.answers],
        algorithms=of_algorithms,
        minutes=minutes,
    )


def percentile(buckets: Mapping[str, float], share: float) -> float | None:
    """Return the time in milliseconds that a share of answers stayed below, linear inside a bucket.

    As Prometheus' `histogram_quantile`; above the last finite bound it is that bound.

    Parameters
    ----------
    buckets : mapping of str to float
        Answers that took up to each bound in seconds, cumulative; ``+Inf`` holds all.
    """
    bounds = sorted((float(bound), count) for bound, count in buckets.items())
    total = bounds[-1][1] if bounds else 0.0
    if total <= 0:
        return None
    below, count_below = 0.0, 0.0
    for bound, count in bounds:
        if count >= share * total:
            if bound == float("inf"):
                return 1000 * below
            inside = (share * total - count_below) / (count - count_below) if count > count_below else 1.0
            return 1000 * (below + inside * (bound - below))
        below, count_below = bound, count
    return 1000 * below


def _row(name: str, routes: Sequence[str], now: Standing, start: Standing, failed: Mapping[str, float]) -> TrafficRow:
    buckets: dict[str, float] = {}
    for route in routes:
        for bound, count in _grown(now.seconds.get(route, {}), start.seconds.get(route, {})).items():
            buckets[bound] = buckets.get(bound, 0.0) + count
    chosen = set(routes)

    def grown(counts: dict[str, float], before: dict[str, float]) -> int:
        return int(sum(n for route, n in _grown(counts, before).items() if route in chosen))

    return TrafficRow(
        name=name,
        answers=grown(now.answers, start.answers),
        refused=grown(now.refused, start.refused),
        failed=int(sum(n for key, n in failed.items() if key.partition("|")[0] in chosen)),
        median=percentile(buckets, 0.5),
        p95=percentile(buckets, 0.95),
        p99=percentile(buckets, 0.99),
    )


def _grown(now: Mapping[str, float], before: Mapping[str, float]) -> dict[str, float]:
    return {name: count - before.get(name, 0.0) for name, count in now.items()}


def _rate(sooner: Standing, later: Standing) -> float:
    return float(sum(_grown(later.answers, sooner.answers).values()) / (later.at - sooner.at))
