"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import subprocess
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.scale_process import ROOT

__all__ = ["facts", "revision"]

_LIBRARIES = ("numpy", "scipy", "numba", "polars", "scikit-learn", "scikit-surprise", "gunicorn")


def facts() -> dict[str, Any]:
    """Return the processor, memory, kernel, versions and load of this machine."""
    cpu = _field(Path("/proc/cpuinfo"), "model name") or platform.processor()
    total = _field(Path("/proc/meminfo"), "MemTotal") or "0"
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "memory_gb": round(int(total.split()[0]) / 1024**2, 1),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in _LIBRARIES},
        "load": round(os.getloadavg()[0], 1),
        "revision": revision(),
    }


@cache
def revision() -> str:
    """Return the short hash of the checked-out commit, or ``unknown``."""
    found = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return found.stdout.strip() or "unknown"


def _field(file: Path, key: str) -> str | None:
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == key:
            return value.strip()
    return None
