"""What lists are like apart from their accuracy: coverage, novelty, diversity, concentration."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset

__all__ = ["coverage", "gini", "intra_list_diversity", "list_popularity", "novelty", "served"]

Lists = NDArray[np.int32]
Values = NDArray[np.float64]


def coverage(lists: Lists, n_movies: int) -> float:
    """Return the share of the catalogue that is listed to anybody.

    Ge, Delgado-Battenfeld and Jannach (2010), Beyond accuracy, RecSys '10.

    Parameters
    ----------
    lists : ndarray of int32, shape (n_users, k)
        Dense movie indices; -1 where a list is shorter.
    n_movies : int
    """
    return len(np.unique(lists[lists >= 0])) / n_movies


def gini(lists: Lists, n_movies: int) -> float:
    """Return the Gini coefficient of how often movies are listed: 0 all alike, 1 a single movie.

    Over the whole catalogue, movies that are never listed included; Shani and Gunawardana (2011), Recommender
    Systems Handbook, equation 8.9.
    """
    exposure = np.sort(np.bincount(lists[lists >= 0], minlength=n_movies)).astype(np.float64)
    total = exposure.sum()
    if total == 0 or n_movies < 2:
        return float("nan")
    ranks = np.arange(1, n_movies + 1)
    return float(((2 * ranks - n_movies - 1) @ exposure) / ((n_movies - 1) * total))


def novelty(lists: Lists, train: Dataset) -> Values:
    """Return each list's mean self-information in bits: ``log2(users / users who rated the movie)``.

    Zhou et al. (2010), Solving the apparent diversity-accuracy dilemma, PNAS 107(10). A movie without training
    ratings counts as one with a single rating; an empty list gives NaN.
    """
    information = np.log2(train.n_users / np.maximum(train.movie_counts, 1))
    return _mean_over_list(information, lists)


def list_popularity(lists: Lists, train: Dataset) -> Values:
    """Return the mean number of training ratings of each list's movies; NaN for an empty list."""
    return _mean_over_list(train.movie_counts.astype(np.float64), lists)


def intra_list_diversity(lists: Lists, features: NDArray[Any], block: int = 4096) -> Values:
    """Return each list's mean distance ``1 - cosine`` between pairs of its movies.

    Ziegler et al. (2005), Improving recommendation lists through topic diversification, WWW '05, and Smyth and
    McClave (2001). The mean over pairs comes from the length of the summed unit vectors, without forming pairs.

    Parameters
    ----------
    features : ndarray of float, shape (n_movies, d)
        Such as 0/1 genres. A movie without any has cosine 0 with all.

    Returns
    -------
    ndarray of float64, shape (n_users,)
        NaN for lists of fewer than two.
    """
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    unit = np.divide(features, lengths, out=np.zeros(features.shape), where=lengths > 0)
    unit = np.vstack((unit, np.zeros(unit.shape[1])))  # what index -1 finds
    own = (unit**2).sum(axis=1)
    sizes = (lists >= 0).sum(axis=1)
    cosines = np.empty(len(lists))
    for start in range(0, len(lists), block):
        part = lists[start : start + block]
        cosines[start : start + block] = (unit[part].sum(axis=1) ** 2).sum(axis=1) - own[part].sum(axis=1)
    pairs = sizes * (sizes - 1)
    distances: Values = np.full(len(lists), np.nan)
    np.divide(pairs - cosines, pairs, out=distances, where=pairs > 0)
    return distances


def served(lists: Lists) -> Values:
    """Return 1 for users whose list is full, else 0."""
    return np.where((lists >= 0).all(axis=1), 1.0, 0.0)


def _mean_over_list(values: NDArray[Any], lists: Lists) -> Values:
    known = lists >= 0
    sums = (np.append(values, 0.0)[lists] * known).sum(axis=1)
    result: Values = np.full(len(lists), np.nan)
    np.divide(sums, known.sum(axis=1), out=result, where=known.any(axis=1))
    return result
