"""scikit-learn's randomised decomposition, for matrices of any size and content."""

from typing import Any

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
    The components are those of `sklearn.decomposition.TruncatedSVD`, signs included. That goes on to multiply the
    matrix with them, for an explained variance that nobody asks for: a seventh of the time, and the memory of the
    product.
    """
    from sklearn.utils.extmath import randomized_svd, svd_flip

    count = max(min(size, min(matrix.shape) - 1), 1)
    left, values, right = randomized_svd(matrix, count, n_iter=iterations, flip_sign=False, random_state=seed)
    return svd_flip(left, right, u_based_decision=False)[1], values
