"""The films of each user in the order in which he rated them."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["in_order_of_time"]

_BLOCK = 1_000_000
"""So many ratings are ordered at once, whole users."""


def in_order_of_time(
    indptr: NDArray[np.int64], items: NDArray[np.int32], times: NDArray[np.uint32], seed: int, first_user: int = 0
) -> NDArray[np.int32]:
    """Return the items of each user in the order of their times; of equal times a lot decides.

    Parameters
    ----------
    indptr : ndarray of int64, shape (n_users + 1,)
    items : ndarray of int32; times : ndarray of uint32
    seed : int
    first_user : int
        Number of the first user, where they are some of all.

    Returns
    -------
    ndarray of int32, as long as `items`

    Notes
    -----
    The lot is a hash of seed, user and item (the finaliser of SplitMix64), so that it owes nothing to their numbers.
    """
    ordered = np.empty(len(items), dtype=np.int32)
    user = 0
    while user < len(indptr) - 1:
        after = max(int(np.searchsorted(indptr, indptr[user] + _BLOCK, side="right")) - 1, user + 1)
        span = slice(indptr[user], indptr[after])
        users = np.repeat(np.arange(user, after, dtype=np.uint64), np.diff(indptr[user : after + 1]))
        lots = _lots(users + np.uint64(first_user), items[span], seed)
        keys = (times[span].astype(np.uint64) << np.uint64(32)) | (lots >> np.uint64(32))
        ordered[span] = items[span][np.lexsort((keys, users))]
        user = after
    return ordered


def _lots(users: NDArray[np.uint64], items: NDArray[np.int32], seed: int) -> NDArray[np.uint64]:
    numbers = (users << np.uint64(32)) + items.astype(np.uint64) + np.uint64(1)
    lots = np.uint64(seed) + np.uint64(0x9E3779B97F4A7C15) * numbers
    lots = (lots ^ (lots >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    lots = (lots ^ (lots >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    lots ^= lots >> np.uint64(31)
    return lots
