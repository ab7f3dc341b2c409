"""Compiled sums over what was rated shortly before what. Serial and imported only while training."""

import numpy as np
from numba import types
from numpy.typing import NDArray

from core.recommenders.kernels.compiling import compiled, filled, read

__all__ = ["add_transitions"]


def add_transitions(
    indptr: NDArray[np.int64],
    sequence: NDArray[np.int32],
    fade: NDArray[np.float32],
    share: NDArray[np.float32],
    gram: NDArray[np.float32],
    onward: NDArray[np.float32],
    first: int = 0,
) -> None:
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
    gram : ndarray of float32, shape (n_rows, n)
        The features' products are added to its upper triangle.
    onward : ndarray of float32, shape (n_rows, n)
        The products of features (rows) and targets (columns) are added.
    first : int
        The film of their first row; of other rows nothing is added.

    Notes
    -----
    Two films of a user meet in every row that follows the later one, as long as both are in the window. These rows
    are added in one step: their sum depends on the distance of the two and on how many rows there are.
    """
    window = len(fade)
    summed = np.zeros((window, window), dtype=np.float32)
    for distance in range(window):
        products = fade[: window - distance] * fade[distance:]
        summed[distance, : window - distance] = np.cumsum(products, dtype=np.float32)
    _add_transitions(indptr, sequence, fade, summed, share, first, gram, onward)


@compiled(
    read(types.int64),
    read(types.int32),
    read(types.float32),
    read(types.float32, 2),
    read(types.float32),
    types.int64,
    filled(types.float32, 2),
    filled(types.float32, 2),
)
def _add_transitions(  # type: ignore[no-untyped-def]
    indptr, sequence, fade, summed, share, low_row, gram, onward
):  # pragma: no cover
    window = len(fade)
    high_row = low_row + len(gram)
    for user in range(len(indptr) - 1):
        start, end = indptr[user], indptr[user + 1]
        weight = share[user]
        for first in range(start, end - 1):
            one = sequence[first]
            for distance in range(window + 1):
                second = first + distance
                if second == end:
                    break
                other = sequence[second]
                if distance > 0 and low_row <= one < high_row:
                    onward[one - low_row, other] += weight * fade[distance - 1]
                rows = end - 2 - second if end - 1 - second < window - distance else window - 1 - distance
                if rows >= 0:
                    low, high = (one, other) if one < other else (other, one)
                    if low_row <= low < high_row:
                        gram[low - low_row, high] += weight * summed[distance, rows]
