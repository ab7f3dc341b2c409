"""A memory cgroup made by hand: a real limit, and the kernel's own account of what was used."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Self

__all__ = ["MemoryGroup", "NoCgroupError", "forget"]

_MB = 1024 * 1024
_MOUNT = Path("/sys/fs/cgroup")


class NoCgroupError(RuntimeError):
    """This machine or this user cannot make a memory cgroup."""


class MemoryGroup:
    """A group of processes that may use `limit_mb` together; the kernel kills what goes beyond.

    Page cache counts, as it does in a container, and is taken back before anything is killed.

    Parameters
    ----------
    limit_mb : float or None
        None measures without a limit.

    Raises
    ------
    NoCgroupError
        On entering, where neither version 1 nor version 2 lets this user make a group.
    """

    def __init__(self, limit_mb: float | None = None) -> None:
        self.limit_mb = limit_mb
        self._path: Path | None = None
        self._version = 0

    def __enter__(self) -> Self:
        name = f"cinematch-{os.getpid()}-{uuid.uuid4().hex[:6]}"
        reasons = []
        for version, parent in _parents():
            path = parent / name
            try:
                if version == 2:
                    _enable_memory(parent)
                path.mkdir()
            except OSError as error:
                reasons.append(f"{parent}: {error}")
                continue
            self._path, self._version = path, version
            try:
                if self.limit_mb is not None:
                    size = str(int(self.limit_mb * _MB))
                    self._write("memory.max" if version == 2 else "memory.limit_in_bytes", size)
                    swap = "memory.swap.max" if version == 2 else "memory.memsw.limit_in_bytes"
                    if (path / swap).exists():
                        self._write(swap, "0" if version == 2 else size)
                self._read("memory.max" if version == 2 else "memory.limit_in_bytes")
            except OSError as error:
                reasons.append(f"{path}: {error}")
                path.rmdir()
                self._path = None
                continue
            return self
        raise NoCgroupError("No memory cgroup can be made here: " + ("; ".join(reasons) or "none is mounted"))

    def __exit__(self, *_: object) -> None:
        if self._path is None:
            return
        # A killed process leaves its group a moment after its parent was told.
        for _attempt in range(100):
            try:
                self._path.rmdir()
                break
            except OSError:
                time.sleep(0.05)
        self._path = None

    def command(self, command: Sequence[str]) -> list[str]:
        """Return a command that joins the group, with all its children, before it becomes `command`."""
        return ["/bin/sh", "-c", f'echo $$ > "{self._group}/cgroup.procs" && exec "$@"', "sh", *command]

    @property
    def peak_mb(self) -> float:
        """The most that the group has used, page cache included, in MB."""
        return int(self._read("memory.peak" if self._version == 2 else "memory.max_usage_in_bytes")) / _MB

    @property
    def kills(self) -> int:
        """How many processes the kernel has killed for want of memory."""
        text = self._read("memory.events" if self._version == 2 else "memory.oom_control")
        counts = dict(line.split() for line in text.splitlines())
        return int(counts.get("oom_kill", 0))

    @property
    def anonymous_mb(self) -> float:
        """What cannot be taken back at present: memory that is no file's, in MB."""
        wanted = "anon" if self._version == 2 else "rss"
        for line in self._read("memory.stat").splitlines():
            key, value = line.split()
            if key == wanted:
                return int(value) / _MB
        return 0.0

    @property
    def _group(self) -> Path:
        if self._path is None:
            raise RuntimeError("Enter the group first.")
        return self._path

    def _read(self, name: str) -> str:
        return (self._group / name).read_text(encoding="ascii").strip()

    def _write(self, name: str, value: str) -> None:
        (self._group / name).write_text(value, encoding="ascii")


def _parents() -> list[tuple[int, Path]]:
    """Return where a group could be made: the tops of the hierarchies, and this process's own groups' parents."""
    found: list[tuple[int, Path]] = []
    for line in Path("/proc/self/cgroup").read_text(encoding="ascii").splitlines():
        _, controllers, group = line.split(":", 2)
        if controllers == "":
            for mount in (_MOUNT, _MOUNT / "unified"):
                if (mount / "cgroup.controllers").exists():
                    own = mount / group.strip("/")
                    found += [(2, mount), *([(2, own.parent)] if own not in (mount, own.parent) else [])]
        elif "memory" in controllers.split(","):
            found.append((1, _MOUNT / "memory"))
    return [(version, path) for version, path in found if path.is_dir() and os.access(path, os.W_OK)]


def _enable_memory(parent: Path) -> None:
    if "memory" not in (parent / "cgroup.subtree_control").read_text(encoding="ascii").split():
        (parent / "cgroup.subtree_control").write_text("+memory", encoding="ascii")


def forget(files: Iterable[Path]) -> None:
    """Ask the kernel to drop files from its page cache.

    A page counts for the group that read it first: files that other processes have read would be free of charge.
    """
    for file in files:
        descriptor = os.open(file, os.O_RDONLY)
        try:
            os.fsync(descriptor)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)
