"""The compiled inner loop of the Gibbs sampler."""

import numpy as np
from numba import njit

__all__ = ["sample_rows"]


@njit(cache=True, nogil=True, fastmath=True)
def factorise(matrix):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Overwrite the lower triangle of a positive definite matrix with its Cholesky factor."""
    k = len(matrix)
    for b in range(k):
        total = matrix[b, b]
        for c in range(b):
            total -= matrix[b, c] * matrix[b, c]
        pivot = np.sqrt(total)
        matrix[b, b] = pivot
        for a in range(b + 1, k):
            total = matrix[a, b]
            for c in range(b):
                total -= matrix[a, c] * matrix[b, c]
            matrix[a, b] = total / pivot


@njit(cache=True, nogil=True, fastmath=True)
def sample_rows(  # type: ignore[no-untyped-def]
    indptr, indices, targets, weights, features, precision, prior_mean, noise, out
):  # pragma: no cover
    """Draw one side's vectors from their conditional distributions, given the other side's.

    Row n is drawn from N(A^-1 b, A^-1) with A = precision + sum w f f' and b = precision prior_mean[n] + sum w t f,
    the sums over the entries of the row.

    Parameters
    ----------
    indptr : ndarray of int64, shape (n_rows + 1,)
    indices : ndarray of int32, shape (n_entries,)
        The row of `features` of each entry.
    targets, weights : ndarray of float64, shape (n_entries,)
        What the vectors are to explain, and with which precision it was observed.
    features : ndarray of float64, shape (n_columns, k)
    precision : ndarray of float64, shape (k, k)
    prior_mean : ndarray of float64, shape (n_rows, k)
    noise : ndarray of float64, shape (n_rows, k)
        Standard normal numbers; zeros give the conditional means.
    out : ndarray of float64, shape (n_rows, k)
        Overwritten.
    """
    k = features.shape[1]
    gram = np.empty((k, k))
    right = np.empty(k)
    for row in range(len(indptr) - 1):
        for a in range(k):
            total = 0.0
            for b in range(k):
                gram[a, b] = precision[a, b]
                total += precision[a, b] * prior_mean[row, b]
            right[a] = total
        for entry in range(indptr[row], indptr[row + 1]):
            feature = features[indices[entry]]
            weight = weights[entry]
            target = targets[entry] * weight
            for a in range(k):
                right[a] += feature[a] * target
                scaled = feature[a] * weight
                for b in range(a + 1):
                    gram[a, b] += scaled * feature[b]
        factorise(gram)
        for a in range(k):
            for b in range(a):
                right[a] -= gram[a, b] * right[b]
            right[a] /= gram[a, a]
        for a in range(k):
            right[a] += noise[row, a]
        for a in range(k - 1, -1, -1):
            for b in range(a + 1, k):
                right[a] -= gram[b, a] * right[b]
            right[a] /= gram[a, a]
        out[row] = right
