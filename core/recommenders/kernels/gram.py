"""Compiled product of a sparse matrix with itself. Serial and imported only while training."""

from numba import types

from core.recommenders.kernels.compiling import compiled, filled, read

__all__ = ["gram_rows"]


@compiled(
    types.int64,
    types.int64,
    read(types.int64),
    read(types.int32),
    read(types.float32),
    read(types.int64),
    read(types.int32),
    read(types.float32),
    filled(types.float32, 2),
)
def gram_rows(  # type: ignore[no-untyped-def]  # pragma: no cover
    first, last, user_indptr, user_items, user_values, item_indptr, item_users, item_values, gram
):
    """Add to the upper triangle of X' X for some rows, row by row.

    Parameters
    ----------
    first, last : int
        Rows to add to.
    user_indptr, user_items, user_values : ndarray of int64, int32, float32
        X by user, items ascending within a user.
    item_indptr, item_users, item_values
        The same matrix by item.
    gram : ndarray of float32, shape (last - first, n_items)
        These rows.

    Notes
    -----
    One row of the result stays in the cache while the ratings of all users of that item are added to it. Of every
    user only items from the row's own on are read, which halves the work.
    """
    for item in range(first, last):
        for entry in range(item_indptr[item], item_indptr[item + 1]):
            user = item_users[entry]
            value = item_values[entry]
            low = user_indptr[user]
            high = user_indptr[user + 1]
            end = high
            while low < high:
                middle = (low + high) // 2
                if user_items[middle] < item:
                    low = middle + 1
                else:
                    high = middle
            for other in range(low, end):
                gram[item - first, user_items[other]] += value * user_values[other]
