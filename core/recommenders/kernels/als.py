"""Compiled half step of implicit alternating least squares. Serial and imported only while training."""

from typing import Any

import numpy as np
from numba import types
from numpy.typing import NDArray

from core.recommenders.kernels.compiling import compiled, filled, read
from core.recommenders.kernels.ridge import solve_in_place

__all__ = ["solve_side"]

_BLOCK = 256


def solve_side(
    indptr: NDArray[np.int64],
    indices: NDArray[np.int32],
    weights: NDArray[np.float32],
    others: NDArray[np.floating[Any]],
    gram: NDArray[np.floating[Any]],
    penalty: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Solve for the factors of one side while those of the other are held.

    Parameters
    ----------
    indptr : ndarray of int64, shape (n_rows + 1,)
    indices : ndarray of int32, shape (n_entries,)
        The row of `others` that belongs to each entry.
    weights : ndarray of float32, shape (n_entries,)
    others : ndarray of float64, shape (n_columns, k)
    gram : ndarray of float64, shape (k, k)
        The weight of what was not watched times others' others; the lower triangle is read.
    penalty : ndarray of float64, shape (n_rows,)

    Returns
    -------
    ndarray of float64, shape (n_rows, k)
        Zeros for rows without entries.

    Notes
    -----
    Weighted and plain rows are gathered in blocks that stay in the cache and multiplied by BLAS.
    """
    k = others.shape[1]
    factors = np.zeros((len(indptr) - 1, k))
    matrix, part, right = np.empty((k, k)), np.empty((k, k)), np.empty(k)
    plain, weighted = np.empty((2, _BLOCK, k))
    _solve_side(indptr, indices, weights, others, gram, penalty, matrix, part, right, plain, weighted, factors)
    return factors


@compiled(
    read(types.int64),
    read(types.int32),
    read(types.float32),
    read(types.float64, 2),
    read(types.float64, 2),
    read(types.float64),
    *[filled(types.float64, 2)] * 2,
    filled(types.float64),
    *[filled(types.float64, 2)] * 3,
)
def _solve_side(  # type: ignore[no-untyped-def]
    indptr, indices, weights, others, gram, penalty, matrix, part, right, plain, weighted, factors
):  # pragma: no cover
    k = len(right)
    for row in range(len(factors)):
        start, end = indptr[row], indptr[row + 1]
        if start == end:
            continue
        for a in range(k):
            right[a] = 0.0
            for b in range(k):
                matrix[a, b] = gram[a, b]
        for begin in range(start, end, _BLOCK):
            size = end - begin if end - begin < _BLOCK else _BLOCK
            for place in range(size):
                other = indices[begin + place]
                weight = np.float64(weights[begin + place])
                for a in range(k):
                    value = weight * others[other, a]
                    plain[place, a] = others[other, a]
                    weighted[place, a] = value
                    right[a] += value
            np.dot(weighted[:size].T, plain[:size], part)
            for a in range(k):
                for b in range(a + 1):
                    matrix[a, b] += part[a, b]
        for a in range(k):
            matrix[a, a] += penalty[row]
        solve_in_place(matrix, right)
        for a in range(k):
            factors[row, a] = right[a]
