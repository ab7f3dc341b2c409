"""Memory of workers after pages: does it stay where it is?

    python -m benchmarks.worker_memory [--pages 1,6,600] [--connections 8] [--json FILE]

Serves the installed data set and models (CINEMATCH_* variables) with gunicorn and two workers on 127.0.0.1, and has
browsers open pages of all kinds, each with what it loads: the page, what Dash's renderer asks first, all bundles in
the three forms that browsers take, a list of the Recommend page by one algorithm after another, and the same over the
REST API. The kernel's figures are read before and after each number of pages. PSS divides what processes share, USS
leaves it out.
"""

import argparse
import json
import random
import re
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from itertools import cycle
from pathlib import Path

import psutil
import requests

from benchmarks.load import list_callback
from core.data.dataset import Dataset
from core.settings import load_settings
from dashboard.pages.recommend.ids import Recommend
from tests.servers import ROOT, GunicornProcess

ENCODINGS = ("gzip, deflate, br", "gzip", "identity")


@dataclass
class Weight:
    """Of the workers after so many pages, in MB."""

    pages: int
    requests: int
    """That these pages made, bundles and all."""
    pss: list[float]
    uss: list[float]
    all_pss: float
    """With the master."""


class Visits:
    """Pages of all kinds, in an order that is the same each time."""

    def __init__(self, url: str, dataset: Dataset) -> None:
        self._url = url
        entries = requests.get(f"{url}/_dash-dependencies", timeout=60).json()
        self._entry = next(entry for entry in entries if f"{Recommend.RESULTS}.list" in entry["output"])
        models = requests.get(f"{url}/readyz", timeout=60).json()["models"]
        self._algorithms = cycle([key for key, model in models.items() if model["state"] == "loaded"])
        self._encodings = cycle(ENCODINGS)
        rng = random.Random(42)
        self._users = cycle(rng.choices(dataset.user_ids.tolist(), k=500))
        films = rng.choices(dataset.movies.ids.tolist(), k=500)
        fixed = (
            "/",
            "/recommend",
            "/recommend?mode=me",
            "/analytics",
            "/analytics?tab=compare",
            "/search?q=star",
            "/system",
        )
        self.requests = 0
        self._paths = cycle([path for film in films for path in (*fixed, f"/movie/{film}")])

    def open(self, count: int, connections: int) -> None:
        """Open so many pages, some at once; RuntimeError for an answer other than 200."""
        visits = [
            (next(self._paths), next(self._encodings), next(self._users), next(self._algorithms))
            for _ in range(count)
        ]
        with ThreadPoolExecutor(connections) as pool:
            self.requests += sum(pool.map(lambda visit: self._open(*visit), visits))

    def _open(self, path: str, encoding: str, user: int, algorithm: str) -> int:
        """Open a page and return how many requests that took."""
        with requests.Session() as browser:
            browser.headers["Accept-Encoding"] = encoding

            def ask(address: str, body: object = None) -> str:
                method = "GET" if body is None else "POST"
                answer = browser.request(method, self._url + address, json=body, timeout=120)
                if answer.status_code != 200:
                    raise RuntimeError(f"{address} is answered with {answer.status_code}: {answer.text[:200]}")
                return answer.text

            page = ask(path)
            for address in ("/_dash-layout", "/_dash-dependencies"):
                ask(address)
            bundles = re.findall(r'src="([^"]*_dash-component-suites/[^"]+)"', page)
            for bundle in bundles:
                ask(bundle)
            ask("/_dash-update-component", list_callback(self._entry, user, algorithm))
            ask(f"/api/v1/users/{user}/recommendations?algorithm={algorithm}&n=10")
            return len(bundles) + 5


def weigh(pages: int, asked: int, server: GunicornProcess) -> Weight:
    """Return what the kernel counts now."""
    master = psutil.Process(server.pid).memory_full_info()
    workers = [psutil.Process(pid).memory_full_info() for pid in server.worker_pids()]
    mega = 2**20
    pss, uss = ([round(getattr(one, name) / mega, 1) for one in workers] for name in ("pss", "uss"))
    return Weight(pages, asked, pss, uss, round(sum(pss) + master.pss / mega, 1))


def measure(place: Path, steps: list[int], connections: int) -> list[Weight]:
    """Serve, open pages and weigh after each step.

    Parameters
    ----------
    place : Path
        An empty directory for log and cache.
    steps : list of int
        Numbers of pages in all, rising.
    """
    settings = load_settings()
    environment: dict[str, str | None] = {
        "CINEMATCH_RATE_LIMIT": "off",
        "CINEMATCH_CACHE_DIR": str(place / "cache"),
        "CINEMATCH_DATA_DIR": str(settings.data_dir.resolve()),
        "CINEMATCH_MODELS_DIR": str(settings.models_dir.resolve()),
    }
    with ExitStack() as stack:
        server = GunicornProcess("dashboard.wsgi:server", place, env=environment, config=ROOT / "gunicorn.conf.py")
        stack.callback(server.stop, 60)
        server.start("/readyz", timeout=300)
        found = [weigh(0, 0, server)]
        visits = Visits(server.url, Dataset.open(settings.dataset_dir))
        for step in steps:
            visits.open(step - found[-1].pages, connections)
            found.append(weigh(step, visits.requests, server))
        return found


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--pages", type=lambda text: sorted(map(int, text.split(","))), default=[1, 6, 600])
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        found = measure(Path(place), given.pages, given.connections)
    if given.json:
        given.json.write_text(json.dumps([asdict(one) for one in found], indent=2))
    print(f"{'pages':>6} {'requests':>8} {'PSS of each worker':>20} {'USS of each worker':>20} {'all PSS':>8}  (MB)")
    for one in found:
        pss, uss = (", ".join(f"{value:.1f}" for value in values) for values in (one.pss, one.uss))
        print(f"{one.pages:6} {one.requests:8} {pss:>20} {uss:>20} {one.all_pss:8.1f}")


if __name__ == "__main__":
    main()
