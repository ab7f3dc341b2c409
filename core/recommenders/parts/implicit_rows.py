"""Half a step of exact implicit alternating least squares: a system of equations for each user, or for each movie."""

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.recommenders.parts.ridge import positive_solve

__all__ = ["solve_side"]


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
        Positive.
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
    Along the eigenvectors of `gram` what rows have in common is diagonal: a row of n < k entries then takes a system
    of n equations (Woodbury's identity), as most movies have few.
    """
    strengths, directions = np.linalg.eigh(gram)
    turned = others @ directions
    k = len(strengths)
    factors = np.zeros((len(indptr) - 1, k))
    for row, (start, end) in enumerate(pairwise(indptr.tolist())):
        if start == end:
            continue
        rows = turned.take(indices[start:end], axis=0)
        own = weights[start:end].astype(np.float64)
        ridge = strengths + penalty[row]
        if end - start < k:
            divided = rows / ridge
            matrix = rows @ divided.T
            matrix.ravel()[:: len(own) + 1] += 1 / own
            factors[row] = positive_solve(matrix, np.ones(len(own))) @ divided
        else:
            roots = np.sqrt(own)
            rows *= roots[:, None]
            matrix = rows.T @ rows
            matrix.ravel()[:: k + 1] += ridge
            factors[row] = positive_solve(matrix, roots @ rows)
    solved: NDArray[np.float64] = factors @ directions.T
    return solved
