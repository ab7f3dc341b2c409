"""One small file per job, locked for as long as the job lives.

The kernel drops the lock when the job's last process ends, however it ends, so any worker can tell a live job
from a dead one without process ids, parents or waiting. While the lock is held, the process id in the file
cannot have been given to a stranger: it is the job's, or the process group of what the job left behind.
"""

import contextlib
import fcntl
import os
import re
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["JobRecord", "Records"]

_KEY = re.compile(r"[0-9a-f]{32}")
_SUFFIX = ".job"
_UNPUBLISHED = ".new"
_FORGOTTEN_AFTER_S = 60.0
_PID_WIDTH = 16


@dataclass(frozen=True)
class JobRecord:
    """What a job's file says: process id (0 = not known yet), whether it has a slot, deadline (epoch s)."""

    alive: bool
    pid: int
    has_slot: bool
    deadline: float


class Records:
    """The job files of one directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def create(self, key: str) -> int:
        """Return a locked descriptor of a new, unpublished file; whoever inherits it holds the lock too."""
        path = self._path(key, _UNPUBLISHED)
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return descriptor

    def publish(self, key: str) -> None:
        """Show the file to others. Before this a look at it could find it not locked yet."""
        # A job that has ended already has removed it.
        with contextlib.suppress(FileNotFoundError):
            self._path(key, _UNPUBLISHED).rename(self._path(key))

    @staticmethod
    def write_pid(descriptor: int, pid: int) -> None:
        """Write who the job is. Two processes write to the file, so each has its own bytes."""
        os.pwrite(descriptor, f"{pid:<{_PID_WIDTH}}".encode(), 0)

    @staticmethod
    def write_deadline(descriptor: int, deadline: float, has_slot: bool) -> None:
        """Write until when (epoch s) the job may wait or, with a slot, run."""
        os.pwrite(descriptor, f"{int(has_slot)} {deadline:<20.3f}".encode(), _PID_WIDTH)

    def read(self, key: str) -> JobRecord | None:
        """Return what is known of a job; None when it has no file."""
        try:
            descriptor = os.open(self._path(key), os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            alive = not _can_lock(descriptor)
            fields = os.pread(descriptor, 100, 0).decode().split()
        finally:
            os.close(descriptor)
        pid = int(fields[0]) if fields else 0
        has_slot, deadline = (fields[1] == "1", float(fields[2])) if len(fields) > 2 else (False, 0.0)
        if alive and pid and not _exists(pid):
            # Only processes that the job started are left: nobody waits for them.
            _kill_group(pid)
            alive = False
        return JobRecord(alive, pid, has_slot, deadline)

    def kill(self, key: str) -> None:
        """End a live job and all processes of its group at once, without waiting for them."""
        record = self.read(key)
        if record and record.alive and record.pid:
            _kill_group(record.pid)

    def remove(self, key: str) -> None:
        """Forget a job."""
        self._path(key).unlink(missing_ok=True)
        self._path(key, _UNPUBLISHED).unlink(missing_ok=True)

    def published(self) -> Iterator[str]:
        """Yield the keys of all published jobs; drop what a starter that died left unpublished."""
        for path in self._directory.iterdir():
            if path.suffix == _SUFFIX and _KEY.fullmatch(path.stem):
                yield path.stem
            elif path.suffix == _UNPUBLISHED:
                with contextlib.suppress(FileNotFoundError):
                    if time.time() - path.stat().st_mtime > _FORGOTTEN_AFTER_S:
                        path.unlink()

    def _path(self, key: str, suffix: str = _SUFFIX) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError("not the key of a job")
        return self._directory / f"{key}{suffix}"


def _can_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        status = Path(f"/proc/{pid}/stat").read_bytes()
    except ProcessLookupError:
        return False
    except OSError:
        return True  # a system without /proc
    # A process that has ended, but that nobody has collected yet, does no more work.
    return status.rpartition(b")")[2].split()[:1] != [b"Z"]


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
