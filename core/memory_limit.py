"""How much memory there is: the process's, the container's and what models may take of it."""

from __future__ import annotations

import contextlib
from pathlib import Path

__all__ = [
    "container_limit",
    "model_budget_mb",
    "peak_rss_mb",
    "process_memory",
    "reset_peak_rss",
    "training_room_mb",
]

_MB = 1024 * 1024
_MASTER_MB = 200
_WORKER_MB = 80
_SHARE = 0.8
_LEAST_SHARE = 0.1
_HOST_SHARE = 0.5


def container_limit(root: Path = Path("/")) -> tuple[float, str]:
    """Return the memory that this process may use, and who says so.

    Parameters
    ----------
    root : Path
        Where ``proc`` and ``sys`` are; another directory in tests.

    Returns
    -------
    limit : float
        MB.
    where : str
        ``cgroup v2``, ``cgroup v1`` or ``host``.

    Notes
    -----
    A group's limit holds for everything below it, so the least limit on the way from the process's own group
    (``/proc/self/cgroup``) up to the root counts. Inside a container that path may not exist under the mount;
    then the mount's own root is the container's group.
    """
    host = _host_total(root)
    found: list[tuple[int, str]] = []
    base = root / "sys/fs/cgroup"
    for line in _lines(root / "proc/self/cgroup"):
        _, _, rest = line.partition(":")
        controllers, _, group = rest.partition(":")
        if controllers == "":
            for mount in (base, base / "unified"):
                found += [(size, "cgroup v2") for size in _limits_upwards(mount, group, "memory.max")]
        elif "memory" in controllers.split(","):
            found += [
                (size, "cgroup v1") for size in _limits_upwards(base / "memory", group, "memory.limit_in_bytes")
            ]
    # Version 1 spells "no limit" as a number near 2 ** 63, larger than any host.
    real = [entry for entry in found if 0 < entry[0] < host]
    size, where = min(real, default=(host, "host"))
    return size / _MB, where


def _limits_upwards(mount: Path, group: str, name: str) -> list[int]:
    parts = [part for part in group.strip("/").split("/") if part and part != ".."]
    levels = [mount.joinpath(*parts[:depth]) for depth in range(len(parts), -1, -1)]
    texts = [line.strip() for level in levels for line in _lines(level / name)[:1]]
    return [int(text) for text in texts if text.isdigit()]


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return []


def _host_total(root: Path) -> int:
    for line in _lines(root / "proc/meminfo"):
        if line.startswith("MemTotal:"):
            return int(line.split()[1]) * 1024
    import psutil

    return int(psutil.virtual_memory().total)


def model_budget_mb(given: int | None = None, workers: int = 2, root: Path = Path("/")) -> float:
    """Return how much memory models may take, in MB.

    Parameters
    ----------
    given : int, optional
        ``CINEMATCH_MEMORY_BUDGET_MB``; wins over the rule.
    workers : int
        Serving processes.

    Notes
    -----
    The rule inside a container: 80% of what its limit leaves after 200 MB for the interpreter and libraries
    that all processes share and 80 MB for each worker's own memory; never under a tenth of the limit. The
    models' pages are memory-mapped and can be taken back by the system, so a budget that is slightly too high
    makes requests slower and kills nobody. On a host without a limit: half of its memory, because others live
    there too.
    """
    if given is not None:
        return float(given)
    limit, where = container_limit(root)
    if where == "host":
        return limit * _HOST_SHARE
    return max((limit - _MASTER_MB - _WORKER_MB * workers) * _SHARE, limit * _LEAST_SHARE)


def training_room_mb(workers: int = 0, root: Path = Path("/")) -> float:
    """Return how much memory processes that train may take together, in MB.

    Parameters
    ----------
    workers : int
        Processes that serve beside them; 0 when none does.

    Notes
    -----
    80% of the container's limit, less what the server takes of its own; on a host 80% of what is free, because others
    live there too.
    """
    limit, where = container_limit(root)
    beside = _MASTER_MB + _WORKER_MB * workers if workers else 0
    if where == "host":
        import psutil

        return float(psutil.virtual_memory().available) / _MB * _SHARE
    return max(limit * _SHARE - beside, limit * _LEAST_SHARE)


def process_memory() -> dict[str, float]:
    """Return this process's memory in MB.

    Returns
    -------
    dict
        ``rss``: all its pages in memory, shared ones included; ``uss``: its own pages, what would be free if it
        ended; ``pss``: its own pages and its part of the shared ones (0 where the system does not tell).
    """
    import psutil

    process = psutil.Process()
    try:
        full = process.memory_full_info()
    except psutil.AccessDenied:
        rss = process.memory_info().rss
        return {"rss": rss / _MB, "uss": rss / _MB, "pss": 0.0}
    return {"rss": full.rss / _MB, "uss": full.uss / _MB, "pss": getattr(full, "pss", 0) / _MB}


def reset_peak_rss() -> None:
    """Start a new measurement of `peak_rss_mb`, where the kernel allows it."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def peak_rss_mb() -> float:
    """Return the highest resident memory since `reset_peak_rss` or the process's start, in MB, by the kernel."""
    for line in _lines(Path("/proc/self/status")):
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    import resource
    import sys

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / _MB if sys.platform == "darwin" else peak / 1024
