"""From rating triples to compressed rows by user and by movie, in little memory."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

__all__ = ["TABLE_LIMIT", "Compressed", "by_movie", "compress", "dense_ids", "narrow"]

_BLOCK = 1 << 22
_INT32_MAX = np.iinfo(np.int32).max
TABLE_LIMIT = 1 << 27
"""Largest id below which a table by id is made, 512 MB."""


class Compressed(NamedTuple):
    """Ratings grouped by user, movies ascending within a user, one rating per pair."""

    indptr: NDArray[np.int64]
    items: NDArray[np.int32]
    half_stars: NDArray[np.uint8]
    times: NDArray[np.uint32]
    dropped: int


def dense_ids(raw: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Number raw ids from 0 in ascending order.

    Parameters
    ----------
    raw : ndarray of int, shape (n,)

    Returns
    -------
    ids : ndarray of int64, ascending, unique
    index : ndarray of int32, shape (n,), with ``ids[index] == raw``
    """
    if len(raw) == 0:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int32)
    low, high = int(raw.min()), int(raw.max())
    if low < 0 or high >= min(max(1 << 16, 4 * len(raw)), TABLE_LIMIT):
        ids, inverse = np.unique(raw, return_inverse=True)
        return ids.astype(np.int64), inverse.astype(np.int32)
    present = np.zeros(high + 1, dtype=bool)
    present[raw] = True
    ids = np.flatnonzero(present).astype(np.int64)
    position = np.zeros(high + 1, dtype=np.int32)
    position[ids] = np.arange(len(ids), dtype=np.int32)
    return ids, position[raw]


def compress(
    users: NDArray[np.int32],
    items: NDArray[np.int32],
    half_stars: NDArray[np.uint8],
    times: NDArray[np.uint32],
    n_users: int,
    n_items: int,
) -> Compressed:
    """Group ratings by user; of a pair rated twice the latest stays, of equally late ones the last.

    Arrays that are in order already, as GroupLens' files are, are used as they are and not copied.
    """
    if _in_order(users, items):
        return Compressed(_indptr(users, n_users), items, half_stars, times, 0)
    keys = users.astype(np.int64)
    keys *= n_items
    keys += items
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    repeated = keys[1:] == keys[:-1]
    if bool(repeated.any()):
        order = _latest_last(order, keys, repeated, times)[np.append(~repeated, True)]
    del keys
    return Compressed(
        _indptr(users if len(order) == len(users) else users[order], n_users),
        items[order],
        half_stars[order],
        times[order],
        len(users) - len(order),
    )


def by_movie(rows: Compressed, n_items: int) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.uint8]]:
    """Return the same ratings as row pointers, users and half stars by movie, users ascending within a movie."""
    shape = (len(rows.indptr) - 1, n_items)
    # One byte per value: scipy moves values along with the indices while it transposes.
    starts = narrow(rows.indptr)
    matrix = sparse.csr_array((rows.half_stars.view(np.int8), rows.items, starts), shape=shape).tocsc()
    return (
        matrix.indptr.astype(np.int64),
        matrix.indices.astype(np.int32, copy=False),
        matrix.data.view(np.uint8),
    )


def narrow(indptr: NDArray[np.int64]) -> NDArray[np.int32] | NDArray[np.int64]:
    """Return starts of rows as scipy is to get them beside indices of 32 bits.

    Of two widths its arrays take the larger one for both: 64 bits here would copy all indices to 64, and transposing
    such a matrix would copy them back.
    """
    return indptr.astype(np.int32) if indptr[-1] <= _INT32_MAX else indptr


def _in_order(users: NDArray[np.int32], items: NDArray[np.int32]) -> bool:
    for start in range(0, max(len(users) - 1, 0), _BLOCK):
        user, item = users[start : start + _BLOCK + 1], items[start : start + _BLOCK + 1]
        if not bool(((user[1:] > user[:-1]) | ((user[1:] == user[:-1]) & (item[1:] > item[:-1]))).all()):
            return False
    return True


def _latest_last(
    order: NDArray[np.int64], keys: NDArray[np.int64], repeated: NDArray[np.bool_], times: NDArray[np.uint32]
) -> NDArray[np.int64]:
    in_group = np.zeros(len(order), dtype=bool)
    in_group[1:] = repeated
    in_group[:-1] |= repeated
    rows = np.flatnonzero(in_group)
    order[rows] = order[rows][np.lexsort((times[order[rows]], keys[rows]))]
    return order


def _indptr(users: NDArray[np.int32], n_users: int) -> NDArray[np.int64]:
    indptr = np.zeros(n_users + 1, dtype=np.int64)
    for start in range(0, len(users), _BLOCK):
        indptr[1:] += np.bincount(users[start : start + _BLOCK], minlength=n_users)
    np.cumsum(indptr, out=indptr)
    return indptr
