"""Load on this machine's own server: requests per second, latencies, CPU per request, memory, time to start.

    python -m benchmarks.load [--seconds 5] [--connections 16] [--workers 1,2] [--nginx] [--algorithms hybrid,svd]
        [--rounds 1] [--json FILE]

Serves the installed data set and models (CINEMATCH_* variables) with gunicorn on 127.0.0.1, with one worker and
with two, and asks it with `wrk` (or, where that is not installed, with a client of Python's own, which is slower and
takes CPU from the server). User ids are drawn evenly at random. Lists are asked for twice: `first` of a server that
keeps none (CINEMATCH_KEPT_LISTS_MB=0), so that each is made anew, and `again` of one that has given most of them
before; the column `kept` is the share that was not made anew, as the server counts. On a machine that does other work
as well, CPU per request is the figure to trust.
"""

import argparse
import asyncio
import json
import math
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import psutil
import requests

from core.data.dataset import Dataset
from core.settings import Settings, load_settings
from dashboard.pages.recommend.ids import Recommend
from dashboard.shell_ids import Shell
from tests.integration.nginx import NginxProcess
from tests.servers import ROOT, GunicornProcess

_LUA = """
local paths, bodies = {}, {}
for line in io.lines("%(targets)s") do
  local path, body = line:match("^(%%S+) ?(.*)$")
  paths[#paths + 1] = path
  bodies[#bodies + 1] = body
end
local at = 0
request = function()
  at = at %% #paths + 1
  if bodies[at] == "" then return wrk.format("GET", paths[at]) end
  return wrk.format("POST", paths[at], {["Content-Type"] = "application/json"}, bodies[at])
end
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format("RESULT %%d %%d %%d %%d %%d %%d\\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), e.status, e.connect + e.read + e.write + e.timeout))
end
"""


_ROUND_S, _MOST_ROUNDS, _GIVEN = 2.0, 8, 0.99
"""Before lists are asked for again: seconds of a round, how many there are at most, and the share of lists that were
kept in one that is the last."""


@dataclass
class Result:
    """One kind of request under load."""

    what: str
    asked: str
    """``first`` where lists are made anew, ``again`` where they were given before."""
    workers: int
    requests_per_s: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float
    """CPU of all server processes, divided by the requests."""
    errors: int
    shares: list[float]
    """Each worker's part of the workers' CPU, the largest first: how evenly they share the work."""
    kept: float
    """Share of lists that were kept from before, as the server counts; NaN where none was asked for."""
    share: float = math.nan
    """Of the rate of the health check."""


@dataclass
class Server:
    """What is asked."""

    url: str
    pid: int
    workers: int
    asked: str


@dataclass
class Memory:
    """Of the master and its workers after the load, in MB."""

    asked: str
    workers: int
    start_s: float
    master_uss: float
    worker_uss: float
    """Mean over the workers: what a further one costs."""
    all_pss: float


@dataclass
class Target:
    """A kind of request, with many instances of it."""

    what: str
    lines: list[str]


def targets(url: str, dataset: Dataset, algorithms: list[str]) -> list[Target]:
    """Return what is asked: the REST API by algorithm, and the Recommend page's main callback."""
    rng = random.Random(42)
    users = rng.choices(dataset.user_ids.tolist(), k=2000)
    found = [Target("GET /healthz", ["/healthz"])]
    found += [
        Target(
            f"GET recommendations, {key}",
            [f"/api/v1/users/{user}/recommendations?algorithm={key}&n=10" for user in users],
        )
        for key in algorithms
    ]
    entry = next(
        entry
        for entry in requests.get(f"{url}/_dash-dependencies", timeout=10).json()
        if f"{Recommend.RESULTS}.list" in entry["output"]
    )
    for key in algorithms:
        bodies = [json.dumps(list_callback(entry, user, key), separators=(",", ":")) for user in users]
        found.append(
            Target(f"Recommend page's callback, {key}", [f"/_dash-update-component {body}" for body in bodies])
        )
    return found


def list_callback(entry: Mapping[str, Any], user: int, algorithm: str) -> dict[str, Any]:
    """Return the body that a browser sends for the Recommend page's list, all other controls untouched.

    Parameters
    ----------
    entry : mapping
        What ``/_dash-dependencies`` says of the callback.
    """
    chosen: dict[tuple[str, str], Any] = {
        (Recommend.MODE, "value"): "user",
        (Recommend.USER, "value"): str(user),
        (Recommend.ALGORITHM, "value"): algorithm,
        (Recommend.COUNT, "value"): 10,
        (Shell.OWN_FILMS, "data"): "||||",
    }
    inputs = [{**item, "value": chosen.get((item["id"], item["property"]))} for item in entry["inputs"]]
    output = entry["output"]
    outputs = [
        dict(zip(("id", "property"), part.rsplit(".", 1), strict=True)) for part in output.strip(".").split("...")
    ]
    changed = [f"{Recommend.USER}.value"]
    state = [{**item, "value": None} for item in entry["state"]]
    return {"output": output, "outputs": outputs, "inputs": inputs, "changedPropIds": changed, "state": state}


def measured(asked: list[Target], url: str, server: Server, options: argparse.Namespace) -> list[Result]:
    """Ask all kinds of things by turns, so that what else goes on meets all, and return medians of the rounds.

    Where lists are to be asked for again, every one was asked for before.
    """
    for target in asked:
        check(target, url)
        if server.asked == "again":
            _give_all(Target(target.what, [*dict.fromkeys(target.lines)]), url, server, options.connections)
    rounds = [
        [measure(target, url, server, options.seconds / options.rounds, options.connections) for target in asked]
        for _ in range(options.rounds)
    ]
    found = [_middle([one[place] for one in rounds]) for place in range(len(asked))]
    return [replace(one, share=one.requests_per_s / found[0].requests_per_s) for one in found]


def _middle(results: list[Result]) -> Result:
    """Return the median of each figure; errors of all rounds together, workers' shares of the round in the middle."""
    names = ("requests_per_s", "p50_ms", "p99_ms", "cpu_ms", "kept")
    middle: Any = {name: median(getattr(one, name) for one in results) for name in names}
    usual = sorted(results, key=lambda one: one.requests_per_s)[len(results) // 2]
    return replace(usual, **middle, errors=sum(one.errors for one in results))


def measure(target: Target, url: str, server: Server, seconds: float, connections: int) -> Result:
    """Ask one kind of thing for some seconds."""
    master = server.pid
    before, kept_before = _cpu_s(master), _kept(server.url)
    count, took, p50, p99, errors = _load(target, url, seconds, connections)
    spent = {pid: used - before.get(pid, 0.0) for pid, used in _cpu_s(master).items()}
    of_workers = sorted((used for pid, used in spent.items() if pid != master), reverse=True)
    shares = [used / (sum(of_workers) or 1.0) for used in of_workers]
    cpu = sum(spent.values()) / max(count, 1) * 1000
    kept = math.nan if "healthz" in target.what else _share(_kept(server.url), kept_before)
    return Result(target.what, server.asked, server.workers, count / took, p50, p99, cpu, errors, shares, kept)


def _give_all(target: Target, url: str, server: Server, connections: int) -> None:
    """Ask until nearly every worker has given nearly every list."""
    for _ in range(_MOST_ROUNDS):
        before = _kept(server.url)
        _load(target, url, _ROUND_S, connections)
        after = _kept(server.url)
        if after == before or _share(after, before) >= _GIVEN:
            return


def _share(now: tuple[float, float], before: tuple[float, float]) -> float:
    """Return the share of lists that were kept among those that were asked for between two counts."""
    hits, misses = (later - former for later, former in zip(now, before, strict=True))
    return hits / (hits + misses) if hits + misses else 0.0


def _kept(url: str) -> tuple[float, float]:
    """Return how many lists were kept and how many had to be made, as the server has counted them."""
    said = requests.get(f"{url}/metrics", timeout=10).text
    found = dict(re.findall(r'^cinematch_kept_lists_total\{result="(hit|miss)"\} (\S+)', said, re.MULTILINE))
    return float(found.get("hit", 0)), float(found.get("miss", 0))


def check(target: Target, url: str) -> None:
    """Ask once and look at the answer: a fast error is no result."""
    path, _, body = target.lines[0].partition(" ")
    headers = {"Content-Type": "application/json"}
    found = (
        requests.post(url + path, body, headers=headers, timeout=30) if body else requests.get(url + path, timeout=30)
    )
    if found.status_code != 200 or len(found.content) < 10:
        sys.exit(f"{target.what}: {found.status_code} {found.text[:500]}")


def _load(target: Target, url: str, seconds: float, connections: int) -> tuple[int, float, float, float, int]:
    """Return number of answers, seconds, median and 99th percentile in milliseconds, and errors."""
    if shutil.which("wrk"):
        return _wrk(target, url, seconds, connections)
    return asyncio.run(_python(target, url, seconds, connections))


def _wrk(target: Target, url: str, seconds: float, connections: int) -> tuple[int, float, float, float, int]:
    with tempfile.TemporaryDirectory() as place:
        listed = Path(place) / "targets"
        listed.write_text("\n".join(target.lines))
        script = Path(place) / "ask.lua"
        script.write_text(_LUA % {"targets": listed})
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:.0f}s", "--timeout", "30s", "-s", str(script), url]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"RESULT (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)", said)
    if found is None:
        sys.exit(f"wrk said:\n{said}")
    count, duration, p50, p99, status, broken = (int(number) for number in found.groups())
    return count, duration / 1e6, p50 / 1000, p99 / 1000, status + broken


async def _python(target: Target, url: str, seconds: float, connections: int) -> tuple[int, float, float, float, int]:
    address = urlsplit(url)
    latencies: list[float] = []
    errors = 0
    started = time.perf_counter()

    async def client(number: int) -> None:
        nonlocal errors
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        at = number
        while time.perf_counter() - started < seconds:
            path, _, body = target.lines[at % len(target.lines)].partition(" ")
            at += connections
            asked = time.perf_counter()
            kind = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
            verb = "POST" if body else "GET"
            writer.write(f"{verb} {path} HTTP/1.1\r\nHost: {address.netloc}\r\n{kind}\r\n{body}".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
            await reader.readexactly(int(length[1]) if length else 0)
            errors += b" 200 " not in head.split(b"\r\n", 1)[0]
            latencies.append((time.perf_counter() - asked) * 1000)
        writer.close()

    await asyncio.gather(*(client(number) for number in range(connections)))
    took = time.perf_counter() - started
    latencies.sort()
    return len(latencies), took, latencies[len(latencies) // 2], latencies[int(len(latencies) * 0.99)], errors


def _processes(master: int) -> list[psutil.Process]:
    parent = psutil.Process(master)
    return [parent, *parent.children()]


def _cpu_s(master: int) -> dict[int, float]:
    return {process.pid: sum(process.cpu_times()[:2]) for process in _processes(master)}


def memory(server: Server, start_s: float) -> Memory:
    """Return the server's memory as the kernel counts it."""
    parent, *children = (process.memory_full_info() for process in _processes(server.pid))
    mega = 2**20
    worker_uss = sum(child.uss for child in children) / len(children) / mega
    whole = sum(one.pss for one in (parent, *children)) / mega
    return Memory(server.asked, server.workers, start_s, parent.uss / mega, worker_uss, whole)


def run(options: argparse.Namespace, settings: Settings) -> tuple[list[Result], list[Memory]]:
    """Serve with each number of workers, keeping no lists and keeping them, and measure all."""
    dataset = Dataset.open(settings.dataset_dir)
    results, weights = [], []
    for workers, asked in product(options.workers, ("first", "again")):
        with ExitStack() as stack:
            place = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            gunicorn = GunicornProcess(
                "dashboard.wsgi:server",
                place,
                workers=workers,
                config=ROOT / "gunicorn.conf.py",
                env={
                    "CINEMATCH_RATE_LIMIT": "off",
                    "CINEMATCH_KEPT_LISTS_MB": "0" if asked == "first" else str(settings.kept_lists_mb),
                    "CINEMATCH_CACHE_DIR": str(place / "cache"),
                    "CINEMATCH_DATA_DIR": str(settings.data_dir.resolve()),
                    "CINEMATCH_MODELS_DIR": str(settings.models_dir.resolve()),
                },
            )
            stack.callback(gunicorn.stop, 40)
            began = time.perf_counter()
            gunicorn.start("/readyz", timeout=120)
            start_s = time.perf_counter() - began
            ready = requests.get(f"{gunicorn.url}/readyz", timeout=10).json()["models"]
            loaded = [key for key, model in ready.items() if model["state"] == "loaded"]
            url = stack.enter_context(NginxProcess(gunicorn.port, place)).url if options.nginx else gunicorn.url
            chosen = [key for key in (options.algorithms or loaded) if key in loaded]
            server = Server(gunicorn.url, gunicorn.pid, workers, asked)
            for result in measured(targets(gunicorn.url, dataset, chosen), url, server, options):
                print(_line(result), flush=True)
                results.append(result)
            weights.append(memory(server, start_s))
    return results, weights


def _line(result: Result) -> str:
    return (
        f"{result.what:36} {result.asked:5} {result.workers:7} {result.requests_per_s:10.0f} {result.p50_ms:7.1f} "
        f"{result.p99_ms:7.1f} {result.cpu_ms:7.2f} {result.share:6.2f} {result.errors:6} {result.kept:5.0%}  "
        f"{':'.join(f'{100 * share:.0f}' for share in result.shares)}"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5, help="of load for each kind of request (default 5)")
    parser.add_argument("--rounds", type=int, default=1, help="by turns, in which the seconds are spent (default 1)")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--workers", type=lambda text: [int(part) for part in text.split(",")], default=[1, 2])
    parser.add_argument("--algorithms", type=lambda text: text.split(","), help="by default all that are loaded")
    parser.add_argument("--nginx", action="store_true", help="ask through nginx")
    parser.add_argument("--json", type=Path, help="write the figures to this file, too")
    options = parser.parse_args()
    settings = load_settings()
    client = "wrk" if shutil.which("wrk") else "a Python client"
    print(
        f"{settings.dataset}, {options.connections} connections by {client}, {'nginx and ' if options.nginx else ''}"
        f"gunicorn with {settings.threads} threads per worker, {psutil.cpu_count()} CPUs, "
        f"load average {psutil.getloadavg()[0]:.1f} before"
    )
    print(
        f"{'':36} {'asked':5} {'workers':>7} {'requests/s':>10} {'p50 ms':>7} {'p99 ms':>7} {'CPU ms':>7} "
        f"{'share':>6} {'errors':>6} {'kept':>5}  by worker"
    )
    results, weights = run(options, settings)
    print(f"\n{'asked':5} {'workers':>7} {'start s':>8} {'master USS':>11} {'worker USS':>11} {'all PSS':>9}  (MB)")
    for weight in weights:
        print(
            f"{weight.asked:5} {weight.workers:7} {weight.start_s:8.1f} {weight.master_uss:11.1f} "
            f"{weight.worker_uss:11.1f} {weight.all_pss:9.1f}"
        )
    if options.json:
        document = {"results": [asdict(one) for one in results], "memory": [asdict(one) for one in weights]}
        options.json.write_text(json.dumps(document, indent=2))


if __name__ == "__main__":
    main()
