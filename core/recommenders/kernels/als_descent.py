"""Compiled half step of implicit alternating least squares by conjugate gradients, for many ratings.

Apart from the exact one, so that data of the usual size do not wait for it to be compiled. Serial and imported only
while training.
"""

import numpy as np
from numba import types

from core.recommenders.kernels.compiling import compiled, filled, inner, read

__all__ = ["approach_side"]


@inner(fastmath=True)
def _dot(left, right):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Return the inner product of two vectors; its sums may be taken in any order."""
    total = np.float32(0)
    for a in range(len(left)):
        total += left[a] * right[a]
    return total


@inner(fastmath=True)
def _applied(start, end, indices, weights, others, gram, penalty, vector, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Fill `out` with the matrix of one row's normal equations times a vector."""
    for a in range(len(vector)):
        out[a] = penalty * vector[a] + _dot(gram[a], vector)
    for entry in range(start, end):
        other = others[indices[entry]]
        part = weights[entry] * _dot(other, vector)
        for a in range(len(vector)):
            out[a] += part * other[a]


@compiled(
    read(types.int64),
    read(types.int32),
    read(types.float32),
    read(types.float32, 2),
    read(types.float32, 2),
    read(types.float32),
    types.int64,
    filled(types.float32, 2),
)
def approach_side(indptr, indices, weights, others, gram, penalty, steps, factors):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Bring the factors of one side closer to what is best while those of the other are held.

    Parameters
    ----------
    indptr : ndarray of int64, shape (n_rows + 1,)
    indices : ndarray of int32, shape (n_entries,)
        The row of `others` that belongs to each entry.
    weights : ndarray of float32, shape (n_entries,)
    others : ndarray of float32, shape (n_columns, k)
    gram : ndarray of float32, shape (k, k)
        The weight of what was not watched times others' others, symmetric.
    penalty : ndarray of float32, shape (n_rows,)
    steps : int
        Steps of the method of conjugate gradients for each row, from where its factors are (Takács, Pilászy and Tikk
        2011, "Applications of the conjugate gradient method for implicit feedback collaborative filtering").
    factors : ndarray of float32, shape (n_rows, k)
        Moved; zeros for rows without entries.

    Notes
    -----
    A step costs 4 k operations for each entry, where the exact solution takes 2 k^2.
    """
    k = others.shape[1]
    left = np.empty(k, dtype=np.float32)
    direction = np.empty(k, dtype=np.float32)
    image = np.empty(k, dtype=np.float32)
    for row in range(len(indptr) - 1):
        start, end = indptr[row], indptr[row + 1]
        vector = factors[row]
        if start == end:
            for a in range(k):
                vector[a] = np.float32(0)
            continue
        for a in range(k):
            left[a] = -penalty[row] * vector[a] - _dot(gram[a], vector)
        for entry in range(start, end):
            other = others[indices[entry]]
            part = weights[entry] * (np.float32(1) - _dot(other, vector))
            for a in range(k):
                left[a] += part * other[a]
        for a in range(k):
            direction[a] = left[a]
        length = _dot(left, left)
        for _ in range(steps):
            if length < np.float32(1e-20):
                break
            _applied(start, end, indices, weights, others, gram, penalty[row], direction, image)
            stride = length / _dot(direction, image)
            for a in range(k):
                vector[a] += stride * direction[a]
                left[a] -= stride * image[a]
            longer = _dot(left, left)
            turn = longer / length
            for a in range(k):
                direction[a] = left[a] + turn * direction[a]
            length = longer
