"""Asking a fitted recommender about held-out ratings, and what every user contributes to each metric."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.splits import Split
from core.evaluation import beyond
from core.evaluation.metrics import RANKING_METRICS, calibration, error_statistics
from core.evaluation.protocols import Protocol
from core.evaluation.statistic import UserStatistic
from core.progress import Progress
from core.recommenders.base import Recommender
from core.recommenders.parts.top_n import top_n

__all__ = ["Measured", "Ranked", "judge_lists", "judge_ratings", "measure_ranking", "measure_ratings", "rank_users"]

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
    """

    users: NDArray[np.int32]
    lists: NDArray[np.int32]
    scores: NDArray[np.float32]


def measure_ratings(model: Recommender, split: Split, protocol: Protocol, progress: Progress) -> Measured:
    """Predict held-out stars from training profiles; see `judge_ratings`."""
    train = split.train
    rows = np.flatnonzero(_test_rows(split, protocol))
    users, items = split.test_users[rows], split.test_items[rows]
    predicted = np.full(len(split.test_users), np.nan, dtype=np.float32)
    for user, span in _by_user(users, progress, f"{model.key}: predicting"):
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
    return judge_lists(ranked.lists, ranked.users, split, protocol)


def judge_lists(lists: NDArray[np.int32], users: NDArray[np.int32], split: Split, protocol: Protocol) -> Measured:
    """Compare lists with what was held out.

    Parameters
    ----------
    lists : ndarray of int32, shape (len(users), max(k))
        Dense movie indices, best first, -1 where a list is shorter; none of the user's training movies.
    users : ndarray of int32, ascending
    """
    train = split.train
    hits, relevant = _hits(lists, users, split, protocol)
    statistics: dict[str, UserStatistic] = {}
    for k in protocol.k:
        for name, metric in RANKING_METRICS.items():
            statistics[f"{name}@{k}"] = _spread(metric(hits, relevant, k), users, train.n_users)
    shown = protocol.k[0]
    top = lists[:, :shown]
    of_lists = {
        f"novelty@{shown}": beyond.novelty(top, train),
        f"diversity@{shown}": beyond.intra_list_diversity(top, train.movies.genre_matrix()),
        f"popularity@{shown}": beyond.list_popularity(top, train),
        f"served@{shown}": beyond.served(top),
    }
    for name, values in of_lists.items():
        statistics[name] = _spread(values, users, train.n_users)
    scalars = {
        f"coverage@{shown}": beyond.coverage(top, train.n_movies),
        f"gini@{shown}": beyond.gini(top, train.n_movies),
    }
    return Measured(statistics, scalars, {})


def rank_users(
    model: Recommender, split: Split, protocol: Protocol, progress: Progress, depth: int | None = None
) -> Ranked:
    """Return the lists of all test users, `depth` long: by default as long as the protocol looks at."""
    train = split.train
    users = np.unique(split.test_users[_test_rows(split, protocol)])
    lists = np.full((len(users), depth or max(protocol.k)), -1, dtype=np.int32)
    found = np.full(lists.shape, np.nan, dtype=np.float32)
    for user, span in _by_user(users, progress, f"{model.key}: ranking"):
        profile = train.profile(user)
        scores = model.score(profile)
        scores[profile.items] = np.nan
        best = top_n(scores, lists.shape[1])
        lists[span.start, : len(best)] = best
        found[span.start, : len(best)] = scores[best]
    return Ranked(users, lists, found)


def _hits(
    lists: NDArray[np.int32], users: NDArray[np.int32], split: Split, protocol: Protocol
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    n_movies = split.train.n_movies
    liked = np.isin(split.test_users, users)
    if protocol.relevance is not None:
        liked &= split.test_ratings >= protocol.relevance
    # Users ascend and so do movies within a user: the keys are sorted.
    wanted = split.test_users[liked].astype(np.int64) * n_movies + split.test_items[liked]
    listed = users[:, None].astype(np.int64) * n_movies + lists
    place = np.searchsorted(wanted, listed)
    found = np.append(wanted, -1)[place] == listed
    relevant = np.bincount(split.test_users[liked], minlength=split.train.n_users)[users]
    return found & (lists >= 0), relevant


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
