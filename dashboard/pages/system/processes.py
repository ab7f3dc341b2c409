"""The server's processes and what memory they take."""

from dataclasses import dataclass

import psutil

__all__ = ["ProcessRow", "server_processes"]

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
    """Return this process, or the whole server when it runs under gunicorn: the master first, then its workers."""
    own = psutil.Process()
    try:
        parent = own.parent()
        served = parent is not None and any("gunicorn" in part for part in parent.cmdline())
    except psutil.Error:
        parent, served = None, False
    if parent is None or not served:
        return [row for row in [_row(own, "server")] if row]
    rows = [_row(parent, "master")]
    rows += [_row(child, "this worker" if child.pid == own.pid else "worker") for child in parent.children()]
    return [row for row in rows if row]


def _row(process: psutil.Process, role: str) -> ProcessRow | None:
    try:
        full = process.memory_full_info()
    except psutil.AccessDenied:
        return ProcessRow(role, process.pid, process.memory_info().rss / _MB, None, None)
    except psutil.Error:
        return None
    return ProcessRow(role, process.pid, full.rss / _MB, getattr(full, "pss", 0) / _MB, full.uss / _MB)
