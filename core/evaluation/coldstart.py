"""How good recommendations are for somebody who has just begun to rate."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.data.scale import Scale
from core.data.short_profiles import coherent_order, film_kinds
from core.data.splits import Split
from core.errors import InvalidInputError
from core.evaluation.benchmark import Configs, fit_on, metric_values
from core.evaluation.measure import Measured, judge_lists, judge_ratings, predicted_below
from core.evaluation.protocols import Protocol
from core.evaluation.runs import MetricValue
from core.progress import Progress, part_of, silent
from core.recommenders.base import Recommender
from core.recommenders.parts.top_n import top_n
from core.recommenders.registry import loadable_keys

__all__ = [
    "SIZES",
    "ColdStartCurve",
    "ProfileKind",
    "Visitors",
    "cold_start_curve",
    "draw_visitors",
    "judge_profiles",
]

ProfileKind = Literal["random", "coherent"]
"""``random``: a visitor's ratings in random order. ``coherent``: the best-liked films of the visitor's most telling
kind (`core.data.short_profiles`), as people begin."""
SIZES: dict[ProfileKind, tuple[int, ...]] = {"random": (0, 1, 3, 5, 10), "coherent": (1, 3, 5, 8)}
_TEST_AT_LEAST = 5
"""Ratings that a visitor must have beyond the largest profile, to be tested on."""


@dataclass(frozen=True)
class Visitors:
    """Users of whom training knows nothing, each with ratings in the order in which they are given.

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
            Profile.of(items[:size], ratings[:size], order=range(len(items[:size])))
            for items, ratings in zip(self.items, self.ratings, strict=True)
        ]


@dataclass(frozen=True)
class ColdStartCurve:
    """Metrics by algorithm and size of the profile: ``curves[key][size]["liked_ndcg@10"]``."""

    dataset: dict[str, Any]
    profiles: ProfileKind
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
    sizes: Sequence[int] | None = None,
    *,
    profiles: ProfileKind = "random",
    fraction: float = 0.2,
    seed: int = 42,
    max_users: int | None = 2000,
    configs: Configs | None = None,
    progress: Progress | None = None,
) -> ColdStartCurve:
    """Measure algorithms on visitors with few ratings, folded in without training.

    A share of the users is taken out of the training part altogether. Each of them comes back as a visitor whose
    ratings arrive in random order, or with the best-liked films of one kind first: the lists made after 1, 3, 5 ...
    ratings, and the stars predicted then, are compared with the ratings that no profile holds.

    Parameters
    ----------
    sizes : sequence of int, optional
        By default those of `SIZES`.
    profiles : str
        ``random`` or ``coherent``, `ProfileKind`.
    fraction : float
        Share of the users who become visitors; of these count those with enough ratings.
    max_users : int, optional
        At most so many visitors.
    """
    chosen = SIZES[profiles] if sizes is None else tuple(sizes)
    longest = max(chosen)
    visitors = draw_visitors(dataset, longest, profiles=profiles, fraction=fraction, seed=seed, max_users=max_users)
    wanted = tuple(keys if keys is not None else loadable_keys())
    curves: dict[str, dict[int, dict[str, MetricValue]]] = {}
    for key, model, _, share in fit_on(visitors.split.train, wanted, configs or {}, progress or silent):
        if key not in wanted:
            continue
        curves[key] = {}
        for number, size in enumerate(chosen):
            part_of(share, number / len(chosen), (number + 1) / len(chosen))(0.0, f"{model.title}: {size} ratings")
            measured = judge_profiles(model, visitors, visitors.profiles(size), seed)
            curves[key][size] = metric_values(measured, seed)
    order = {
        "random": f"their ratings in random order; tested on what comes after the first {longest}",
        "coherent": "the best-liked films of each one's most telling genre or decade first, by stars; tested on all "
        f"ratings but the first {longest} of these",
    }[profiles]
    return ColdStartCurve(
        dataset={"name": dataset.name, "fingerprint": dataset.fingerprint},
        profiles=profiles,
        how=f"{dataset.name}: {len(visitors.users):,} visitors of whom training knows nothing (seed {seed}), "
        f"{order}.",
        visitors=len(visitors.users),
        seed=seed,
        curves=curves,
    )


def draw_visitors(
    dataset: Dataset,
    longest: int,
    *,
    profiles: ProfileKind = "random",
    fraction: float = 0.2,
    seed: int = 42,
    max_users: int | None = None,
) -> Visitors:
    """Take users out of training and put their ratings into the order in which they are given.

    Raises
    ------
    InvalidInputError
        When nobody has enough ratings, or of one kind enough liked films, and for profiles that do not exist.
    """
    if profiles not in get_args(ProfileKind):
        raise InvalidInputError(f"Profiles are {' or '.join(get_args(ProfileKind))}, not {profiles!r}.")
    rng = np.random.default_rng(seed)
    counts = np.diff(dataset.user_indptr)
    able = np.flatnonzero(counts >= longest + _TEST_AT_LEAST)
    most = min(round(fraction * dataset.n_users), len(able), max_users or dataset.n_users)
    draw = _random_orders if profiles == "random" else _coherent_orders
    orders = dict(sorted(islice(draw(dataset, able, most, longest, rng), most)))
    if not orders:
        liked = f", {longest} of them for liked films of one kind," if profiles == "coherent" else ""
        needed = f"{longest + _TEST_AT_LEAST} ratings{liked}"
        raise InvalidInputError(f"No user of {dataset.name} has the {needed} that this measurement needs.")
    users = np.fromiter(orders, dtype=np.int32)
    held_out = np.isin(dataset.rating_users(), users)
    test = held_out.copy()
    items, ratings = [], []
    for user, order in orders.items():
        shown = dataset.user_indptr[user] + order
        items.append(dataset.user_items[shown])
        ratings.append(dataset.user_ratings[shown] * np.float32(0.5))
        test[shown] = False
    split = Split(
        train=dataset.with_ratings(~held_out),
        test_users=dataset.rating_users()[test],
        test_items=dataset.user_items[test],
        test_ratings=dataset.user_ratings[test] * np.float32(0.5),
        description={
            **{"kind": "visitors", "profiles": profiles, "seed": seed},
            **{"users": len(users), "shown": longest},
        },
    )
    return Visitors(split, users, items, ratings)


def _random_orders(
    dataset: Dataset, able: NDArray[np.intp], most: int, longest: int, rng: np.random.Generator
) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Yield random users, and places within their rows in random order."""
    counts = np.diff(dataset.user_indptr)
    for user in np.sort(rng.choice(able, most, replace=False)).tolist():
        yield user, rng.permutation(int(counts[user]))[:longest]


def _coherent_orders(
    dataset: Dataset, able: NDArray[np.intp], _most: int, longest: int, rng: np.random.Generator
) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Yield random users who like enough films of one kind, and the places of the best-liked of these."""
    kinds, liked_from = film_kinds(dataset), Scale.of(dataset).liked_from
    for user in rng.permutation(able).tolist():
        found = coherent_order(kinds, dataset.profile(user), longest, liked_from, rng)
        if found is not None:
            yield user, found[1][:longest]


def judge_profiles(model: Recommender, visitors: Visitors, profiles: Sequence[Profile], seed: int) -> Measured:
    """Ask for every visitor's list and stars, given a profile each, and compare them with the test part."""
    split = visitors.split
    ranking = Protocol(kind="ranking", seed=seed)
    lists = np.full((len(visitors.users), max(ranking.k)), -1, dtype=np.int32)
    predicted = np.empty(len(split.test_users), dtype=np.float32)
    bounds = np.searchsorted(split.test_users, np.append(visitors.users, split.train.n_users))
    below = np.full(len(visitors.users), np.nan)
    for row, profile in enumerate(profiles):
        scores = model.score(profile)
        # What only a longer profile would hold is not tested on either: it can be no hit, so it is no miss.
        scores[visitors.items[row]] = np.nan
        best = top_n(scores, lists.shape[1])
        lists[row, : len(best)] = best
        below[row] = predicted_below(model, profile, best[: ranking.k[0]])
        span = slice(int(bounds[row]), int(bounds[row + 1]))
        predicted[span] = model.predict(profile, split.test_items[span])
    of_lists = judge_lists(lists, visitors.users, split, ranking, below)
    of_stars = judge_ratings(predicted, split, Protocol(kind="ratings", split="random", seed=seed))
    return Measured(of_lists.statistics | of_stars.statistics, of_lists.scalars | of_stars.scalars, {})
