"""What linear models between movies have in common: which movies take part, how they are solved, what is kept."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse
from scipy.linalg import lapack

from core.data.compress import narrow
from core.progress import Progress
from core.recommenders.parts.sparse_rows import SparseRows

__all__ = ["BLOCK", "add_gram", "gram_adder", "inverse", "mirror", "most_rated", "pruned", "starts_among"]

BLOCK = 512
"""Rows that are worked on at a time."""
_ROWS = 4096
_SAMPLE = 8
_DOUBLE_BELOW = 3000
"""Systems up to this size are solved in double precision."""


def most_rated(counts: NDArray[np.int32], min_ratings: int, max_movies: int) -> NDArray[np.int32]:
    """Return the most rated movies that have enough ratings, ascending; if none has enough, those that have most."""
    best = np.argsort(-counts.astype(np.int64), kind="stable")[:max_movies]
    enough = min(min_ratings, int(counts.max()))
    return np.sort(best[counts[best] >= enough]).astype(np.int32)


def starts_among(kept: NDArray[np.bool_], indptr: NDArray[np.int64]) -> NDArray[np.int32] | NDArray[np.int64]:
    """Return where rows start when only some of their entries are kept, as scipy is to get it.

    Parameters
    ----------
    kept : ndarray of bool, shape (n_entries,)
    indptr : ndarray of int64, shape (n_rows + 1,)
        Where they start among all entries.
    """
    starts = np.zeros(len(indptr), dtype=np.int64)
    for first in range(0, len(indptr) - 1, _ROWS):
        ends = indptr[first : first + _ROWS + 1]
        counted = np.concatenate([[0], np.cumsum(kept[ends[0] : ends[-1]])])
        starts[first : first + len(ends)] = starts[first] + counted[ends - ends[0]]
    return narrow(starts)


def add_gram(ratings: sparse.csr_array, gram: NDArray[np.float32], progress: Progress) -> None:
    """Add X' X to the upper triangle of a matrix.

    Parameters
    ----------
    ratings : csr_array of float32, shape (n_users, n_movies)
        X, movies ascending within a user.
    gram : ndarray of float32, shape (n_movies, n_movies)
    """
    add = gram_adder(ratings)
    for start in range(0, len(gram), BLOCK):
        stop = min(start + BLOCK, len(gram))
        add(start, stop, gram[start:stop])
        progress(stop / len(gram), "counting what is watched together")


def gram_adder(ratings: sparse.csr_array) -> Callable[[int, int, NDArray[np.float32]], None]:
    """Return what adds rows `first` to `last` of the upper triangle of X' X to an array of these rows."""
    from core.recommenders.kernels.gram import gram_rows

    by_item = ratings.tocsc()
    starts, starts_by_item = (matrix.indptr.astype(np.int64, copy=False) for matrix in (ratings, by_item))
    columns, rows = (matrix.indices.astype(np.int32, copy=False) for matrix in (ratings, by_item))

    def add(first: int, last: int, gram: NDArray[np.float32]) -> None:
        gram_rows(first, last, starts, columns, ratings.data, starts_by_item, rows, by_item.data, gram)

    return add


def inverse(gram: NDArray[np.float32], name: str, progress: Progress) -> NDArray[np.floating[Any]]:
    """Return the inverse of a positive definite matrix, of which the upper triangle is read and which is overwritten.

    Raises
    ------
    LinAlgError
        When it is not positive definite; names the algorithm that asked.
    """
    work: NDArray[np.floating[Any]] = gram
    if len(gram) <= _DOUBLE_BELOW:
        work, potrf, potri = gram.astype(np.float64), lapack.dpotrf, lapack.dpotri
    else:
        potrf, potri = lapack.spotrf, lapack.spotri
    # LAPACK reads columns: the upper triangle of the rows is the lower one of the transpose, which is what it gets.
    factor, failed = potrf(work.T, lower=True, overwrite_a=True, clean=False)
    progress(0.5, "solving for all movies at once")
    inverted, failed_again = potri(factor, lower=True, overwrite_c=True)
    if failed or failed_again:
        raise linalg.LinAlgError(f"The system of {name} is not positive definite: raise its penalty.")
    whole: NDArray[np.floating[Any]] = inverted.T
    mirror(whole)
    progress(1.0, "solved")
    return whole


def mirror(whole: NDArray[np.floating[Any]]) -> None:
    """Copy the upper triangle of a square matrix to the lower one."""
    for start in range(0, len(whole), BLOCK):
        stop = min(start + BLOCK, len(whole))
        whole[start:stop, :start] = whole[:start, start:stop].T
        inner = whole[start:stop, start:stop]
        inner[...] = np.triu(inner) + np.triu(inner, 1).T


def pruned(
    weights: Callable[[NDArray[np.intp]], NDArray[np.float32]],
    chosen: NDArray[np.int32],
    size: NDArray[np.float64],
    n_movies: int,
    weights_per_movie: int,
    progress: Progress,
) -> SparseRows:
    """Return the weights that matter most.

    A movie is in a share of all profiles that is proportional to its ratings n_i, so leaving out W_ij adds
    n_i W_ij^2 to the expected squared error of the scores: the threshold is on sqrt(n_i) |W_ij|, the same for the
    whole matrix, and is estimated on every `_SAMPLE`-th row.

    Parameters
    ----------
    weights : callable
        From numbers of rows to these rows, float32 of shape (n_rows, len(chosen)).
    chosen : ndarray of int32
        The movies of rows and columns, ascending.
    size : ndarray of float64, shape (len(chosen),)
        Their numbers of ratings.
    weights_per_movie : int
        How many are kept on average.
    """
    matters = np.sqrt(size).astype(np.float32)
    sample = np.arange(0, len(chosen), _SAMPLE)
    threshold = np.float32(0)
    if weights_per_movie < len(chosen):
        importance = np.abs(weights(sample)) * matters[sample, None]
        last = int(weights_per_movie / len(chosen) * importance.size)
        threshold = np.partition(importance.ravel(), -last)[-last]
    columns, values = [], []
    lengths = np.zeros(n_movies, dtype=np.int64)
    for start in range(0, len(chosen), BLOCK):
        rows = np.arange(start, min(start + BLOCK, len(chosen)))
        block = weights(rows)
        kept = (np.abs(block) * matters[rows, None] >= threshold) & (block != 0)
        lengths[chosen[rows]] = kept.sum(axis=1)
        columns.append(chosen[np.nonzero(kept)[1]])
        values.append(block[kept])
        progress(float(rows[-1] + 1) / len(chosen), "keeping the weights that matter")
    return SparseRows(np.concatenate([[0], np.cumsum(lengths)]), np.concatenate(columns), np.concatenate(values))
