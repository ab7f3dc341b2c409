"""Compiled sums over what was rated shortly before what. Serial and imported only while training."""

import numpy as np
from numba import types

from core.recommenders.kernels.compiling import compiled, filled, inner, read

__all__ = ["add_transitions", "in_order_of_time"]


_GAPS = np.array([57314, 20001, 8861, 3937, 1750, 701, 301, 132, 57, 23, 10, 4, 1])
"""Those of Ciura (2001), Tokuda (1992) beyond."""


@inner()
def _sort(keys, values, start, end):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Sort a span of `values` by `keys`, which belong to it from the first on: Shell's sort.

    NumPy's own sorting takes seconds to compile.
    """
    for gap in _GAPS:
        for place in range(gap, end - start):
            key, value = keys[place], values[start + place]
            free = place
            while free >= gap and keys[free - gap] > key:
                keys[free], values[start + free] = keys[free - gap], values[start + free - gap]
                free -= gap
            keys[free], values[start + free] = key, value


@compiled(read(types.int64), read(types.int32), read(types.uint32), types.int64)
def in_order_of_time(indptr, items, times, seed):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Return the items of each user in the order of their times; of equal times a lot decides.

    Parameters
    ----------
    indptr : ndarray of int64, shape (n_users + 1,)
    items : ndarray of int32; times : ndarray of uint32
    seed : int

    Returns
    -------
    ndarray of int32, as long as `items`

    Notes
    -----
    The lot is a hash of seed, user and item (the finaliser of SplitMix64), so that it owes nothing to their numbers.
    """
    ordered = np.empty(len(items), dtype=np.int32)
    longest = 0
    for user in range(len(indptr) - 1):
        longest = max(longest, indptr[user + 1] - indptr[user])
    keys = np.empty(longest, dtype=np.uint64)
    for user in range(len(indptr) - 1):
        start, end = indptr[user], indptr[user + 1]
        for place in range(end - start):
            lot = np.uint64(seed) + np.uint64(0x9E3779B97F4A7C15) * (
                (np.uint64(user) << np.uint64(32)) + np.uint64(items[start + place]) + np.uint64(1)
            )
            lot = (lot ^ (lot >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            lot = (lot ^ (lot >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            lot ^= lot >> np.uint64(31)
            keys[place] = (np.uint64(times[start + place]) << np.uint64(32)) | (lot >> np.uint64(32))
            ordered[start + place] = items[start + place]
        _sort(keys, ordered, start, end)
    return ordered


@compiled(
    read(types.int64),
    read(types.int32),
    read(types.float32),
    read(types.float32),
    filled(types.float32, 2),
    filled(types.float32, 2),
)
def add_transitions(indptr, sequence, fade, share, gram, onward):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Add up the normal equations of a regression from the last films to the next.

    For every film of every user but the first there is a row: its features are the films before it, each with
    ``fade[0]`` for the one just before, ``fade[1]`` for the one before that and so on; its target is the film.

    Parameters
    ----------
    indptr : ndarray of int64, shape (n_users + 1,)
    sequence : ndarray of int32
        Numbers of films, of each user in the order in which he rated them.
    fade : ndarray of float32, shape (window,)
    share : ndarray of float32, shape (n_users,)
        How much a row of each user counts.
    gram : ndarray of float32, shape (n, n)
        The features' products are added to its upper triangle.
    onward : ndarray of float32, shape (n, n)
        The products of features (rows) and targets (columns) are added.

    Notes
    -----
    Two films of a user meet in every row that follows the later one, as long as both are in the window. These rows
    are added in one step: their sum depends on the distance of the two and on how many rows there are.
    """
    window = len(fade)
    summed = np.zeros((window, window), dtype=np.float32)
    for distance in range(window):
        total = np.float32(0)
        for later in range(window - distance):
            total += fade[later] * fade[later + distance]
            summed[distance, later] = total
    for user in range(len(indptr) - 1):
        start, end = indptr[user], indptr[user + 1]
        weight = share[user]
        for first in range(start, end - 1):
            one = sequence[first]
            for second in range(first, min(first + window, end - 1)):
                other = sequence[second]
                rows = min(window - 1 - (second - first), end - 2 - second)
                gram[min(one, other), max(one, other)] += weight * summed[second - first, rows]
            for second in range(first + 1, min(first + window + 1, end)):
                onward[one, sequence[second]] += weight * fade[second - first - 1]
