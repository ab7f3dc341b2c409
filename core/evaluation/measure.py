"""Asking a fitted recommender about held-out ratings, and what every user contributes to each metric."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.profile import Profile
from core.data.splits import Split
from core.evaluation import beyond
from core.evaluation.metrics import (
    RANKING_METRICS,
    calibration,
    error_statistics,
    graded_ndcg,
    listed,
    star_gains,
)
from core.evaluation.protocols import Protocol
from core.evaluation.relevance import RELEVANCES, metric_name, scale_of
from core.evaluation.statistic import UserStatistic
from core.progress import Progress
from core.recommenders.base import Recommender
from core.recommenders.parts.top_n import top_n

__all__ = [
    "Measured",
    "Ranked",
    "judge_lists",
    "judge_ratings",
    "measure_ranking",
    "measure_ratings",
    "predicted_below",
    "rank_users",
]

_STEPS = 50
"""How many times at most progress is reported per algorithm and split."""


@dataclass
class Measured:
    """What one algorithm did on one or more splits.

    Attributes
    ----------
    statistics : dict of UserStatistic
        Metrics that are averages over users, all over the same users.
    scalars : dict of float
        Metrics of all lists together.
    details : dict
        Tables behind a metric, such as calibration bins.
    """

    statistics: dict[str, UserStatistic]
    scalars: dict[str, float]
    details: dict[str, Any]


@dataclass(frozen=True)
class Ranked:
    """The lists of all test users.

    Attributes
    ----------
    users : ndarray of int32, shape (n_test_users,), ascending
    lists : ndarray of int32, shape (n_test_users, depth)
        Dense movie indices, best first, -1 where the model has no more to say; no training movies.
    scores : ndarray of float32, shape (n_test_users, depth)
        What the lists are ordered by, NaN where a list is shorter.
    below : ndarray of float64, shape (n_test_users,)
        Which share of the films that are shown the model itself predicts below the profile's mean; see
        `predicted_below`.
    """

    users: NDArray[np.int32]
    lists: NDArray[np.int32]
    scores: NDArray[np.float32]
    below: NDArray[np.float64]


def measure_ratings(model: Recommender, split: Split, protocol: Protocol, progress: Progress) -> Measured:
    """Predict held-out stars from training profiles; see `judge_ratings`."""
    train = split.train
    rows = np.flatnonzero(_test_rows(split, protocol))
    users, items = split.test_users[rows], split.test_items[rows]
    predicted = np.full(len(split.test_users), np.nan, dtype=np.float32)
    for user, span in _by_user(users, progress, f"{model.title}: predicting"):
        predicted[rows[span]] = model.predict(train.profile(user), items[span])
    return judge_ratings(predicted, split, protocol)


def judge_ratings(predicted: NDArray[np.float32], split: Split, protocol: Protocol) -> Measured:
    """Compare predicted with held-out stars.

    A rating that nothing was predicted for gets the user's training mean (the global mean without one), so that
    all algorithms are measured on the same ratings; ``predictable`` is the share that needed no such help.

    Parameters
    ----------
    predicted : ndarray of float32, shape (n_test,)
        In the order of the split's test ratings; NaN where there is no prediction.
    """
    train = split.train
    keep = _test_rows(split, protocol)
    users, actual, predicted = split.test_users[keep], split.test_ratings[keep], predicted[keep]
    unknown = ~np.isfinite(predicted)
    fallback = np.where(np.diff(train.user_indptr) > 0, train.user_means, train.global_mean)
    predicted = np.where(unknown, fallback[users], predicted)
    statistics = error_statistics(users, predicted, actual, train.n_users)
    statistics["predictable"] = UserStatistic(
        np.bincount(users[~unknown], minlength=train.n_users).astype(np.float64),
        np.bincount(users, minlength=train.n_users).astype(np.float64),
    )
    error, bins = calibration(predicted, actual)
    return Measured(statistics, {"calibration_error": error}, {"calibration": bins})


def measure_ranking(model: Recommender, split: Split, protocol: Protocol, progress: Progress) -> Measured:
    """Rank the full catalogue for every test user and compare the lists with what was held out."""
    ranked = rank_users(model, split, protocol, progress)
    return judge_lists(ranked.lists, ranked.users, split, protocol, ranked.below)


def judge_lists(
    lists: NDArray[np.int32],
    users: NDArray[np.int32],
    split: Split,
    protocol: Protocol,
    below: NDArray[np.float64] | None = None,
) -> Measured:
    """Compare lists with what was held out, once by what was liked and once by all that was rated.

    Parameters
    ----------
    lists : ndarray of int32, shape (len(users), max(k))
        Dense movie indices, best first, -1 where a list is shorter; none of the user's training movies.
    users : ndarray of int32, ascending
    below : ndarray of float64, shape (len(users),), optional
        `predicted_below` of every list, which becomes ``below_mean``.

    Returns
    -------
    Measured
        Every metric of `RANKING_METRICS` for both relevances; at the length that is shown also ``liked`` and
        ``disliked`` (how many of a list's films were held out with such stars), ``graded_ndcg`` and what lists are
        like otherwise. Details say under ``relevance`` where liking begins.
    """
    train, shown = split.train, protocol.k[0]
    scale = scale_of(split, protocol.liked_from)
    # No stars (0) where a listed film was not held out from the user.
    stars = _stars_of_lists(lists, users, split)
    of_users: dict[str, NDArray[np.float64]] = {}
    for relevance in RELEVANCES:
        least = scale.liked_from if relevance == "liked" else 0.0
        hits = (stars > 0) & (stars >= least)
        relevant = np.bincount(split.test_users[split.test_ratings >= least], minlength=train.n_users)[users]
        for k in protocol.k:
            for name, metric in RANKING_METRICS.items():
                of_users[metric_name(name, relevance, k)] = metric(hits, relevant, k)
    best = star_gains(_best_stars(users, split, shown), scale.highest)
    top = lists[:, :shown]
    of_users |= {
        f"liked@{shown}": listed(stars >= scale.liked_from, shown),
        f"disliked@{shown}": listed((stars > 0) & (stars < scale.disliked_below), shown),
        f"graded_ndcg@{shown}": graded_ndcg(star_gains(stars, scale.highest), best, shown),
        f"below_mean@{shown}": np.full(len(users), np.nan) if below is None else below,
        f"novelty@{shown}": beyond.novelty(top, train),
        f"diversity@{shown}": beyond.intra_list_diversity(top, train.movies.genre_matrix()),
        f"popularity@{shown}": beyond.list_popularity(top, train),
        f"served@{shown}": beyond.served(top),
    }
    scalars = {
        f"coverage@{shown}": beyond.coverage(top, train.n_movies),
        f"gini@{shown}": beyond.gini(top, train.n_movies),
    }
    statistics = {name: _spread(values, users, train.n_users) for name, values in of_users.items()}
    return Measured(statistics, scalars, {"relevance": asdict(scale)})


def predicted_below(model: Recommender, profile: Profile, items: NDArray[np.int32]) -> float:
    """Return which share of listed films a model predicts below the mean of the profile's ratings.

    The mean is the plain one of the profile's stars, without shrinkage. NaN for an empty profile and for a model
    that predicts none of these films' stars.
    """
    if not len(profile):
        return float("nan")
    predicted = model.predict(profile, items)
    known = predicted[np.isfinite(predicted)]
    return float((known < profile.ratings.mean(dtype=np.float64)).mean()) if len(known) else float("nan")


def rank_users(
    model: Recommender, split: Split, protocol: Protocol, progress: Progress, depth: int | None = None
) -> Ranked:
    """Return the lists of all test users, `depth` long: by default as long as the protocol looks at."""
    train = split.train
    users = np.unique(split.test_users[_test_rows(split, protocol)])
    lists = np.full((len(users), depth or max(protocol.k)), -1, dtype=np.int32)
    found = np.full(lists.shape, np.nan, dtype=np.float32)
    below = np.full(len(users), np.nan)
    for user, span in _by_user(users, progress, f"{model.title}: ranking"):
        profile = train.profile(user)
        scores = model.score(profile)
        scores[profile.items] = np.nan
        best = top_n(scores, lists.shape[1])
        lists[span.start, : len(best)] = best
        found[span.start, : len(best)] = scores[best]
        below[span.start] = predicted_below(model, profile, best[: protocol.k[0]])
    return Ranked(users, lists, found, below)


def _stars_of_lists(lists: NDArray[np.int32], users: NDArray[np.int32], split: Split) -> NDArray[np.float32]:
    """Return the held-out stars of every listed film, 0 where it was not held out from the user."""
    n_movies = split.train.n_movies
    # Users ascend and so do movies within a user: the keys are sorted.
    held_out = split.test_users.astype(np.int64) * n_movies + split.test_items
    listed_keys = users[:, None].astype(np.int64) * n_movies + lists
    place = np.searchsorted(held_out, listed_keys)
    found = (np.append(held_out, -1)[place] == listed_keys) & (lists >= 0)
    return np.where(found, np.append(split.test_ratings, np.float32(0))[place], np.float32(0))


def _best_stars(users: NDArray[np.int32], split: Split, k: int) -> NDArray[np.float32]:
    """Return the stars of every user's k best-rated held-out films, descending, 0 behind the last."""
    order = np.lexsort((-split.test_ratings, split.test_users))
    starts = np.searchsorted(split.test_users, users)
    counts = np.searchsorted(split.test_users, users, side="right") - starts
    places = np.arange(k)
    rows = np.append(order, len(order))[np.minimum(starts[:, None] + places, len(order))]
    stars = np.append(split.test_ratings, np.float32(0))[rows]
    return np.where(places < counts[:, None], stars, np.float32(0))


def _spread(values: NDArray[np.float64], users: NDArray[np.int32], n_users: int) -> UserStatistic:
    # Over all users of the data set, so that the users of several splits line up.
    everyone = np.full(n_users, np.nan)
    everyone[users] = values
    return UserStatistic.mean(everyone)


def _test_rows(split: Split, protocol: Protocol) -> NDArray[np.bool_]:
    users = np.unique(split.test_users)
    if protocol.max_users is None or len(users) <= protocol.max_users:
        return np.ones(len(split.test_users), dtype=bool)
    drawn = np.random.default_rng(protocol.seed).choice(users, protocol.max_users, replace=False)
    return np.isin(split.test_users, drawn)


def _by_user(users: NDArray[np.int32], progress: Progress, text: str) -> Iterator[tuple[int, slice]]:
    starts = np.flatnonzero(np.diff(users, prepend=-1))
    ends = np.append(starts[1:], len(users))
    every = max(1, len(starts) // _STEPS)
    for number, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        if number % every == 0:
            progress(number / len(starts), text)
        yield int(users[start]), slice(start, end)
    progress(1.0, text)
