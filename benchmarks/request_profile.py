"""Where a request's CPU time goes, phase by phase, inside one process.

    python -m benchmarks.request_profile [--requests 200] [--algorithms hybrid,svd,item_knn] [--json FILE]

Asks the application for the installed data set and models (CINEMATCH_* variables) without any server: the health
check, lists of random users over the REST API, and the Recommend page's callback. A clock is put around the functions
of `PHASES`; each moment counts for the innermost one, so that the phases add up to the request. What remains is the
framework: routing, hooks, headers. No list is kept for the next question. CPU time of the
thread, so that other work on the machine adds little more than a colder cache. The clock itself takes about a
microsecond for each call, which the figures hold.
"""

import argparse
import functools
import importlib
import io
import json
import random
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from benchmarks.load import list_callback
from dashboard.pages.recommend.ids import Recommend

FRAMEWORK = "framework: routing, hooks, headers"
PHASES = (
    ("core.service.cinematch", "CineMatch.recommend", "request and answer"),
    ("core.service.cinematch", "profile_of", "profile"),
    ("core.recommenders.parts.biases", "Baseline.fold_in", "fold-in: baseline"),
    ("core.recommenders.parts.rating_weights", "_deviations", "fold-in: weights of ratings"),
    ("core.recommenders.parts.rating_weights", "_taste_signs", "fold-in: weights of ratings"),
    ("core.recommenders.bayesian_mf.model", "BayesianMF._fold_in", "fold-in: bayesian_mf"),
    ("core.recommenders.base", "Recommender.best", "order: selection"),
    ("core.recommenders.hybrid.model", "Hybrid.best", "order: selection"),
    ("core.recommenders.hybrid.ranking_blend", "RankingBlend.watched", "order: blend"),
    ("core.recommenders.svd", "SVD._score", "order: svd"),
    ("core.recommenders.ease", "EASE._score", "order: ease"),
    ("core.recommenders.als", "ALS._score", "order: als"),
    ("core.recommenders.item_knn", "ItemKNN._score", "order: item_knn"),
    ("core.recommenders.user_knn", "UserKNN._score", "order: user_knn"),
    ("core.recommenders.bayesian_mf.model", "BayesianMF._score", "order: bayesian_mf"),
    ("core.recommenders.hybrid.ranking_blend", "RankingBlend.total", "order: blend"),
    ("core.recommenders.hybrid.ranking_blend", "scale_of", "order: scales"),
    ("core.recommenders.hybrid.liking", "Liking.among_likely", "order: liking"),
    ("core.recommenders.hybrid.liking", "Liking.of_stars", "order: liking"),
    ("core.recommenders.hybrid.rating_stack", "RatingStack.stars", "stars: stack"),
    ("core.recommenders.svd", "SVD._predict", "stars: svd"),
    ("core.recommenders.item_knn", "ItemKNN._predict", "stars: item_knn"),
    ("core.recommenders.bayesian_mf.model", "BayesianMF._predict", "stars: bayesian_mf"),
    ("core.recommenders.bayesian_mf.model", "BayesianMF._spread", "spread"),
    ("core.service.lists", "list_matches", "match"),
    ("core.service.lists", "items_of", "rows"),
    ("dashboard.components.lists", "recommended_film", "rows of the page"),
    ("dashboard.api.answers", "orjson.dumps", "serialisation"),
    ("dash._callback", "to_json", "serialisation"),
)
"""Module, what in it (a function, or a method of a class), and the phase that it belongs to."""


Spent = dict[str, float]
"""Milliseconds of one request by phase."""


class PhaseClock:
    """Charges CPU time to the innermost phase that is under way."""

    def __init__(self) -> None:
        self.spent: dict[str, int] = defaultdict(int)
        self._open: list[str] = [FRAMEWORK]
        self._since = time.thread_time_ns()

    def charge(self) -> None:
        """Give the time since the last call to the phase that is open."""
        now = time.thread_time_ns()
        self.spent[self._open[-1]] += now - self._since
        self._since = now

    def around(self, function: Callable[..., Any], phase: str) -> Callable[..., Any]:
        """Return the function with its time, except that of inner phases, charged to a phase."""

        @functools.wraps(function)
        def timed(*args: Any, **kwargs: Any) -> Any:
            self.charge()
            self._open.append(phase)
            try:
                return function(*args, **kwargs)
            finally:
                self.charge()
                self._open.pop()

        return timed

    def attach(self) -> None:
        """Put itself around all of `PHASES`."""
        for module_name, path, phase in PHASES:
            owner: Any = importlib.import_module(module_name)
            *outer, name = path.split(".")
            if outer == ["orjson"]:
                owner.orjson = _Serialiser(self, owner.orjson, phase)
                continue
            for part in outer:
                owner = getattr(owner, part)
            setattr(owner, name, self.around(getattr(owner, name), phase))


class _Serialiser:
    """The module `orjson` as one caller sees it, timed: its own attributes cannot be replaced."""

    def __init__(self, clock: PhaseClock, module: Any, phase: str) -> None:
        self.dumps = clock.around(module.dumps, phase)
        self._module = module

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)


def environment(path: str, body: bytes = b"") -> dict[str, Any]:
    """Return what a WSGI server hands over for a request, as gunicorn behind nginx would."""
    place, _, query = path.partition("?")
    return {
        "REQUEST_METHOD": "POST" if body else "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": place,
        "RAW_URI": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": "application/json" if body else "",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }


def ask(server: Any, path: str, body: bytes = b"") -> bytes:
    """Return the answer; RuntimeError for a status other than 200."""
    said: list[str] = []
    answer = server.wsgi_app(environment(path, body), lambda status, _headers, _fault=None: said.append(status))
    content = b"".join(answer)
    answer.close()
    if not said[0].startswith("200"):
        raise RuntimeError(f"{path} was answered with {said[0]}: {content[:300]!r}")
    return content


def measure(server: Any, clock: PhaseClock, kinds: dict[str, list[tuple[str, bytes]]]) -> dict[str, list[Spent]]:
    """Return what each request of every kind took, by phase in milliseconds; kinds take turns under one load."""
    found: dict[str, list[Spent]] = {kind: [] for kind in kinds}
    rounds = list(zip(*kinds.values(), strict=True))
    early = len(rounds) // 10
    for number, one_of_each in enumerate([*rounds[:early], *rounds]):
        for kind, (path, body) in zip(kinds, one_of_each, strict=True):
            clock.charge()
            clock.spent.clear()
            ask(server, path, body)
            clock.charge()
            if number >= early:
                found[kind].append({phase: spent / 1e6 for phase, spent in clock.spent.items()})
    return found


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=200, help="of each kind (default 200)")
    parser.add_argument("--algorithms", type=lambda text: text.split(","), default=["hybrid", "svd", "item_knn"])
    parser.add_argument("--json", type=Path, help="write the figures to this file, too")
    given = parser.parse_args()

    from core.settings import load_settings
    from dashboard.app import create_app
    from dashboard.web.traffic import Traffic

    # Once a minute, whoever asks writes down where the counters stand: no part of a request that is typical.
    setattr(Traffic, "note", _nothing)  # noqa: B010
    clock = PhaseClock()
    clock.attach()
    # Every list is made, as if it were asked for the first time.
    app = create_app(load_settings(kept_lists_mb=0))
    server = app.server
    service = server.extensions["cinematch"]
    users = random.Random(42).choices(service.dataset.user_ids.tolist(), k=given.requests)
    entries = json.loads(ask(server, "/_dash-dependencies"))
    entry = next(entry for entry in entries if f"{Recommend.RESULTS}.list" in entry["output"])
    kinds: dict[str, list[tuple[str, bytes]]] = {"healthz": [("/healthz", b"")] * given.requests}
    for key in given.algorithms:
        kinds[f"API {key}"] = [(f"/api/v1/users/{user}/recommendations?algorithm={key}&n=10", b"") for user in users]
    for key in given.algorithms:
        bodies = [json.dumps(list_callback(entry, user, key)).encode() for user in users]
        kinds[f"page {key}"] = [("/_dash-update-component", body) for body in bodies]
    load = psutil.getloadavg()[0]
    found = measure(server, clock, kinds)
    print(f"{service.dataset.name}, {given.requests} requests of each kind, load average {load:.1f}; ms of CPU\n")
    print(table(found))
    if given.json:
        given.json.write_text(json.dumps(found, indent=2))


def _nothing(_traffic: object) -> None:
    """Note nothing."""


def table(found: dict[str, list[Spent]]) -> str:
    """Return a Markdown table: a row for the median of each phase, a column for each kind of request."""
    lines = [f"| phase | {' | '.join(found)} |", f"| --- |{' ---: |' * len(found)}"]

    def add(name: str, values: Sequence[float | None], form: str = ".2f") -> None:
        lines.append(f"| {name} | {' | '.join('' if value is None else format(value, form) for value in values)} |")

    for phase in (FRAMEWORK, *dict.fromkeys(phase for _, _, phase in PHASES)):
        taken = [[one[phase] for one in each if phase in one] for each in found.values()]
        if any(taken):
            add(phase, [float(np.median(values)) if values else None for values in taken])
    whole = [[sum(one.values()) for one in each] for each in found.values()]
    medians = [float(np.median(values)) for values in whole]
    add("median of all", medians)
    add("99% below", [float(np.quantile(values, 0.99)) for values in whole])
    add("times the health check", [median / medians[0] for median in medians], ".1f")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
