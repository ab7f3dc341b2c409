"""How many files a server's processes may open, settled before anything large is imported."""

import contextlib
import resource

__all__ = ["connections_for", "raise_descriptor_limit"]

_WANTED = 65_536
_OWN = 512
"""Descriptors of a worker besides its connections: maps, twice while models are replaced, databases, logs."""
_FEWEST = 16


def raise_descriptor_limit() -> int:
    """Raise the soft limit of open files as far as the hard one allows, up to what is needed, and return it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _WANTED if hard == resource.RLIM_INFINITY else min(_WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
    return soft if soft != resource.RLIM_INFINITY else _WANTED


def connections_for(descriptors: int, most: int = 1000) -> int:
    """Return how many connections a worker may hold with so many descriptors: further ones wait to be accepted.

    A worker that cannot open one more file dies, and all its connections with it.
    """
    return max(_FEWEST, min(most, descriptors - _OWN))
