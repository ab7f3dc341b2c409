"""Selection of the best of many scores."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["best_values", "top_n"]

_BLOCK = 64
_BLOCKS_PER_SELECTED = 4


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
    The n-th largest of the maxima of blocks is a lower bound of the n-th largest score, so only scores that reach it
    need to be sorted. A block is every so-manieth score, not a run of neighbours: the maxima of all blocks are then
    taken side by side, a tenth of the time.
    """
    if n <= 0 or not len(scores):
        return np.empty(0, dtype=np.int32)
    kept = np.flatnonzero(_may_be_best(scores, n))
    order = np.argsort(-scores[kept], kind="stable")[:n]
    return kept[order].astype(np.int32)


def best_values(scores: NDArray[np.float32], n: int) -> NDArray[np.float32]:
    """Return the `n` highest finite scores, at least one asked for, best first and without where they stand."""
    values = scores[_may_be_best(scores, n)]
    values.sort()
    return values[-n:][::-1]


def _may_be_best(scores: NDArray[np.float32], n: int) -> NDArray[np.bool_]:
    """Return which scores may be among the `n` highest; NaN and -inf may not."""
    block = min(_BLOCK, len(scores) // (_BLOCKS_PER_SELECTED * n))
    threshold = np.float32(-np.inf)
    if block > 1:
        blocks = len(scores) // block
        maxima = np.fmax.reduce(scores[: blocks * block].reshape(block, blocks), axis=0)
        np.copyto(maxima, np.float32(-np.inf), where=np.isnan(maxima))
        threshold = np.partition(maxima, blocks - n)[blocks - n]
    found: NDArray[np.bool_] = scores >= threshold if threshold > -np.inf else scores > -np.inf
    return found
