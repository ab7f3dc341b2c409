"""What a training says of itself to whoever serves its models: a file beside them, and a lock while it lives."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from core.files import set_aside, write_atomically
from core.views import Learning

__all__ = ["clear_learning", "learning_alone", "publish_learning", "read_learning"]

_FILE = ".learning.json"
_LOCK = ".learning.lock"
_EVERY_S = 0.2


@contextmanager
def learning_alone(models_dir: Path, wait: Callable[[], None]) -> Iterator[None]:
    """Be the only process that trains these models; `wait` is called once where another has to end first.

    The kernel lets go of the lock whatever ends its holder, so nobody waits for a process that is gone.
    """
    models_dir.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(models_dir / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        told = False
        while not _locked(descriptor, fcntl.LOCK_EX):
            if not told:
                wait()
                told = True
            time.sleep(_EVERY_S)
        yield
    finally:
        os.close(descriptor)


def publish_learning(models_dir: Path, learning: Learning) -> None:
    """Tell how far a training is; for who has `learning_alone`."""
    write_atomically(models_dir / _FILE, json.dumps(asdict(learning)))


def clear_learning(models_dir: Path) -> None:
    """Tell nothing any more: all is learned."""
    (models_dir / _FILE).unlink(missing_ok=True)


def read_learning(models_dir: Path) -> Learning | None:
    """Return what a training says of itself, None where all is learned.

    One that ended without finishing, however it did, is told as ``stopped``.
    """
    file = models_dir / _FILE
    try:
        found = Learning(**json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        set_aside(file, error)
        return None
    if found.state == "running" and not _held(models_dir / _LOCK):
        # It may have finished between the two looks.
        return found.stopped() if file.exists() else None
    return found


def _held(lock: Path) -> bool:
    try:
        descriptor = os.open(lock, os.O_RDONLY)
    except OSError:
        return False
    try:
        return not _locked(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def _locked(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
