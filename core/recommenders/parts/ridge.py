"""Ridge regression of a row: how a profile is folded in, and all users are fitted."""

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

__all__ = ["positive_solve", "ridge_row", "ridge_rows"]


def ridge_row(
    features: NDArray[np.floating], targets: NDArray[np.floating], penalty: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the weights w that minimise ``|targets - features w|^2 + w' diag(penalty) w``.

    Parameters
    ----------
    features : ndarray, shape (n, d)
    targets : ndarray, shape (n,)
    penalty : ndarray, shape (d,)
        Positive.

    Returns
    -------
    ndarray of float64, shape (d,)
        Zeros when there is no row.
    """
    rows: NDArray[Any] = features.astype(np.float64, copy=False)
    gram = rows.T @ rows
    gram.ravel()[:: len(penalty) + 1] += penalty
    return positive_solve(gram, rows.T @ targets.astype(np.float64, copy=False))


def ridge_rows(
    indptr: NDArray[np.int64],
    indices: NDArray[np.int32],
    targets: NDArray[np.float32],
    features: NDArray[np.float32],
    penalty: NDArray[np.float64],
) -> NDArray[np.float32]:
    """Solve one ridge regression per row of a compressed matrix.

    Parameters
    ----------
    indptr : ndarray of int64, shape (n_rows + 1,)
    indices : ndarray of int32, shape (n_entries,)
        The row of `features` that belongs to each entry.
    targets : ndarray of float32, shape (n_entries,)
    features : ndarray of float32, shape (n_columns, d)
    penalty : ndarray of float64, shape (d,)

    Returns
    -------
    ndarray of float32, shape (n_rows, d)
        Zeros for rows without entries.
    """
    wide = features.astype(np.float64)
    weights = np.zeros((len(indptr) - 1, features.shape[1]), dtype=np.float32)
    for row, (start, end) in enumerate(pairwise(indptr.tolist())):
        if start < end:
            weights[row] = ridge_row(wide.take(indices[start:end], axis=0), targets[start:end], penalty)
    return weights


def positive_solve(matrix: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the solution of normal equations with a penalty, by Cholesky decomposition; may overwrite both.

    Raises
    ------
    LinAlgError
        When the matrix is not positive definite.
    """
    solution: NDArray[np.float64]
    _, solution, failed = lapack.dposv(matrix, right, lower=True, overwrite_a=True, overwrite_b=True)
    if failed:
        raise np.linalg.LinAlgError("The normal equations are not positive definite: is a penalty not positive?")
    return solution
