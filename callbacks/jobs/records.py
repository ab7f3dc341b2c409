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
from dataclasses import dataclass, replace
from pathlib import Path

from core.files import set_aside

__all__ = ["JobRecord", "Records"]

_KEY = re.compile(r"[0-9a-f]{32}")
_SUFFIX = ".job"
_UNPUBLISHED = ".new"
_DAMAGED = ".damaged"
_FORGOTTEN_AFTER_S = 60.0
_DAMAGED_KEPT_S = 7 * 86400.0
_PID_WIDTH = 16
_DEADLINE_WIDTH = 24
_VISITOR_WIDTH = 8


@dataclass(frozen=True)
class JobRecord:
    """What a job's file says: process id (0: not known yet), whether it has a slot, deadline and whose it is.

    The deadline is in seconds of the system's monotonic clock, which all processes share.
    """

    alive: bool
    pid: int = 0
    has_slot: bool = False
    deadline: float = 0.0
    visitor: str = ""


class Records:
    """The job files of one directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def create(self, key: str, visitor: str) -> int:
        """Return a locked descriptor of a new, unpublished file; whoever inherits it holds the lock too."""
        path = self._path(key, _UNPUBLISHED)
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.pwrite(descriptor, f"{visitor:<{_VISITOR_WIDTH}}".encode(), _PID_WIDTH + _DEADLINE_WIDTH)
        except OSError:
            os.close(descriptor)
            path.unlink()
            raise
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
        """Write until when (s, of the monotonic clock) the job may wait or, with a slot, run."""
        os.pwrite(descriptor, f"{int(has_slot)} {deadline:<20.3f}".ljust(_DEADLINE_WIDTH).encode(), _PID_WIDTH)

    def read(self, key: str) -> JobRecord | None:
        """Return what is known of a job; None when it has no file.

        A file that does not parse, as a power failure leaves it, is set aside; its job is dead, or nobody's to kill.
        """
        path = self._path(key)
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError):
            return None
        try:
            alive = not _can_lock(descriptor)
            text = os.pread(descriptor, 100, 0)
        finally:
            os.close(descriptor)
        try:
            record = _parsed(text, alive)
        except ValueError as error:
            if not alive:
                set_aside(path, error)
            return JobRecord(alive)
        if alive and record.pid and not _exists(record.pid):
            # Only processes that the job started are left: nobody waits for them.
            _kill_group(record.pid)
            return replace(record, alive=False)
        return record

    def kill(self, key: str) -> None:
        """End a live job and all processes of its group at once, without waiting for them."""
        record = self.read(key)
        if record and record.alive and record.pid:
            _kill_group(record.pid)

    def remove(self, key: str) -> None:
        """Forget a job."""
        self._path(key).unlink(missing_ok=True)
        self._path(key, _UNPUBLISHED).unlink(missing_ok=True)

    def starting(self) -> dict[str, str]:
        """Return key and visitor of jobs that a worker is starting at this moment; for one asker at a time."""
        visitors = {}
        for path in self._directory.glob(f"*{_UNPUBLISHED}"):
            # It is published, or its job has ended, meanwhile.
            with contextlib.suppress(FileNotFoundError, ValueError):
                descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
                try:
                    if not _can_lock(descriptor):
                        visitors[path.stem] = _parsed(os.pread(descriptor, 100, 0), alive=True).visitor
                finally:
                    os.close(descriptor)
        return visitors

    def counts(self) -> dict[str, int]:
        """Return how many jobs run and wait."""
        records = [record for key in self.published() if (record := self.read(key)) is not None and record.alive]
        running = sum(record.has_slot for record in records)
        return {"running": running, "waiting": len(records) - running}

    def published(self) -> Iterator[str]:
        """Yield the keys of all published jobs; drop what a dead starter left and what was set aside long ago."""
        kept = {_UNPUBLISHED: _FORGOTTEN_AFTER_S, _DAMAGED: _DAMAGED_KEPT_S}
        for path in self._directory.iterdir():
            if path.suffix == _SUFFIX and _KEY.fullmatch(path.stem):
                yield path.stem
            elif path.suffix in kept:
                with contextlib.suppress(FileNotFoundError):
                    if time.time() - path.stat().st_mtime > kept[path.suffix]:
                        path.unlink()

    def _path(self, key: str, suffix: str = _SUFFIX) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError("not the key of a job")
        return self._directory / f"{key}{suffix}"


def _parsed(text: bytes, alive: bool) -> JobRecord:
    """Return what a file says; ValueError for what nothing here writes.

    Its parts are written one after another, by several processes: what is not there yet reads as zeros.
    """
    parts = text.replace(b"\0", b" ").decode("ascii")
    pid = parts[:_PID_WIDTH].strip()
    when = parts[_PID_WIDTH : _PID_WIDTH + _DEADLINE_WIDTH].split()
    visitor = parts[_PID_WIDTH + _DEADLINE_WIDTH :].strip()
    if len(when) not in (0, 2) or not visitor or (pid and not pid.isdecimal()):
        raise ValueError("it is no job's record")
    return JobRecord(alive, int(pid or 0), when[:1] == ["1"], float(when[1]) if when else 0.0, visitor)


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
