"""Ingest, train and serve at MovieLens 32M's size, beside the field's libraries on the same data.

``python -m benchmarks.scale --sizes 1m,10m,32m --peers-python PATH`` makes synthetic data (or reuses what is in the
work directory), runs every step in a fresh process, prints tables, and writes ``docs/PERFORMANCE.md`` and its curves.
Every finished step is noted in the work directory's ``measured-SIZE.json``: a run that was stopped continues there,
``--again STEP`` measures a step anew, ``--report`` only writes the document. Data come
first, at all sizes, then training, then the other libraries from the smallest size on (with ``--beside`` at the same
time as training, on another core), and at last, alone, what is asked and served. When ``--minutes`` are up, what is
left of the other libraries is noted as left out; the same command measures it later.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.scale_machine import facts, revision
from benchmarks.scale_peers import BYTES_PER_RATING, PEERS
from benchmarks.scale_process import ROOT, run_child
from benchmarks.scale_report import write_report
from core.files import write_atomically

SIZES = {"1m": 1_000_000, "10m": 10_000_000, "32m": 32_000_204}
STEPS = ("synth", "read", "ingest", "train", "measure", "open", "requests", "workers", "containers", "peers")
REQUEST_USERS = 300
CHILD = "benchmarks.scale_child"
MEASURED_FROM = 32_000_000
"""Ratings from which quality is measured, too: where not all models fit every container, it decides which stay."""
LEFT_OUT = "left out"


class Run:
    """One work directory: what was measured so far, and what is still to do."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.began = time.monotonic()
        self.state: dict[str, Any] = {"sizes": {}}
        for size in SIZES:
            if self._file(size).exists():
                self.state["sizes"][size] = json.loads(self._file(size).read_text(encoding="utf-8"))

    def _file(self, size: str) -> Path:
        # A file for each size, so that two runs of different sizes do not undo each other's notes.
        return Path(self.options.work) / f"measured-{size}.json"

    def home(self, size: str) -> Path:
        """Return where a size's data, models and caches are."""
        return Path(self.options.work) / size

    def csv(self, size: str) -> Path:
        """Return the folder of a size's CSV files."""
        given = self.options.csv or {}
        return Path(given[size]) if size in given else self.home(size) / "csv"

    def done(self, size: str, step: str, key: str = "") -> Any:
        """Return what was measured, or None; what failed or was left out is tried again."""
        found = self.state["sizes"].get(size, {}).get(step)
        found = found.get(key) if key and found is not None else found
        return None if found and str(found.get("stopped", "")).startswith(("failed", LEFT_OUT)) else found

    @property
    def minutes(self) -> float:
        """How long this run has taken."""
        return (time.monotonic() - self.began) / 60

    def say(self, size: str, step: str, key: str = "") -> None:
        """Tell what is done next, and when."""
        print(f"[{self.minutes:5.1f} min] {size} {step} {key}".rstrip(), flush=True)

    def note(self, size: str, step: str, measured: dict[str, Any], key: str = "") -> None:
        """Keep a measurement, at once and atomically."""
        measured = {**measured, "revision": revision(), "at": time.strftime("%Y-%m-%d %H:%M", time.gmtime())}
        with self._changed(size) as steps:
            if key:
                steps.setdefault(step, {})[key] = measured
            else:
                steps[step] = measured
            steps["machine"] = self.state["machine"]
        say = {name: value for name, value in measured.items() if not isinstance(value, dict)}
        print(f"{size} {step} {key}: {say}", flush=True)

    def forget(self, size: str, step: str) -> None:
        """Drop a measurement, for ``--again``: ``train`` or one algorithm of it, ``train:svd``."""
        name, _, key = step.partition(":")
        with self._changed(size) as steps:
            if key:
                steps.get(name, {}).pop(key, None)
            else:
                steps.pop(name, None)

    @contextlib.contextmanager
    def _changed(self, size: str) -> Iterator[dict[str, Any]]:
        """Yield a size's notes to be changed; another run may have noted other steps of it meanwhile."""
        file = self._file(size)
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            steps = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
            yield steps
            write_atomically(file, json.dumps(steps, indent=1))
        self.state["sizes"][size] = steps

    def once(self, size: str, step: str, work: Callable[[], dict[str, Any]], key: str = "") -> None:
        """Do a step unless it was done or was not asked for."""
        if step in self.options.steps and self.done(size, step, key) is None:
            self.say(size, step, key)
            self.note(size, step, work(), key)

    def child(self, step: str, size: str, **task: Any) -> dict[str, Any]:
        """Run a step of `benchmarks.scale_child` on a size."""
        home = str(self.home(size))
        full = {"step": step, "home": home, "csv": str(self.csv(size)), "users": REQUEST_USERS, **task}
        return run_child(CHILD, full, timeout=self.options.timeout)


def prepare(run: Run, size: str) -> None:
    """Make or find the CSV files of a size and read them."""
    if not (run.csv(size) / "ratings.csv").exists():
        run.once(size, "synth", lambda: run.child("synth", size, ratings=SIZES[size]))
    run.once(size, "read", lambda: run.child("read", size))
    run.once(size, "ingest", lambda: run.child("ingest", size))


def fit(run: Run, size: str) -> None:
    """Train every algorithm, and measure them where that decides what is served."""
    from core.recommenders.registry import algorithm_keys, training_order

    wanted = [key for key in training_order(algorithm_keys()) if key in (run.options.algorithms or algorithm_keys())]
    outdated = [key for key in wanted if _stale(run, size, key)]
    for step in (*(f"train:{key}" for key in outdated), *(["together"] if outdated else [])):
        run.forget(size, step)
    if run.options.jobs > 1 and "train" in run.options.steps and run.done(size, "together") is None:
        run.say(size, "together")
        measured = run.child("together", size, jobs=run.options.jobs)
        run.note(size, "together", measured)
        for key, found in measured.get("algorithms", {}).items():
            run.note(size, "train", found, key)
    for key in wanted:
        run.once(size, "train", lambda key=key: run.child("train", size, key=key), key)
    if SIZES[size] >= MEASURED_FROM:
        run.once(size, "measure", lambda: run.child("measure", size))


def ask(run: Run, size: str) -> None:
    """Open and ask the models, alone and in gunicorn."""
    run.once(size, "open", lambda: run.child("open_all", size))
    run.once(size, "requests", lambda: run.child("requests", size))
    if {"workers", "containers"} & set(run.options.steps):
        serve(run, size)


def _stale(run: Run, size: str, key: str) -> bool:
    """Return whether a stored model is of another configuration or other data than now."""
    from core.data.dataset import Dataset
    from core.store.training import outdated

    data = Dataset.open(run.home(size) / "data" / "synthetic")
    return key in outdated(data, [key], run.home(size) / "models" / "synthetic")


def serve(run: Run, size: str) -> None:
    """Measure gunicorn: memory by number of workers, and behaviour inside limits."""
    from benchmarks.scale_serve import contained, workers
    from core.data.dataset import Dataset

    data = Dataset.open(run.home(size) / "data" / "synthetic")
    users = data.user_ids[:: max(data.n_users // 60, 1)].tolist()
    port = run.options.port
    run.once(size, "workers", lambda: workers(run.home(size), port, (1, 2, 4), users))
    run.once(size, "containers", lambda: contained(run.home(size), port + 1, (2048, 1024, 512), users))


def peers(run: Run, size: str) -> None:
    """Measure other libraries on the same ratings and users, each bounded in time and memory."""
    task = run.home(size) / "task.npz"
    for key, (package, *_) in PEERS.items():
        if run.done(size, "peers", key) is not None or (run.options.peers and key not in run.options.peers):
            continue
        python = next((path for path in (run.options.peers_python, sys.executable) if _has(path, package)), None)
        if python is None:
            run.note(size, "peers", {"stopped": f"{package} is not installed"}, key)
            continue
        if (needed := BYTES_PER_RATING.get(key, 0) * SIZES[size] / 2**20) > run.options.peer_mb:
            reason = (
                f"not run: it would take about {needed / 1024:.0f} GiB, {run.options.peer_mb:,.0f} MB are allowed"
            )
            run.note(size, "peers", {"stopped": reason}, key)
            continue
        if run.minutes > run.options.minutes:
            run.note(size, "peers", {"stopped": f"{LEFT_OUT}: {run.options.minutes:.0f} minutes were up"}, key)
            continue
        run.say(size, "peers", key)
        if not task.exists():
            run.child("export", size, target=str(task))
        measured = run_child(
            "benchmarks.scale_peers",
            {"data": str(task), "key": key, "request_seconds": run.options.peer_request_seconds},
            python=str(python),
            timeout=run.options.peer_seconds,
            limit_mb=run.options.peer_mb,
        )
        run.note(size, "peers", measured, key)
    task.unlink(missing_ok=True)


def all_peers(run: Run) -> None:
    """Measure other libraries at all sizes, the smallest first."""
    for size in run.options.sizes if "peers" in run.options.steps else ():
        peers(run, size)


def _has(python: str | None, package: str) -> bool:
    import subprocess

    code = f"import importlib.metadata as m; m.version({package!r})"
    return (
        python is not None and subprocess.run([python, "-c", code], capture_output=True, check=False).returncode == 0
    )


def main() -> None:
    """Read the options, measure and report."""
    options = _options()
    run = Run(options)
    for size in options.sizes:
        for step in options.again:
            run.forget(size, step)
    if not options.report:
        run.state["machine"] = facts()
        stamp = Path(options.work) / f"compiled-{revision()}"
        if "train" in options.steps and not stamp.exists():
            print(f"compiling: {run_child(CHILD, {'step': 'warm', 'home': options.work})}", flush=True)
            stamp.parent.mkdir(parents=True, exist_ok=True)
            stamp.touch()
        run.state["machine"]["beside"] = options.beside
        for size in options.sizes:
            prepare(run, size)
        with ThreadPoolExecutor(1) as beside:
            begun = beside.submit(all_peers, run) if options.beside else None
            for size in options.sizes:
                fit(run, size)
            begun.result() if begun else all_peers(run)
        for size in options.sizes:
            ask(run, size)
        print(f"[{run.minutes:5.1f} min] done", flush=True)
    print(write_report(run.state, Path(options.docs), SIZES))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="build/scale", help="data, models and partial results")
    parser.add_argument("--sizes", type=_list, default=list(SIZES), help="1m,10m,32m")
    parser.add_argument("--steps", type=_list, default=list(STEPS), help=",".join(STEPS))
    parser.add_argument("--algorithms", type=_list, default=[], help="train these alone")
    parser.add_argument("--peers", type=_list, default=[], help="measure these peers alone")
    parser.add_argument("--again", type=_list, default=[], help="steps to measure anew: ingest,train:svd,...")
    parser.add_argument("--csv", type=json.loads, help='folders of ready CSV files: {"32m": "PATH"}')
    parser.add_argument("--peers-python", help="a Python that has implicit and LensKit")
    parser.add_argument("--jobs", type=int, default=1, help="train in so many processes, as the product does")
    parser.add_argument("--beside", action="store_true", help="run peers at the same time as training")
    parser.add_argument("--minutes", type=float, default=42.0, help="after which no further peer is begun")
    parser.add_argument("--peer-seconds", type=float, default=300.0, help="time limit of one peer")
    parser.add_argument("--peer-mb", type=float, default=8192.0, help="memory limit of one peer")
    parser.add_argument("--peer-request-seconds", type=float, default=15.0, help="time for one peer's requests")
    parser.add_argument("--timeout", type=float, default=3600.0, help="time limit of one step")
    parser.add_argument("--port", type=int, default=8400)
    parser.add_argument("--docs", default=str(ROOT / "docs"), help="where PERFORMANCE.md and images/ are")
    parser.add_argument("--report", action="store_true", help="only write the document from what was measured")
    options = parser.parse_args()
    options.work = str(Path(options.work).resolve())
    return options


def _list(text: str) -> list[str]:
    return [part for part in text.split(",") if part]


if __name__ == "__main__":
    main()
