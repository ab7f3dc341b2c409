"""Ridge regression of one row: how a profile is folded in."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

__all__ = ["positive_solve", "ridge_row"]


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
