"""The compiled inner loops of the Gibbs sampler. Serial and imported only while training."""

import numpy as np
from numba import types
from numpy.typing import NDArray

from core.recommenders.kernels.compiling import compiled, filled, inner, read

__all__ = ["sample_rows", "squared_errors"]

_REAL = types.float32
_BLOCK = 128
_LANES = 32
"""Sums over a block are rounded up to so many entries, of weight 0, so that they fill the processor's registers."""
_SUMS_IN_ANY_ORDER = {"reassoc", "contract", "nsz"}
"""Else a sum could not be spread over the registers."""


_inner = inner(fastmath=_SUMS_IN_ANY_ORDER, inline="always")
"""What is compiled as a part of the functions below; each is called from one place."""


@_inner
def _solve(matrix, shift, size):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Solve L L' x = b + L shift for the Cholesky factor L of a positive definite matrix.

    Its lower triangle is read, and overwritten by L with the diagonal inverted; below it stands b, then x. As a row
    more of the matrix it is solved for the first factor on the way.
    """
    for b in range(size):
        total = matrix[b, b]
        for c in range(b):
            total -= matrix[b, c] * matrix[b, c]
        pivot = np.float32(1) / np.sqrt(total)
        matrix[b, b] = pivot
        for a in range(b + 1, size + 1):
            total = matrix[a, b]
            for c in range(b):
                total -= matrix[a, c] * matrix[b, c]
            matrix[a, b] = total * pivot
    for a in range(size - 1, -1, -1):
        total = matrix[size, a] + shift[a]
        for b in range(a + 1, size):
            total -= matrix[b, a] * matrix[size, b]
        matrix[size, a] = total * matrix[a, a]


@_inner
def _fill_short(  # type: ignore[no-untyped-def]
    start, size, indices, targets, own, precision, taken, features, spare, place, matrix, drawn
):  # pragma: no cover
    """Fill in the system by which the draw of a row's prior becomes one of its posterior (Matheron's rule)."""
    for x in range(size):
        column = indices[start + x]
        variance = np.float32(1) / (own * precision[column])
        missing = targets[start + x] - taken[column] + np.sqrt(variance) * spare[place + x]
        for a in range(len(drawn)):
            missing -= features[column, a] * drawn[a]
        matrix[size, x] = missing
        for y in range(x + 1):
            other = indices[start + y]
            total = np.float32(0)
            for a in range(len(drawn)):
                total += features[column, a] * features[other, a]
            matrix[x, y] = total
        matrix[x, x] += variance


@_inner
def _add_block(  # type: ignore[no-untyped-def]
    begin, stop, indices, targets, own, precision, taken, features, plain, weighted, matrix
):  # pragma: no cover
    """Add up some entries of a row in the lower triangle of A, and in b below it as of a feature more, the target."""
    count, k = stop - begin, len(plain) - 1
    for x in range(count):
        column = indices[begin + x]
        weight = own * precision[column]
        for a in range(k):
            value = features[column, a]
            plain[a, x] = value
            weighted[a, x] = weight * value
        plain[k, x] = targets[begin + x] - taken[column]
    whole = -(-count // _LANES) * _LANES
    for a in range(k):
        for x in range(count, whole):
            plain[a, x] = 0
            weighted[a, x] = 0
    for x in range(count, whole):
        plain[k, x] = 0
    for a in range(k + 1):
        for b in range(a + 1 if a < k else k):
            total = np.float32(0)
            for x in range(whole):
                total += plain[a, x] * weighted[b, x]
            matrix[a, b] += total


def sample_rows(
    indptr: NDArray[np.int64],
    indices: NDArray[np.int32],
    targets: NDArray[np.float32],
    own_precision: NDArray[np.float32],
    precision: NDArray[np.float32],
    taken: NDArray[np.float32],
    features: NDArray[np.float32],
    mean: NDArray[np.float32],
    noise: NDArray[np.float32],
    spare: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None:
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
    plain, weighted = np.empty((k + 1, _BLOCK), dtype=np.float32), np.empty((k, _BLOCK), dtype=np.float32)
    matrix, none = np.empty((k + 1, k), dtype=np.float32), np.zeros(k, dtype=np.float32)
    _sample_rows(
        indptr,
        indices,
        targets,
        own_precision,
        precision,
        taken,
        features,
        mean,
        noise,
        spare,
        none,
        plain,
        weighted,
        matrix,
        out,
    )


@compiled(
    read(types.int64),
    read(types.int32),
    *[read(_REAL)] * 4,
    *[read(_REAL, 2)] * 3,
    *[read(_REAL)] * 2,
    *[filled(_REAL, 2)] * 4,
    fastmath=_SUMS_IN_ANY_ORDER,
)
def _sample_rows(  # type: ignore[no-untyped-def]
    indptr,
    indices,
    targets,
    own_precision,
    precision,
    taken,
    features,
    mean,
    noise,
    spare,
    none,
    plain,
    weighted,
    matrix,
    out,
):  # pragma: no cover
    k = len(none)
    place = 0
    for row in range(len(out)):
        start, end = indptr[row], indptr[row + 1]
        size, own, drawn = end - start, own_precision[row], out[row]
        short = size < k
        if short:
            shift = none
            for a in range(k):
                drawn[a] = mean[row, a] + noise[row, a]
            _fill_short(
                start,
                size,
                indices,
                targets,
                own,
                precision,
                taken,
                features,
                spare,
                place,
                matrix,
                drawn,
            )
            place += size
        else:
            size, shift = k, noise[row]
            for a in range(k):
                matrix[k, a] = mean[row, a]
                for b in range(a):
                    matrix[a, b] = 0
                matrix[a, a] = 1
            for begin in range(start, end, _BLOCK):
                stop = begin + _BLOCK if begin + _BLOCK < end else end
                _add_block(
                    begin,
                    stop,
                    indices,
                    targets,
                    own,
                    precision,
                    taken,
                    features,
                    plain,
                    weighted,
                    matrix,
                )
        _solve(matrix, shift, size)
        if short:
            for x in range(size):
                column = indices[start + x]
                for a in range(k):
                    drawn[a] += matrix[size, x] * features[column, a]
        else:
            for a in range(k):
                drawn[a] = matrix[k, a]


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
