"""How much each film of a profile counts when the latest ones count most."""

import numpy as np
from numpy.typing import NDArray

from core.data.profile import Profile

__all__ = ["PAUSE", "faded", "sittings_back", "steps_back"]

PAUSE = 3_600
"""Seconds without a rating after which another sitting begins."""


def faded(profile: Profile, fade: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how much each film counts: ``fade[0]`` the one rated last, ``fade[1]`` the one before, the rest nothing.

    Films that were rated at the same time share the mean of what their places count, and so do all films where no
    order is known: for what is linear in these weights, that is the mean over all orders that may have been.

    Returns
    -------
    ndarray of float32, as long as the profile
    """
    places = np.zeros(len(profile), dtype=np.float32)
    places[: len(fade)] = fade[: len(profile)]
    if not len(profile):
        return places
    if profile.order is None:
        return np.full(len(profile), places.mean(dtype=np.float64), dtype=np.float32)
    latest_first = np.argsort(profile.order, kind="stable")[::-1]
    when = profile.order[latest_first]
    starts = np.concatenate([[0], np.flatnonzero(when[1:] != when[:-1]) + 1])
    lengths = np.diff(starts, append=len(when))
    counts = np.empty_like(places)
    counts[latest_first] = np.repeat(np.add.reduceat(places, starts) / lengths, lengths)
    return counts


def steps_back(profile: Profile) -> list[int | None]:
    """Return of each film how many were rated after it; None where nobody knows, as of films of the same time."""
    if profile.order is None:
        return [None] * len(profile)
    when = np.sort(profile.order)
    first, behind = (np.searchsorted(when, profile.order, side=side) for side in ("left", "right"))
    return [int(len(when) - end) if end - start == 1 else None for start, end in zip(first, behind, strict=True)]


def sittings_back(profile: Profile) -> NDArray[np.int64]:
    """Return in how many sittings somebody rated after that of each film; 0 for all where no times are known.

    Returns
    -------
    ndarray of int64, as long as the profile
    """
    if profile.order is None:
        return np.zeros(len(profile), dtype=np.int64)
    when, places = np.unique(profile.order, return_inverse=True)
    begun = np.zeros(len(when), dtype=np.int64)
    np.cumsum(np.diff(when.astype(np.int64)) > PAUSE, out=begun[1:])
    later: NDArray[np.int64] = begun[-1:] - begun[places]
    return later
