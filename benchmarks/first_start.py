"""A first start, phase by phase: how long until the first list, until all models stand, until all is measured?

    python -m benchmarks.first_start [--before GITREF] [--modes cold,warm,again,interrupted] [--json FILE]

Does what `make demo` does after the set-up, in a directory of its own: `cold` with nothing compiled and nothing
trained, `warm` with the compiled loops of the run before, `again` with its models, too, and `interrupted` with what a
warm start has learned when Ctrl+C is pressed at its first list. The data set is a copy of the installed one
(CINEMATCH_DATA_DIR, CINEMATCH_DATASET): download and reading of GroupLens' files are not counted, nor is the set-up
of the environment. With `--before` another version of the repository is measured in turn with this.
"""

import argparse
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil
import requests

from core.recommenders.registry import algorithm_keys
from core.settings import load_settings
from core.store.costs import FIRST
from tests.servers import ROOT, free_port, process_runs

_MEASURED = {"match", "relevance", "wishes"}
_LOOK_EVERY_S = 0.2
_LONGEST_S = 3600.0
_WORKERS = 3
"""A server's own children: two workers, and who starts background jobs. The training is one more while it lives."""
_ESTIMATE = re.compile(r"\((\d+) s, about (\d+) s left\)")
_PHASES = {
    "data": "data set there",
    "first_models": "six quick models",
    "first_list": "first list",
    "models": "all models",
    "measured": "all measured",
}


@dataclass
class Start:
    """One start: seconds until each phase was reached, and what all processes took.

    Attributes
    ----------
    estimate_error : float or None
        The largest relative error of the time that training was estimated to take in all, from a tenth of it on.
    left_behind : int
        Processes that were there five seconds after Ctrl+C.
    """

    version: str
    mode: str
    load: float
    seconds: dict[str, float] = field(default_factory=dict)
    cpu_seconds: float = 0.0
    estimate_error: float | None = None
    left_behind: int = 0


class _Home:
    """Where one version's starts happen, and what they find there."""

    def __init__(self, root: Path, where: Path) -> None:
        self.root, self.where = root, where
        self.port = free_port()
        settings = load_settings()
        self.dataset = settings.dataset
        self.models = where / "models" / settings.dataset
        shutil.copytree(settings.dataset_dir, where / "data" / settings.dataset)
        # `make demo` lets Python keep what it compiles, whatever the shell says.
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        self.env = {
            **kept,
            **{f"CINEMATCH_{name.upper()}_DIR": str(where / name) for name in ("data", "models", "cache")},
            "CINEMATCH_PORT": str(self.port),
            "CINEMATCH_RATE_LIMIT": "off",
            "NUMBA_CACHE_DIR": str(where / "compiled"),
            "PYTHONPATH": str(root),
        }

    def prepare(self, mode: str) -> None:
        """Forget what the mode wants forgotten."""
        if mode != "again":
            shutil.rmtree(self.models.parent, ignore_errors=True)
            shutil.rmtree(self.where / "cache", ignore_errors=True)
        if mode == "cold":
            shutil.rmtree(self.where / "compiled", ignore_errors=True)

    def commands(self) -> list[list[str]]:
        """Return what `make demo` runs."""
        staged = "--train-missing" in (self.root / "core" / "commands" / "operate.py").read_text(encoding="utf-8")
        words = (
            [["data", "fetch"], ["serve", "--train-missing"]]
            if staged
            else [
                ["data", "fetch"],
                ["train", "--missing"],
                ["serve"],
            ]
        )
        return [[sys.executable, "-m", "core.cli", *some] for some in words]

    def reached(self) -> Iterator[str]:
        """Yield the phases that are reached."""
        there = {key for key in algorithm_keys() if (self.models / key / "manifest.json").is_file()}
        if set(FIRST) <= there:
            yield "first_models"
        if set(algorithm_keys()) <= there:
            yield "models"
            if all(self._measured(key) for key in there):
                yield "measured"

    def _measured(self, key: str) -> bool:
        try:
            manifest = json.loads((self.models / key / "manifest.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False  # just being replaced
        return set(manifest["metrics"]) >= _MEASURED

    def lists(self) -> bool:
        """Return whether a list is made."""
        try:
            url = f"http://127.0.0.1:{self.port}/api/v1/users/1/recommendations?n=10"
            return requests.get(url, headers={"Connection": "close"}, timeout=10).ok
        except requests.RequestException:
            return False


def start(home: _Home, version: str, mode: str) -> Start:
    """Start once, from nothing or from what the mode leaves, until all is measured; then press Ctrl+C."""
    home.prepare(mode)
    if mode == "interrupted":
        _run(home, version, mode, {"data", "first_models", "first_list"})
    return _run(home, version, mode, set(_PHASES))


def _run(home: _Home, version: str, mode: str, until: set[str]) -> Start:
    found = Start(version, mode, os.getloadavg()[0])
    log = home.where / f"{mode}.log"
    log.unlink(missing_ok=True)
    before = _cpu_of_children()
    began = time.monotonic()
    *first, last = home.commands()
    told = log.open("ab")
    running = None
    try:
        for number, command in enumerate([*first, last]):
            running = subprocess.Popen(
                command, cwd=home.root, env=home.env, stdout=told, stderr=told, start_new_session=True
            )
            while not _over(found, running, until, ends=command is not last):
                _look(home, found, began)
                time.sleep(_LOOK_EVERY_S)
                if time.monotonic() - began > _LONGEST_S:
                    raise RuntimeError(f"{version}, {mode}: not done after {_LONGEST_S:.0f} s; see {log}")
            if number == 0:
                found.seconds["data"] = time.monotonic() - began
            if command is not last and running.returncode:
                raise RuntimeError(f"{' '.join(command)} failed: {log.read_text()[-2000:]}")
    finally:
        if running is not None and running.poll() is None:
            found.left_behind = _interrupt(running)
        told.close()
    found.cpu_seconds = _cpu_of_children() - before
    found.estimate_error = _error(log.read_text(encoding="utf-8"))
    return found


def _over(found: Start, running: "subprocess.Popen[bytes]", until: set[str], *, ends: bool) -> bool:
    if running.poll() is not None:
        if not ends:
            raise RuntimeError("The server has ended; its log has the reason.")
        return True
    if ends or not set(found.seconds) >= until:
        return False
    return until != set(_PHASES) or len(psutil.Process(running.pid).children()) <= _WORKERS


def _look(home: _Home, found: Start, began: float) -> None:
    for phase in home.reached():
        found.seconds.setdefault(phase, time.monotonic() - began)
    if "first_list" not in found.seconds and home.lists():
        found.seconds["first_list"] = time.monotonic() - began


def _interrupt(running: "subprocess.Popen[bytes]") -> int:
    """Press Ctrl+C, and return how many processes are left five seconds after the first has ended."""
    family = psutil.Process(running.pid).children(recursive=True)
    os.killpg(running.pid, signal.SIGINT)
    try:
        running.wait(60)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
    until = time.monotonic() + 5
    while any(process_runs(one.pid) for one in family) and time.monotonic() < until:
        time.sleep(_LOOK_EVERY_S)
    return sum(process_runs(one.pid) for one in family)


def _cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _error(log: str) -> float | None:
    told = [(int(passed), int(left)) for passed, left in _ESTIMATE.findall(log)]
    ends = re.findall(r"train: 100% .*\((\d+) s\)", log)
    if not told or not ends:
        return None
    whole = float(ends[0])
    return max((abs(passed + left - whole) / whole for passed, left in told if passed >= whole / 10), default=None)


@contextmanager
def _checkout(ref: str | None, where: Path) -> Iterator[Path]:
    """Yield the repository's files: as they are, or of another version."""
    if ref is None:
        yield ROOT
        return
    root = where / "repository"
    git = ["git", "-C", str(ROOT), "worktree"]
    subprocess.run([*git, "add", "--quiet", "--detach", str(root), ref], check=True)
    try:
        yield root
    finally:
        subprocess.run([*git, "remove", "--force", str(root)], check=True)


def report(starts: Sequence[Start]) -> str:
    """Return the tables as Markdown."""
    lines = [
        "| version | start | "
        + " | ".join(f"{name}, s" for name in _PHASES.values())
        + " | CPU s | first list / all models | estimate off by | left behind | load |",
        "| --- | --- |" + " --- |" * (len(_PHASES) + 5),
    ]
    for one in starts:
        cells = [f"{one.seconds[phase]:.1f}" if phase in one.seconds else "-" for phase in _PHASES]
        share = one.seconds["first_list"] / one.seconds["models"]
        off = "-" if one.estimate_error is None else f"{one.estimate_error:.0%}"
        lines.append(
            f"| {one.version} | {one.mode} | {' | '.join(cells)} | {one.cpu_seconds:.0f} | {share:.0%} | {off} "
            f"| {one.left_behind} | {one.load:.1f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--before", metavar="GITREF", help="another version, measured in turn with this one")
    parser.add_argument("--modes", default="cold,warm,again")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    # A shell's background jobs ignore Ctrl+C, and what they start does. Whoever ends this ends its server, too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    starts: list[Start] = []
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        versions = [("this", None), *([] if given.before is None else [(given.before, given.before)])]
        homes = {}
        with _checkout(None, work) as here, _checkout(given.before, work) as former:
            for version, ref in versions:
                (work / version).mkdir()
                homes[version] = _Home(here if ref is None else former, work / version)
            for mode in given.modes.split(","):
                for version, _ in versions:
                    starts.append(start(homes[version], version, mode))
                    print(report(starts[-1:]).splitlines()[-1], file=sys.stderr, flush=True)
    print(report(starts))
    if given.json is not None:
        given.json.write_text(json.dumps([asdict(one) for one in starts], indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
