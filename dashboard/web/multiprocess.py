"""The directory in which gunicorn's workers share their metrics; to be imported before prometheus_client."""

import atexit
import os
import re
import shutil
import tempfile
from pathlib import Path

__all__ = ["VARIABLE", "share_metrics"]

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
_OWN = re.compile(r"cinematch-metrics-(\d+)-(\d+)")


def share_metrics() -> Path:
    """Make this master's own directory, name it in the environment and return it.

    A second call in the same process (gunicorn reads its configuration again on HUP) changes nothing. A new
    master beside the old one (USR2) gets its own. It is removed at exit, or by the next start after a crash.
    """
    shared_memory = Path("/dev/shm")  # noqa: S108  (checked and private)
    base = shared_memory if os.access(shared_memory, os.W_OK) else Path(tempfile.gettempdir())
    directory = base / f"cinematch-metrics-{os.getuid()}-{os.getpid()}"
    if os.environ.get(VARIABLE) == str(directory) and directory.is_dir():
        return directory
    _remove_stale(base)
    if directory.exists():
        shutil.rmtree(directory)
    directory.mkdir(mode=0o700)
    os.environ[VARIABLE] = str(directory)
    owner = os.getpid()
    atexit.register(lambda: shutil.rmtree(directory, ignore_errors=True) if os.getpid() == owner else None)
    return directory


def _remove_stale(base: Path) -> None:
    for entry in base.glob(f"cinematch-metrics-{os.getuid()}-*"):
        found = _OWN.fullmatch(entry.name)
        if found and not Path(f"/proc/{found[2]}").exists():
            shutil.rmtree(entry, ignore_errors=True)
