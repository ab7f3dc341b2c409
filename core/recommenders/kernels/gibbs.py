"""The compiled inner loops of the Gibbs sampler. Serial and imported only while training."""

import numpy as np
from numba import types

from core.recommenders.kernels.compiling import compiled, filled, inner, read

__all__ = ["sample_rows", "squared_errors"]

_REAL = types.float32
_BLOCK = 128
_LANES = 32
"""Sums over a block are rounded up to so many entries, of weight 0, so that they fill the processor's registers."""
_SUMS_IN_ANY_ORDER = {"reassoc", "contract", "nsz"}
"""Else a sum could not be spread over the registers."""


_inner = inner(fastmath=_SUMS_IN_ANY_ORDER)
"""What is compiled as a part of the functions below."""


@_inner
def _factorise(matrix, size):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Overwrite the lower triangle of a positive definite matrix with its Cholesky factor, diagonal inverted."""
    for b in range(size):
        total = matrix[b, b]
        for c in range(b):
            total -= matrix[b, c] * matrix[b, c]
        pivot = np.float32(1) / np.sqrt(total)
        matrix[b, b] = pivot
        for a in range(b + 1, size):
            total = matrix[a, b]
            for c in range(b):
                total -= matrix[a, c] * matrix[b, c]
            matrix[a, b] = total * pivot


@_inner
def _solve_lower(factor, right, size):  # type: ignore[no-untyped-def]  # pragma: no cover
    for a in range(size):
        for b in range(a):
            right[a] -= factor[a, b] * right[b]
        right[a] *= factor[a, a]


@_inner
def _solve_upper(factor, right, size):  # type: ignore[no-untyped-def]  # pragma: no cover
    for a in range(size - 1, -1, -1):
        for b in range(a + 1, size):
            right[a] -= factor[b, a] * right[b]
        right[a] *= factor[a, a]


@_inner
def _correct(  # type: ignore[no-untyped-def]
    start, end, indices, targets, own, precision, taken, features, spare, place, matrix, right, drawn
):  # pragma: no cover
    """Make the draw of a row's prior one of its posterior, by Matheron's rule."""
    size, k = end - start, len(drawn)
    for x in range(size):
        column = indices[start + x]
        missing = targets[start + x] - taken[column]
        for a in range(k):
            missing -= features[column, a] * drawn[a]
        variance = np.float32(1) / (own * precision[column])
        right[x] = missing + np.sqrt(variance) * spare[place + x]
        for y in range(x):
            other = indices[start + y]
            total = np.float32(0)
            for a in range(k):
                total += features[column, a] * features[other, a]
            matrix[x, y] = total
        for a in range(k):
            variance += features[column, a] * features[column, a]
        matrix[x, x] = variance
    _factorise(matrix, size)
    _solve_lower(matrix, right, size)
    _solve_upper(matrix, right, size)
    for x in range(size):
        column = indices[start + x]
        for a in range(k):
            drawn[a] += right[x] * features[column, a]


@_inner
def _add_block(  # type: ignore[no-untyped-def]
    begin, stop, indices, targets, own, precision, taken, features, plain, weighted, matrix, right
):  # pragma: no cover
    """Add up some entries of a row in the lower triangle of A and in b."""
    count, k = stop - begin, len(right)
    for x in range(count):
        column = indices[begin + x]
        weight = own * precision[column]
        target = weight * (targets[begin + x] - taken[column])
        for a in range(k):
            value = features[column, a]
            plain[a, x] = value
            weighted[a, x] = weight * value
            right[a] += target * value
    whole = -(-count // _LANES) * _LANES
    for a in range(k):
        for x in range(count, whole):
            plain[a, x] = 0
            weighted[a, x] = 0
    for a in range(k):
        for b in range(a + 1):
            total = np.float32(0)
            for x in range(whole):
                total += weighted[a, x] * plain[b, x]
            matrix[a, b] += total


@compiled(
    read(types.int64),
    read(types.int32),
    read(_REAL),
    read(_REAL),
    read(_REAL),
    read(_REAL),
    read(_REAL, 2),
    read(_REAL, 2),
    read(_REAL, 2),
    read(_REAL),
    filled(_REAL, 2),
    fastmath=_SUMS_IN_ANY_ORDER,
)
def sample_rows(  # type: ignore[no-untyped-def]
    indptr, indices, targets, own_precision, precision, taken, features, mean, noise, spare, out
):  # pragma: no cover
    """Draw one side's vectors from their conditional distributions, given the other side's.

    Coordinates are those in which the prior of a row is a standard normal around its mean: row n is drawn from
    N(A^-1 b, A^-1) with A = I + sum w f f' and b = mean[n] + sum w t f, the sums over the entries of the row.

    Parameters
    ----------
    indptr : ndarray of int64, shape (n_rows + 1,)
    indices : ndarray of int32, shape (n_entries,)
        The row of `features` of each entry.
    targets : ndarray of float32, shape (n_entries,)
    own_precision, precision : ndarray of float32, shapes (n_rows,) and (n_columns,)
        Their product is w, the precision of an entry.
    taken : ndarray of float32, shape (n_columns,)
        What is subtracted from the targets to make t.
    features : ndarray of float32, shape (n_columns, k)
    mean, noise : ndarray of float32, shape (n_rows, k)
        The noise is standard normal numbers; without any the result is the conditional means.
    spare : ndarray of float32
        Standard normal numbers, one for each entry of the rows that have fewer entries than k.
    out : ndarray of float32, shape (n_rows, k)
        Overwritten.

    Notes
    -----
    A row of n < k entries is drawn by Matheron's rule: mean plus noise, a draw of its prior, is corrected by what the
    targets, with noise of their own, say otherwise, through a system of n equations. A single rating costs two
    products of vectors so. Of longer rows the k equations are made up in blocks, transposed, so that every sum runs
    along neighbours in memory.
    """
    k = features.shape[1]
    plain = np.empty((k, _BLOCK), dtype=np.float32)
    weighted = np.empty((k, _BLOCK), dtype=np.float32)
    matrix = np.empty((k, k), dtype=np.float32)
    right = np.empty(k, dtype=np.float32)
    place = 0
    for row in range(len(out)):
        start, end = indptr[row], indptr[row + 1]
        if end - start < k:
            for a in range(k):
                out[row, a] = mean[row, a] + noise[row, a]
            _correct(
                start,
                end,
                indices,
                targets,
                own_precision[row],
                precision,
                taken,
                features,
                spare,
                place,
                matrix,
                right,
                out[row],
            )
            place += end - start
            continue
        for a in range(k):
            right[a] = mean[row, a]
            for b in range(a):
                matrix[a, b] = 0
            matrix[a, a] = 1
        for begin in range(start, end, _BLOCK):
            stop = min(begin + _BLOCK, end)
            _add_block(
                begin,
                stop,
                indices,
                targets,
                own_precision[row],
                precision,
                taken,
                features,
                plain,
                weighted,
                matrix,
                right,
            )
        _factorise(matrix, k)
        _solve_lower(matrix, right, k)
        for a in range(k):
            right[a] += noise[row, a]
        _solve_upper(matrix, right, k)
        for a in range(k):
            out[row, a] = right[a]


@compiled(
    read(types.int64),
    read(types.int32),
    read(_REAL),
    read(_REAL, 2),
    read(_REAL, 2),
    filled(_REAL),
    fastmath=_SUMS_IN_ANY_ORDER,
)
def squared_errors(indptr, items, stars, users, movies, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Fill in (stars - t_u[0] - q_i[0] - t_u[1:] . q_i[1:]) squared of every rating.

    Parameters
    ----------
    indptr : ndarray of int64, shape (n_users + 1,)
    items : ndarray of int32; stars, out : ndarray of float32, shape (n_ratings,)
    users, movies : ndarray of float32, shapes (n_users, k + 1) and (n_movies, k + 1)
    """
    for user in range(len(users)):
        for entry in range(indptr[user], indptr[user + 1]):
            movie = items[entry]
            left = stars[entry] - users[user, 0] - movies[movie, 0]
            for a in range(1, users.shape[1]):
                left -= users[user, a] * movies[movie, a]
            out[entry] = left * left
