"""Selection of the best of many scores."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["top_n"]

_BLOCK = 64


def top_n(scores: NDArray[np.float32], n: int) -> NDArray[np.int32]:
    """Return the positions of the `n` highest finite scores, best first, ties by position.

    Parameters
    ----------
    scores : ndarray of float32, shape (m,)
        NaN and -inf are never selected.
    n : int

    Returns
    -------
    ndarray of int32, shape (at most n,)

    Notes
    -----
    The n-th largest of the maxima of blocks of 64 is a lower bound of the n-th largest score, so only scores
    that reach it need to be sorted.
    """
    if n <= 0 or not len(scores):
        return np.empty(0, dtype=np.int32)
    full = len(scores) // _BLOCK
    if full > n:
        maxima = np.fmax.reduce(scores[: full * _BLOCK].reshape(full, _BLOCK), axis=1)
        maxima = np.where(np.isnan(maxima), -np.inf, maxima)
        threshold = np.partition(maxima, full - n)[full - n]
        kept = np.flatnonzero(scores >= threshold) if threshold > -np.inf else np.flatnonzero(scores > -np.inf)
    else:
        kept = np.flatnonzero(scores > -np.inf)
    order = np.argsort(-scores[kept], kind="stable")[:n]
    return kept[order].astype(np.int32)
