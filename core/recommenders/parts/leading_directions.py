"""scikit-learn's TruncatedSVD, for matrices of any size and content."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["leading_directions"]


def leading_directions(matrix: Any, size: int, iterations: int, seed: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the right singular vectors of a matrix with the largest singular values.

    Parameters
    ----------
    matrix : sparse array, shape (n_rows, n_columns)
    size : int
        How many; fewer where the matrix has fewer rows or columns, one at least.
    iterations : int
        Power iterations of the randomised decomposition.
    seed : int

    Returns
    -------
    components : ndarray, shape (at most size, n_columns)
    singular_values : ndarray, shape (at most size,), descending

    Notes
    -----
    A matrix of one column has one direction, which scikit-learn refuses to find; its explained variance, which
    nobody asks for, is 0 / 0 where a matrix is zero throughout.
    """
    from sklearn.decomposition import TruncatedSVD

    if matrix.shape[1] == 1:
        column = np.asarray(matrix.todense(), dtype=matrix.dtype)
        return np.ones((1, 1), dtype=matrix.dtype), np.array([np.linalg.norm(column)], dtype=matrix.dtype)
    count = max(min(size, min(matrix.shape) - 1), 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = TruncatedSVD(count, n_iter=iterations, random_state=seed).fit(matrix)
    return found.components_, found.singular_values_
