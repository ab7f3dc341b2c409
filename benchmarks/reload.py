"""Restarts under load: does anybody meet a worker that is not ready?

    python -m benchmarks.reload [--requests 20000] [--every 1.0] [--connections 8] [--no-preload] [--nginx] [--json F]

Serves the installed data set and models (CINEMATCH_* variables) with gunicorn and two workers on 127.0.0.1, and asks
for the page, what Dash's renderer asks first, and all bundles of the page, each over a connection of its own (with
``--nginx`` through nginx, which keeps its connections), while the master is told by SIGHUP to replace its workers
again and again. What counts is answers other than 200; the goal is none. Connections that were cut are counted apart:
those that wait in a worker's queue when it leaves.
"""

import argparse
import json
import os
import re
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from pathlib import Path

import requests

from core.settings import load_settings
from tests.integration.nginx import NginxProcess
from tests.servers import ROOT, GunicornProcess, wait_for

_CONFIG = ROOT / "gunicorn.conf.py"
_WITHOUT_PRELOAD = """
import runpy
globals().update({name: value for name, value in runpy.run_path(%r).items() if not name.startswith("_")})
preload_app = False
"""


@dataclass
class Result:
    """What became of the requests."""

    requests: int
    restarts: int
    preload: bool
    seconds: float
    not_200: dict[str, int]
    """Path and status of every answer that was none, with how often."""
    cut: int


def paths_of(url: str, prefix: str) -> list[str]:
    """Return what a browser asks when it opens the page, the page itself included."""
    page = requests.get(f"{url}{prefix}", timeout=30).text
    bundles = re.findall(r'src="([^"]*_dash-component-suites/[^"]+)"', page)
    return [prefix, f"{prefix}_dash-layout", f"{prefix}_dash-dependencies", *bundles]


def measure(
    place: Path, *, n_requests: int, every_s: float, connections: int, preload: bool, nginx: bool = False
) -> Result:
    """Ask and restart until `n_requests` are answered or cut.

    Parameters
    ----------
    place : Path
        An empty directory for the log.
    every_s : float
        Seconds between new workers answering and the next restart.
    """
    prefix = load_settings().url_prefix
    config = _CONFIG
    if not preload:
        config = place / "gunicorn_conf.py"
        config.write_text(_WITHOUT_PRELOAD % str(_CONFIG))
    with ExitStack() as stack:
        server = GunicornProcess("dashboard.wsgi:server", place, config=config).start("/healthz", 300)
        stack.callback(server.stop, 120)
        url = stack.enter_context(NginxProcess(server.port, place)).url if nginx else server.url
        targets: Iterator[str] = islice(cycle(paths_of(server.url, prefix)), n_requests)
        turn, found = threading.Lock(), Counter[str]()

        def ask() -> None:
            while True:
                with turn:
                    path = next(targets, None)
                if path is None:
                    return
                try:
                    answer = requests.get(url + path, timeout=60, headers={"Connection": "close"})
                    told = "200" if answer.status_code == 200 else f"{path} {answer.status_code}"
                except requests.ConnectionError:
                    told = "cut"
                with turn:
                    found[told] += 1

        began, restarts = time.monotonic(), 0
        with ThreadPoolExecutor(connections) as pool:
            asking = [pool.submit(ask) for _ in range(connections)]
            while not all(one.done() for one in asking):
                before = set(server.worker_pids())
                os.kill(server.pid, signal.SIGHUP)
                restarts += 1
                wait_for(
                    lambda before=before: not before & set(server.worker_pids()), "the old workers to leave", 120
                )
                # There is a process before it answers, and one that is replaced before it does proves nothing.
                requests.get(f"{server.url}/healthz", timeout=120)
                time.sleep(every_s)
            for one in asking:
                one.result()
        cut, good = found.pop("cut", 0), found.pop("200", 0)
        total = good + cut + found.total()
        return Result(total, restarts, preload, round(time.monotonic() - began, 1), dict(found), cut)


def main() -> None:
    """Run from the command line; 1 when an answer was not 200."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--every", type=float, default=1.0)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--no-preload", action="store_true")
    parser.add_argument("--nginx", action="store_true")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        result = measure(
            Path(place),
            n_requests=given.requests,
            every_s=given.every,
            connections=given.connections,
            preload=not given.no_preload,
            nginx=given.nginx,
        )
    if given.json:
        given.json.write_text(json.dumps(asdict(result), indent=2))
    how = "with" if result.preload else "without"
    print(
        f"{result.requests:,} requests, {result.restarts} restarts, {how} preload, "
        f"{result.seconds:.0f} s: {sum(result.not_200.values())} answers other than 200, {result.cut} connections cut"
    )
    for what, count in sorted(result.not_200.items()):
        print(f"  {count} x {what}")
    sys.exit(1 if result.not_200 else 0)


if __name__ == "__main__":
    main()
