"""Ridge regression of one row: how a profile is folded in."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["ridge_row"]


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
    gram = rows.T @ rows + np.diag(penalty)
    solution: NDArray[np.float64] = np.linalg.solve(gram, rows.T @ targets.astype(np.float64, copy=False))
    return solution
