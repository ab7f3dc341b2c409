"""Which films to ask a newcomer about: a short list whose answers say most about everything else."""

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.errors import InvalidInputError

__all__ = ["rate_first"]


def rate_first(
    dataset: Dataset,
    n: int = 10,
    *,
    known: NDArray[np.int32] | None = None,
    candidates: int = 1000,
    ridge: float = 10.0,
) -> NDArray[np.int32]:
    """Return films to rate first, the most informative first.

    An answer to a film is whether it was seen and, if so, how it was liked. The next film is the one whose answers,
    through a linear predictor, take most variance off all films' answers together: greedy forward selection, which
    is sensor placement by the A-optimal criterion (Krause, Singh and Guestrin, 2008, JMLR 9) and the
    representative-based choice of Liu et al. (2011), Wisdom of the better few, RecSys '11. A film that hardly anybody
    saw has hardly any variance to explain others with, so nothing has to be added for popularity.

    Parameters
    ----------
    dataset : Dataset
    n : int
    known : ndarray of int32, optional
        Films that have been asked already; their answers' information is taken off first.
    candidates : int
        Films that take part, the most rated first: memory and time grow with the square.
    ridge : float
        Noise variance of an answer, in users; keeps films of few ratings from looking sure.

    Returns
    -------
    ndarray of int32, shape (at most n,)
        Dense movie indices.

    Notes
    -----
    With the covariance C of the centred answers, choosing film j removes
    ``sum_i C_ij^2 / (C_jj + ridge)``; C is then replaced by that of the residuals,
    ``C - C_j C_j' / (C_jj + ridge)``.
    """
    if n < 1:
        raise InvalidInputError(f"n must be at least 1, not {n}.")
    films = np.argsort(-dataset.movie_counts, kind="stable")[:candidates].astype(np.int32)
    films = films[dataset.movie_counts[films] > 0]
    residual = _covariance(dataset, films)
    free = np.ones(len(films), dtype=bool)
    asked = np.flatnonzero(np.isin(films, known if known is not None else []))
    for place in asked.tolist():
        _condition(residual, place, ridge)
    free[asked] = False
    chosen: list[int] = []
    for _ in range(min(n, int(free.sum()))):
        gain = np.where(free, (residual**2).sum(axis=0) / (residual.diagonal() + ridge), -np.inf)
        best = int(gain.argmax())
        chosen.append(best)
        free[best] = False
        _condition(residual, best, ridge)
    return films[chosen]


def _covariance(dataset: Dataset, films: NDArray[np.int32]) -> NDArray[np.float64]:
    # An unseen film's answer is 0; a seen one's is 1 plus the stars above the user's mean, in units of a star.
    liked = dataset.stars() - np.repeat(dataset.user_means, np.diff(dataset.user_indptr))
    answers = dataset.matrix((1 + liked).astype(np.float32)).tocsc()[:, films]
    products = (answers.T @ answers).toarray().astype(np.float64)
    means = np.asarray(answers.sum(axis=0)).ravel().astype(np.float64) / dataset.n_users
    covariance: NDArray[np.float64] = products - dataset.n_users * np.outer(means, means)
    return covariance


def _condition(residual: NDArray[np.float64], place: int, ridge: float) -> None:
    column = residual[:, place].copy()
    residual -= np.outer(column, column) / (column[place] + ridge)
