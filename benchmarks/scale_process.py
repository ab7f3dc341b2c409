"""Run a step in a process of its own and read from the kernel what it took."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.cgroup import MemoryGroup, NoCgroupError

__all__ = ["ONE_THREAD", "ROOT", "mapped_mb", "peak_rss_mb", "run", "run_child", "working_set"]

ROOT = Path(__file__).resolve().parents[1]
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMBA", "NUMEXPR", "RAYON")}


def run(
    command: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    timeout: float = 3600.0,
    limit_mb: float | None = None,
) -> dict[str, Any]:
    """Run a command to its end.

    Returns
    -------
    dict
        ``code``, ``wall_s``, ``cpu_s`` (all its threads and children), ``peak_mb`` (VmHWM: resident, mapped files
        included, sampled until the end), ``load`` (1-minute load average at the start), ``output`` and, when it
        was stopped, ``stopped`` with the reason.
    """
    with contextlib.ExitStack() as stack:
        group = None
        if limit_mb is not None:
            with contextlib.suppress(NoCgroupError):
                group = stack.enter_context(MemoryGroup(limit_mb))
        full = group.command(command) if group else list(command)
        output = stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8"))
        load = os.getloadavg()[0]
        started = time.monotonic()
        process = subprocess.Popen(
            full,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env={**os.environ, **ONE_THREAD, "PYTHONPATH": str(ROOT), **(environment or {})},
            start_new_session=True,
        )
        peak, stopped = 0.0, None
        try:
            while True:
                peak = max(peak, peak_rss_mb(process.pid))
                pid, status, usage = os.wait4(process.pid, os.WNOHANG)
                if pid:
                    break
                if time.monotonic() - started > timeout:
                    stopped = f"stopped after {timeout:.0f} s"
                elif limit_mb is not None and group is None and peak > limit_mb:
                    stopped = f"stopped above {limit_mb:.0f} MB"
                if stopped:
                    os.killpg(process.pid, signal.SIGKILL)
                    _, status, usage = os.wait4(process.pid, 0)
                    break
                time.sleep(0.05)
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
        process.returncode = code = os.waitstatus_to_exitcode(status)
        if group is not None and group.kills:
            stopped = f"killed by the kernel at {limit_mb:.0f} MB"
        output.seek(0)
        return {
            "code": code,
            "wall_s": round(time.monotonic() - started, 2),
            "cpu_s": round(usage.ru_utime + usage.ru_stime, 2),
            "peak_mb": round(peak, 1),
            "load": round(load, 1),
            "output": output.read(),
            **({"stopped": stopped} if stopped else {}),
        }


def run_child(
    module: str, task: Mapping[str, Any], *, python: str = sys.executable, **options: Any
) -> dict[str, Any]:
    """Run ``python -m module TASK.json RESULT.json`` and join what it wrote to what `run` measured."""
    with tempfile.TemporaryDirectory(prefix="cinematch-scale-") as folder:
        source, target = Path(folder) / "task.json", Path(folder) / "result.json"
        source.write_text(json.dumps(dict(task)), encoding="utf-8")
        measured = run([python, "-W", "ignore", "-m", module, str(source), str(target)], **options)
        output = measured.pop("output")
        if target.exists():
            own = json.loads(target.read_text(encoding="utf-8"))
            return {**measured, **own, "peak_mb": max(measured["peak_mb"], own.get("peak_mb", 0.0))}
        if "stopped" not in measured:
            measured["stopped"] = f"failed: {output.strip().splitlines()[-1] if output.strip() else measured['code']}"
            print(output[-4000:], file=sys.stderr)
        return measured


def peak_rss_mb(pid: int | str = "self") -> float:
    """Return the most resident memory that a process ever had, in MB; 0 when it is gone."""
    return _status(pid, "VmHWM:")


def _status(pid: int | str, key: str) -> float:
    try:
        text = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith(key)), 0.0)


def working_set(pid: int) -> dict[str, float]:
    """Return a live process's memory in MB: ``rss``, ``pss`` (its part of what is shared), ``uss`` (its own)."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    sizes = {line.split()[0]: int(line.split()[1]) / 1024 for line in text.splitlines()[1:]}
    return {
        "rss": round(sizes["Rss:"], 1),
        "pss": round(sizes["Pss:"], 1),
        "uss": round(sizes["Private_Clean:"] + sizes["Private_Dirty:"], 1),
    }


def mapped_mb(pid: int, folder: Path) -> float:
    """Return a live process's part, in MB, of the pages that are mapped from files below a folder."""
    total, below = 0, False
    for line in Path(f"/proc/{pid}/smaps").read_text(encoding="utf-8", errors="replace").splitlines():
        first, _, rest = line.partition(" ")
        if "-" in first and not first.endswith(":"):
            below = str(folder) + "/" in rest
        elif below and first == "Pss:":
            total += int(rest.split()[0])
    return round(total / 1024, 1)
