"""Accuracy of rankings and of predicted ratings, per user and vectorised over users.

Conventions of rankings: relevance is binary (`core.evaluation.relevance` says what is relevant), the ideal list of
NDCG is truncated at k, Recall@k divides by all relevant movies. A list shorter than k counts as if it were filled
with misses. `graded_ndcg` alone knows more than hit and miss: the stars.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluation.statistic import UserStatistic

__all__ = [
    "RANKING_METRICS",
    "average_precision",
    "calibration",
    "error_statistics",
    "graded_ndcg",
    "hit_rate",
    "listed",
    "ndcg",
    "precision",
    "recall",
    "reciprocal_rank",
    "star_gains",
]

Hits = NDArray[np.bool_]
Counts = NDArray[np.integer[Any]]
Values = NDArray[np.float64]


def recall(hits: Hits, relevant: Counts, k: int) -> Values:
    """Return Recall@k: hits among the first k, divided by the number of relevant movies.

    Parameters
    ----------
    hits : ndarray of bool, shape (n_users, at least k)
        Whether the movie at each rank is relevant.
    relevant : ndarray of int, shape (n_users,)
        How many movies are relevant to each user; where none is, the result is NaN.
    k : int
    """
    return _divide(hits[:, :k].sum(axis=1), relevant)


def precision(hits: Hits, relevant: Counts, k: int) -> Values:
    """Return Precision@k: hits among the first k, divided by k."""
    return np.where(relevant > 0, hits[:, :k].sum(axis=1) / k, np.nan)


def hit_rate(hits: Hits, relevant: Counts, k: int) -> Values:
    """Return 1 where one of the first k is relevant, else 0."""
    return np.where(relevant > 0, hits[:, :k].any(axis=1).astype(np.float64), np.nan)


def ndcg(hits: Hits, relevant: Counts, k: int) -> Values:
    """Return NDCG@k with binary gains and discount ``1 / log2(rank + 1)``.

    Järvelin and Kekäläinen (2002), Cumulated gain-based evaluation of IR techniques, ACM TOIS 20(4), in the form
    of Burges et al. (2005); the ideal list holds ``min(k, relevant)`` hits.
    """
    width = min(k, hits.shape[1])
    discounts = 1 / np.log2(np.arange(2, k + 2))
    gained = hits[:, :width] @ discounts[:width]
    ideal = np.concatenate(([0.0], np.cumsum(discounts)))[np.minimum(relevant, k)]
    return _divide(gained, ideal)


def average_precision(hits: Hits, relevant: Counts, k: int) -> Values:
    """Return AP@k: precision at each hit's rank, summed and divided by ``min(k, relevant)``.

    Its mean over users is MAP@k, as in the Million Song Dataset Challenge (McFee et al., 2012).
    """
    found = hits[:, :k]
    at_rank = np.cumsum(found, axis=1) / np.arange(1, found.shape[1] + 1)
    return _divide((at_rank * found).sum(axis=1), np.minimum(relevant, k))


def reciprocal_rank(hits: Hits, relevant: Counts, k: int) -> Values:
    """Return one over the rank of the first hit within the first k, 0 without one (Voorhees, TREC-8, 1999)."""
    found = hits[:, :k]
    first = (
        np.where(found.any(axis=1), 1 / (found.argmax(axis=1) + 1), 0.0) if found.shape[1] else np.zeros(len(hits))
    )
    return np.where(relevant > 0, first, np.nan)


def graded_ndcg(gains: Values, ideal: Values, k: int) -> Values:
    """Return NDCG@k of graded gains with discount ``1 / log2(rank + 1)``; of gains 0 and 1 it is `ndcg`.

    Parameters
    ----------
    gains : ndarray of float64, shape (n_users, at least k or the lists' length)
        Of the movie at each rank, 0 where nothing is known of it.
    ideal : ndarray of float64, shape (n_users, any)
        Gains of the user's best movies, descending, 0 behind the last; where all are 0, the result is NaN.
    k : int
    """
    discounts = 1 / np.log2(np.arange(2, k + 2))
    width, best = min(k, gains.shape[1]), min(k, ideal.shape[1])
    return _divide(gains[:, :width] @ discounts[:width], ideal[:, :best] @ discounts[:best])


def star_gains(stars: NDArray[np.floating[Any]], highest: float) -> Values:
    """Return what a movie with so many stars is worth in a list: ``(2**stars - 1) / (2**highest - 1)``.

    Burges et al. (2005), Learning to rank using gradient descent, ICML '05, section 6, with stars as the grades and
    scaled to 1 for the highest: of five stars 1, .48, .23, .10 and .03. No stars (0) are worth nothing.
    """
    return np.asarray((np.exp2(stars.astype(np.float64)) - 1) / (2.0**highest - 1), dtype=np.float64)


def listed(hits: Hits, k: int) -> Values:
    """Return how many of the first k are hits."""
    return np.asarray(hits[:, :k].sum(axis=1), dtype=np.float64)


RANKING_METRICS: dict[str, Callable[[Hits, Counts, int], Values]] = {
    "ndcg": ndcg,
    "recall": recall,
    "precision": precision,
    "map": average_precision,
    "mrr": reciprocal_rank,
    "hit_rate": hit_rate,
}
"""Per-user ranking metrics by the name that results carry between the relevance and ``@k``: ``liked_ndcg@10``."""


def error_statistics(
    users: NDArray[np.int32],
    predicted: NDArray[np.floating[Any]],
    actual: NDArray[np.floating[Any]],
    n_users: int,
) -> dict[str, UserStatistic]:
    """Return RMSE and MAE of predicted ratings, over ratings (micro) and as means over users.

    Parameters
    ----------
    users : ndarray of int32, shape (n,)
        Dense user of each rating.
    predicted, actual : ndarray of float, shape (n,)
        Stars.
    n_users : int

    Returns
    -------
    dict of UserStatistic
        ``rmse``, ``mae`` weigh every rating alike; ``rmse_user``, ``mae_user`` every user.
    """
    error = predicted.astype(np.float64) - actual
    counts = np.bincount(users, minlength=n_users).astype(np.float64)
    squared = np.bincount(users, weights=error**2, minlength=n_users).astype(np.float64)
    absolute = np.bincount(users, weights=np.abs(error), minlength=n_users).astype(np.float64)
    return {
        "rmse": UserStatistic(squared, counts, root=True),
        "mae": UserStatistic(absolute, counts),
        "rmse_user": UserStatistic.mean(np.sqrt(_divide(squared, counts))),
        "mae_user": UserStatistic.mean(_divide(absolute, counts)),
    }


def calibration(
    predicted: NDArray[np.floating[Any]], actual: NDArray[np.floating[Any]]
) -> tuple[float, list[dict[str, float]]]:
    """Return how far predicted stars are from the stars that were given, on average, where they are predicted.

    Predictions are put into bins of half a star. The error is the mean over bins of the distance between the mean
    prediction and the mean rating, weighted by the bins' counts: the expected calibration error of Naeini et
    al. (2015), for ratings in place of probabilities.

    Returns
    -------
    error : float
        In stars; NaN without predictions.
    bins : list of dict
        ``predicted`` and ``actual`` mean stars and ``count`` of every bin that is not empty, ascending.
    """
    if not len(predicted):
        return float("nan"), []
    bins = np.rint(predicted.astype(np.float64) * 2).astype(np.int64)
    bins -= bins.min()
    counts = np.bincount(bins)
    means = np.bincount(bins, weights=predicted), np.bincount(bins, weights=actual)
    rows = [
        {"predicted": float(said / count), "actual": float(was / count), "count": int(count)}
        for said, was, count in zip(*means, counts, strict=True)
        if count
    ]
    error = sum(abs(row["predicted"] - row["actual"]) * row["count"] for row in rows) / len(predicted)
    return float(error), rows


def _divide(numerators: NDArray[Any], denominators: NDArray[Any]) -> Values:
    result = np.full(np.shape(numerators), np.nan)
    np.divide(numerators, denominators, out=result, where=np.asarray(denominators) > 0)
    return result
