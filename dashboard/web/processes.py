"""The server's processes, its background jobs among them, and what memory they take."""

from collections.abc import Iterator
from dataclasses import dataclass

import psutil

__all__ = ["ProcessRow", "server_processes", "total_mb"]

_MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ProcessRow:
    """One process; sizes in MB. PSS counts shared pages in equal parts, USS only what is not shared."""

    role: str
    pid: int
    rss: float
    pss: float | None
    uss: float | None


def server_processes() -> list[ProcessRow]:
    """Return this process, or the whole server when it runs under gunicorn: master, workers, jobs."""
    return [row for process, role in _processes() if (row := _row(process, role)) is not None]


def total_mb(rows: list[ProcessRow]) -> float:
    """Return what processes take together: shared pages once where the system tells them apart."""
    if all(row.pss is not None for row in rows):
        return sum(row.pss or 0.0 for row in rows)
    return sum(row.rss for row in rows)


def _processes() -> Iterator[tuple[psutil.Process, str]]:
    own = psutil.Process()
    try:
        parent = own.parent()
        command = [] if parent is None else parent.cmdline()
    except psutil.Error:
        parent, command = None, []
    if parent is None or not any("gunicorn" in part for part in command):
        yield own, "server"
        return
    yield parent, "master"
    known = {parent.pid}
    for child in parent.children():
        known.add(child.pid)
        yield child, "this worker" if child.pid == own.pid else "worker"
    # Jobs are forked from the server without a new program, and belong to nobody: they keep its command line.
    for process in psutil.process_iter(["pid", "cmdline"]):
        if process.pid not in known and process.info["cmdline"] == command:
            yield process, "background jobs"


def _row(process: psutil.Process, role: str) -> ProcessRow | None:
    try:
        full = process.memory_full_info()
    except psutil.AccessDenied:
        return ProcessRow(role, process.pid, process.memory_info().rss / _MB, None, None)
    except psutil.Error:
        return None  # it ended meanwhile
    return ProcessRow(role, process.pid, full.rss / _MB, getattr(full, "pss", 0) / _MB, full.uss / _MB)
