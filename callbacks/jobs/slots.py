"""At most so many jobs at once on this machine, whichever worker started them."""

import fcntl
import os
import time
from pathlib import Path

__all__ = ["take_slot"]

_LOOK_EVERY_S = 0.1


def take_slot(directory: Path, slots: int) -> int:
    """Wait for a free slot and return its descriptor, which holds the slot until the process ends.

    Jobs wait in line: the first holds the queue's lock and looks for a slot, the others sleep on that lock.
    """
    queue = _open(directory / "queue.lock")
    fcntl.flock(queue, fcntl.LOCK_EX)
    try:
        while True:
            for number in range(slots):
                slot = _open(directory / f"slot-{number}.lock")
                try:
                    fcntl.flock(slot, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    os.close(slot)
                else:
                    return slot
            time.sleep(_LOOK_EVERY_S)
    finally:
        os.close(queue)


def _open(path: Path) -> int:
    return os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
