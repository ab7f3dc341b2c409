"""Files and directories that take the place of older ones as a whole.

What is new is written beside the old under another name, brought to the disk and renamed. Whatever ends the
process or the machine in between, readers find the old or the new, never half of either.
"""

import contextlib
import fcntl
import logging
import os
import re
import shutil
import stat
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

__all__ = ["replace_dir", "scratch_dir", "set_aside", "standing_dir", "sweep", "write_atomically", "write_trouble"]

log = logging.getLogger("cinematch.files")
_SUPERSEDED = ".superseded"
_PROBE_BYTES = 1 << 16
_LEFT_ALONE_S = 60.0
"""A younger leftover may be that of a writer which has not locked it yet."""


def write_atomically(path: Path | str, content: bytes | str) -> Path:
    """Write a file in place of the one at `path`, whose permission bits it keeps.

    Parameters
    ----------
    path : Path or str
        A link stays a link, to a new file. What is no regular file, such as ``/dev/stdout``, is written to.
    content : bytes or str
        Text is written as UTF-8, its line ends as they are.

    Returns
    -------
    Path
        `path`.

    Raises
    ------
    OSError
        When the directory cannot be made or written to; the old file is there still.
    """
    path = Path(path)
    data = content.encode() if isinstance(content, str) else content
    if path.exists() and not path.is_file() and not path.is_dir():
        path.write_bytes(data)
        return path
    target = path.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    _sweep(target)
    staging = _beside(target)
    try:
        with staging.open("xb") as file:
            _claim(file.fileno(), target)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            staging.replace(target)
        _fsync(target.parent)
    finally:
        staging.unlink(missing_ok=True)
    return path


@contextlib.contextmanager
def replace_dir(path: Path) -> Iterator[Path]:
    """Yield an empty directory that takes the place of `path` when the block ends without an error.

    It keeps the permission bits of the one that it replaces. `standing_dir` tells readers where to look.
    """
    with _dir_beside(path, 0o755) as staging:
        yield staging
        for file in sorted(staging.rglob("*")):
            _fsync(file)
        _fsync(staging)
        _swap_in(staging, path)


@contextlib.contextmanager
def scratch_dir(parent: Path, name: str) -> Iterator[Path]:
    """Yield an empty directory that goes when the block ends; where that was killed, with the next of the name."""
    with _dir_beside(parent / name, 0o700) as scratch:
        yield scratch


def standing_dir(path: Path) -> Path:
    """Return the directory to read: `path`, or the former one where a crash fell between two renames."""
    former = path.with_name(path.name + _SUPERSEDED)
    return former if not path.exists() and former.is_dir() else path


def set_aside(path: Path, reason: object) -> None:
    """Rename a file that cannot be read to ``<name>.damaged``, in place of an earlier one, and log why.

    What is left behind is for people to look at; whoever wrote the file makes a new one.
    """
    aside = path.with_name(f"{path.name}.damaged")
    try:
        path.replace(aside)
    except FileNotFoundError:
        return  # another process was faster
    except OSError as error:
        log.warning("%s is damaged (%s) and cannot be set aside: %s", path, reason, error)
        return
    log.warning("%s is damaged (%s): it was set aside as %s", path, reason, aside.name)


def write_trouble(directory: Path) -> str | None:
    """Return why nothing can be kept in a directory, in the system's words; None where a small file can be.

    The directory is made where it is missing. The file has no name, so that nothing is left behind.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory) as file:
            file.write(bytes(_PROBE_BYTES))
            file.flush()
    except OSError as error:
        return error.strerror or type(error).__name__
    return None


def _swap_in(staging: Path, path: Path) -> None:
    former = path.with_name(path.name + _SUPERSEDED)
    with _alone_in(path.parent):
        if path.exists():
            if former.exists():
                shutil.rmtree(former)
            path.rename(former)
        staging.rename(path)
        _fsync(path.parent)
        if former.exists():
            shutil.rmtree(former)


@contextlib.contextmanager
def _alone_in(directory: Path) -> Iterator[None]:
    """Keep other writers from renaming in a directory: of two that swap at once, one would find its names gone."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.tmp")


@contextlib.contextmanager
def _dir_beside(path: Path, mode: int) -> Iterator[Path]:
    """Yield an empty directory, locked for as long as its writer lives, that goes unless it gets another name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path)
    made = _beside(path)
    made.mkdir(mode=mode)
    lock = os.open(made, os.O_RDONLY)
    try:
        _claim(lock, path)
        yield made
    finally:
        os.close(lock)
        shutil.rmtree(made, ignore_errors=True)


def _claim(descriptor: int, replaced: Path) -> None:
    """Lock what is being written, for as long as its writer lives, and give it the bits of what it replaces."""
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with contextlib.suppress(FileNotFoundError):
        os.fchmod(descriptor, stat.S_IMODE(replaced.stat().st_mode))


def sweep(directory: Path) -> None:
    """Remove what killed writers left in a directory, whatever they were writing; what is being written stays."""
    if directory.is_dir():
        _remove_left(directory, r"[^/]+")
        for former in directory.glob(f"*{_SUPERSEDED}"):
            with _alone_in(directory):
                if former.with_name(former.name.removesuffix(_SUPERSEDED)).exists():
                    shutil.rmtree(former, ignore_errors=True)


def _sweep(path: Path) -> None:
    """Remove what writers of `path` left behind when they were killed: what nobody holds locked."""
    _remove_left(path.parent, re.escape(path.name))


def _remove_left(directory: Path, written: str) -> None:
    name = re.compile(rf"\.{written}\.[0-9a-f]+\.tmp")
    for left in directory.iterdir():
        if not name.fullmatch(left.name):
            continue
        # Another writer may sweep at the same time, or hold its own still.
        with contextlib.suppress(FileNotFoundError, BlockingIOError):
            descriptor = os.open(left, os.O_RDONLY | os.O_NOFOLLOW)
            try:
                if time.time() - os.fstat(descriptor).st_mtime > _LEFT_ALONE_S:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(left) if left.is_dir() else left.unlink()
            finally:
                os.close(descriptor)


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
