"""How good recommendations are for somebody who has just begun to rate."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.data.splits import Split
from core.errors import InvalidInputError
from core.evaluation.benchmark import Configs, fit_on, metric_values
from core.evaluation.measure import Measured, judge_lists, judge_ratings
from core.evaluation.protocols import Protocol
from core.evaluation.runs import MetricValue
from core.progress import Progress, part_of, silent
from core.recommenders.base import Recommender
from core.recommenders.parts.top_n import top_n
from core.recommenders.registry import loadable_keys

__all__ = ["ColdStartCurve", "Visitors", "cold_start_curve", "draw_visitors", "judge_profiles"]

SIZES = (0, 1, 3, 5, 10)
_TEST_AT_LEAST = 5
"""Ratings that a visitor must have beyond the largest profile, to be tested on."""


@dataclass(frozen=True)
class Visitors:
    """Users of whom training knows nothing, each with their ratings in random order.

    Attributes
    ----------
    split : Split
        Training part without any of their ratings; the test part is what the largest profile leaves over, the
        same for every size.
    users : ndarray of int32, ascending
    items, ratings : list of ndarray
        Per visitor the movies and stars that come into the profile, in the order in which they are given.
    """

    split: Split
    users: NDArray[np.int32]
    items: list[NDArray[np.int32]]
    ratings: list[NDArray[np.float32]]

    def profiles(self, size: int) -> list[Profile]:
        """Return everybody's profile after `size` ratings."""
        return [
            Profile.of(items[:size], ratings[:size]) for items, ratings in zip(self.items, self.ratings, strict=True)
        ]


@dataclass(frozen=True)
class ColdStartCurve:
    """Metrics by algorithm and size of the profile: ``curves[key][size]["ndcg@10"]``."""

    dataset: dict[str, Any]
    how: str
    visitors: int
    seed: int
    curves: dict[str, dict[int, dict[str, MetricValue]]]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


def cold_start_curve(
    dataset: Dataset,
    keys: Sequence[str] | None = None,
    sizes: Sequence[int] = SIZES,
    *,
    fraction: float = 0.2,
    seed: int = 42,
    max_users: int | None = 2000,
    configs: Configs | None = None,
    progress: Progress | None = None,
) -> ColdStartCurve:
    """Measure algorithms on visitors with few ratings, folded in without training.

    A share of the users is taken out of the training part altogether. Each of them comes back as a visitor whose
    ratings arrive in random order: the lists made after 0, 1, 3 ... ratings, and the stars predicted then, are
    compared with the ratings that no profile holds.

    Parameters
    ----------
    fraction : float
        Share of the users who become visitors; of these count those with enough ratings.
    max_users : int, optional
        At most so many visitors.
    """
    visitors = draw_visitors(dataset, max(sizes), fraction=fraction, seed=seed, max_users=max_users)
    wanted = tuple(keys if keys is not None else loadable_keys())
    curves: dict[str, dict[int, dict[str, MetricValue]]] = {}
    for key, model, _, share in fit_on(visitors.split.train, wanted, configs or {}, progress or silent):
        if key not in wanted:
            continue
        curves[key] = {}
        for number, size in enumerate(sizes):
            part_of(share, number / len(sizes), (number + 1) / len(sizes))(0.0, f"{key}: {size} ratings")
            measured = judge_profiles(model, visitors, visitors.profiles(size), seed)
            curves[key][size] = metric_values(measured, seed)
    return ColdStartCurve(
        dataset={"name": dataset.name, "fingerprint": dataset.fingerprint},
        how=f"{dataset.name}: {len(visitors.users):,} visitors of whom training knows nothing (seed {seed}), their "
        f"ratings in random order; tested on what comes after the first {max(sizes)}.",
        visitors=len(visitors.users),
        seed=seed,
        curves=curves,
    )


def draw_visitors(
    dataset: Dataset, longest: int, *, fraction: float = 0.2, seed: int = 42, max_users: int | None = None
) -> Visitors:
    """Take users out of training and put their ratings into random order.

    Raises
    ------
    InvalidInputError
        When nobody has enough ratings.
    """
    rng = np.random.default_rng(seed)
    counts = np.diff(dataset.user_indptr)
    able = np.flatnonzero(counts >= longest + _TEST_AT_LEAST)
    number = min(round(fraction * dataset.n_users), len(able), max_users or dataset.n_users)
    if number < 1:
        raise InvalidInputError(
            f"No user of {dataset.name} has the {longest + _TEST_AT_LEAST} ratings that this measurement needs."
        )
    users = np.sort(rng.choice(able, number, replace=False)).astype(np.int32)
    held_out = np.isin(dataset.rating_users(), users)
    items, ratings, test = [], [], np.zeros(dataset.n_ratings, dtype=bool)
    for user in users.tolist():
        span = np.arange(dataset.user_indptr[user], dataset.user_indptr[user + 1])
        order = rng.permutation(span)
        shown = order[:longest]
        items.append(dataset.user_items[shown])
        ratings.append(dataset.user_ratings[shown] * np.float32(0.5))
        test[order[longest:]] = True
    split = Split(
        train=dataset.with_ratings(~held_out),
        test_users=dataset.rating_users()[test],
        test_items=dataset.user_items[test],
        test_ratings=dataset.user_ratings[test] * np.float32(0.5),
        description={"kind": "visitors", "seed": seed, "users": number, "shown": longest},
    )
    return Visitors(split, users, items, ratings)


def judge_profiles(model: Recommender, visitors: Visitors, profiles: Sequence[Profile], seed: int) -> Measured:
    """Ask for every visitor's list and stars, given a profile each, and compare them with the test part."""
    split = visitors.split
    ranking = Protocol(kind="ranking", seed=seed)
    lists = np.full((len(visitors.users), max(ranking.k)), -1, dtype=np.int32)
    predicted = np.empty(len(split.test_users), dtype=np.float32)
    bounds = np.searchsorted(split.test_users, np.append(visitors.users, split.train.n_users))
    for row, profile in enumerate(profiles):
        scores = model.score(profile)
        scores[profile.items] = np.nan
        best = top_n(scores, lists.shape[1])
        lists[row, : len(best)] = best
        span = slice(int(bounds[row]), int(bounds[row + 1]))
        predicted[span] = model.predict(profile, split.test_items[span])
    of_lists = judge_lists(lists, visitors.users, split, ranking)
    of_stars = judge_ratings(predicted, split, Protocol(kind="ratings", split="random", seed=seed))
    return Measured(of_lists.statistics | of_stars.statistics, of_lists.scalars | of_stars.scalars, {})
