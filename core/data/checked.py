"""Which array files were looked at already, so that a server need not read hundreds of MB to open them once more.

A note beside the arrays holds a digest of what their manifest says of them and of what the file system says of each
file: number, size and times. Whatever is written into a file, copied over it or restored in its place changes one of
these, and all is looked at again. Where nothing can be noted it is looked at each time.
"""

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["FileState", "digest_of", "forget", "note", "state_of", "was_checked"]

NOTE = ".checked"
_SETTLED_NS = 2_000_000_000
"""A file that changed within this time may change once more without another time: file systems count in steps."""


class FileState(NamedTuple):
    """By what an unchanged file is known; times in ns. Nobody but the kernel sets `changed`."""

    device: int
    number: int
    size: int
    written: int
    changed: int


def state_of(descriptor: int) -> FileState:
    """Return the state of an open file."""
    found = os.fstat(descriptor)
    return FileState(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def digest_of(described: Mapping[str, Any], states: Mapping[str, FileState]) -> str:
    """Return the digest of what a manifest says of arrays, and of the states of their files."""
    return hashlib.sha256(json.dumps([described, states], sort_keys=True).encode()).hexdigest()


def was_checked(directory: Path, digest: str) -> bool:
    """Return whether the very files of a digest were looked at and found sound."""
    try:
        return (directory / NOTE).read_text(encoding="ascii") == digest
    except (OSError, ValueError):
        return False


def note(directory: Path, digest: str, states: Mapping[str, FileState]) -> None:
    """Remember that these files were found sound, unless one is too young to be told from its next version.

    Written in place: half a note is none, and a directory that was replaced meanwhile must not be made again.
    """
    if max((state.changed for state in states.values()), default=0) > time.time_ns() - _SETTLED_NS:
        return
    try:
        (directory / NOTE).write_text(digest, encoding="ascii")
    except OSError:
        return  # read-only, as in an image: looked at each time


def forget(directory: Path) -> None:
    """Let the files of a directory be looked at again when they are opened next."""
    with contextlib.suppress(OSError):
        (directory / NOTE).unlink()
