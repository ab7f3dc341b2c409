"""At most so many jobs at once on this machine, whichever worker started them, and never all for one visitor."""

import fcntl
import hashlib
import ipaddress
import os
import time
from pathlib import Path

__all__ = ["only_one_starts", "take_slot", "visitor_of"]

_LOOK_EVERY_S = 0.1
_LANES = 64
_HOST_BITS_V6 = 64


def visitor_of(address: str | None) -> str:
    """Return a short name of whom an address belongs to, one of `_LANES`: files that are named so do not grow.

    Of an IPv6 address the first half counts, which is what one household is given. Two visitors may share a name;
    they then wait for each other.
    """
    text = address or ""
    try:
        parsed = ipaddress.ip_address(text)
    except ValueError:
        parsed = None
    if parsed is not None and parsed.version == 6:
        text = str(ipaddress.ip_network((int(parsed), _HOST_BITS_V6), strict=False))
    return f"{int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) % _LANES:02d}"


def take_slot(directory: Path, slots: int, visitor: str) -> None:
    """Wait for a free slot, which this process holds until it ends.

    A visitor's jobs wait for each other first, so that one slot is always left for somebody else: with two slots
    one job of a visitor runs at a time.

    Parameters
    ----------
    directory : Path
    slots : int
    visitor : str
        From `visitor_of`.
    """
    _take_one(directory, f"visitor-{visitor}-", max(1, slots - 1))
    _take_one(directory, "", slots)


def only_one_starts(directory: Path) -> int:
    """Return a descriptor that keeps everybody else out of starting jobs until it is closed."""
    descriptor = _open(directory / "start.lock")
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def _take_one(directory: Path, prefix: str, places: int) -> int:
    """Return a descriptor that holds one of several places.

    Who waits stands in line: the first holds the line's lock and looks for a place, the others sleep on that lock.
    """
    line = _open(directory / f"{prefix}queue.lock")
    fcntl.flock(line, fcntl.LOCK_EX)
    try:
        while True:
            for number in range(places):
                place = _open(directory / f"{prefix}slot-{number}.lock")
                try:
                    fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    os.close(place)
                else:
                    return place
            time.sleep(_LOOK_EVERY_S)
    finally:
        os.close(line)


def _open(path: Path) -> int:
    return os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
