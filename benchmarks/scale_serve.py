"""gunicorn at scale: what its processes take after load, and whether it lives inside a container's limit."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.cgroup import MemoryGroup, forget
from benchmarks.scale_child import percentiles
from benchmarks.scale_process import ONE_THREAD, ROOT, mapped_mb, working_set

__all__ = ["contained", "served", "workers"]

_CLIENTS = 4


@contextlib.contextmanager
def served(home: Path, port: int, count: int, group: MemoryGroup | None = None) -> Iterator[int]:
    """Yield the process id of a gunicorn master whose models are loaded."""
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "dashboard.wsgi:server"]
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("CINEMATCH_")},
        **ONE_THREAD,
        "PYTHONPATH": str(ROOT),
        "CINEMATCH_DATASET": "synthetic",
        "CINEMATCH_DATA_DIR": str(home / "data"),
        "CINEMATCH_MODELS_DIR": str(home / "models"),
        "CINEMATCH_CACHE_DIR": str(home / "cache"),
        "CINEMATCH_PORT": str(port),
        "CINEMATCH_WORKERS": str(count),
        "CINEMATCH_RATE_LIMIT": "off",
    }
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            group.command(command) if group else command,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env=environment,
            start_new_session=True,
        )
        try:
            deadline = time.monotonic() + 180
            while _status(port, "/readyz") != 200:
                if process.poll() is not None or time.monotonic() > deadline:
                    log.seek(0)
                    raise RuntimeError(f"gunicorn did not start: {log.read()[-2000:]}")
                time.sleep(0.02)
            yield process.pid
        finally:
            if process.poll() is None:
                process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                pass
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def workers(home: Path, port: int, counts: tuple[int, ...], users: list[int]) -> dict[str, Any]:
    """Return start time and memory of the master and its workers after load, for each number of workers."""
    found: dict[str, Any] = {}
    for count in counts:
        began = time.monotonic()
        with served(home, port, count) as master:
            ready = time.monotonic() - began
            answered = _load(port, users * count)
            pids = [master, *_children(master)]
            sizes = [working_set(pid) for pid in pids]
            found[str(count)] = {
                "ready_s": round(ready, 2),
                "processes": len(pids),
                "master": sizes[0],
                "worker": sizes[1],
                "pss_mb": round(sum(size["pss"] for size in sizes), 1),
                "worker_uss_mb": round(max(size["uss"] for size in sizes[1:]), 1),
                **{
                    f"{kind}_mb": round(sum(mapped_mb(pid, home / kind) for pid in pids), 1)
                    for kind in ("data", "models")
                },
                "rss_mb": round(sum(size["rss"] for size in sizes), 1),
                "requests": sum(len(times) for times in answered["ms"].values()),
                "failed": answered["failed"],
                **({"worker_ready_s": round(_worker_ready(master, port), 3)} if count == 1 else {}),
            }
    return found


def _worker_ready(master: int, port: int) -> float:
    """Kill the only worker and return after how many seconds the one that takes its place answers."""
    os.kill(_children(master)[0], signal.SIGKILL)
    began = time.monotonic()
    while _status(port, "/readyz") != 200 and time.monotonic() < began + 60:
        time.sleep(0.005)
    return time.monotonic() - began


def contained(home: Path, port: int, limits_mb: tuple[int, ...], users: list[int]) -> dict[str, Any]:
    """Return, for each limit of a real memory cgroup, what two workers serve in it and how fast."""
    found: dict[str, Any] = {}
    for limit in limits_mb:
        forget(file for folder in (home / "data", home / "models") for file in folder.rglob("*.npy"))
        with MemoryGroup(limit) as group:
            try:
                with served(home, port, 2, group):
                    states = json.loads(_get(port, "/readyz")[1])["models"]
                    answered = _load(port, users)
                    peak = group.peak_mb
                    anonymous = group.anonymous_mb
            except RuntimeError as error:
                found[str(limit)] = {"stopped": str(error)[-300:], "kills": group.kills}
                continue
            found[str(limit)] = {
                "loaded": [key for key, state in states.items() if state["state"] == "loaded"],
                "left_out": {key: state["reason"] for key, state in states.items() if state["state"] != "loaded"},
                "kills": group.kills,
                "peak_mb": round(peak, 1),
                "anonymous_mb": round(anonymous, 1),
                "requests": sum(len(times) for times in answered["ms"].values()),
                "failed": answered["failed"],
                "ms": {key: percentiles(times, "wall") for key, times in answered["ms"].items()},
            }
    return found


def _load(port: int, users: list[int]) -> dict[str, Any]:
    """Ask every loaded algorithm for every user, four clients at a time."""
    states = json.loads(_get(port, "/readyz")[1])["models"]
    keys = [key for key, state in states.items() if state["state"] == "loaded"]
    waiting = [(key, user) for user in users for key in keys]
    times: dict[str, list[float]] = {key: [] for key in keys}
    failed = 0
    lock = threading.Lock()

    def ask() -> None:
        nonlocal failed
        while True:
            with lock:
                if not waiting:
                    return
                key, user = waiting.pop()
            began = time.perf_counter()
            status, _ = _get(port, f"/api/v1/users/{user}/recommendations?algorithm={key}&n=10")
            took = (time.perf_counter() - began) * 1000
            with lock:
                times[key].append(took)
                failed += status != 200

    threads = [threading.Thread(target=ask) for _ in range(_CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"ms": times, "failed": failed}


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _status(port: int, path: str) -> int:
    try:
        return _get(port, path)[0]
    except OSError:
        return 0


def _get(port: int, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    except http.client.HTTPException as error:
        raise OSError(str(error)) from error
    finally:
        connection.close()
