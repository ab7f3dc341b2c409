"""Training and test parts of a data set; nothing of a test rating reaches the training part."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.errors import InvalidInputError

__all__ = [
    "Split",
    "draw_users",
    "hold_out",
    "holdout_per_user",
    "k_folds",
    "leave_last",
    "random_holdout",
    "random_users",
    "temporal",
]


@dataclass(frozen=True)
class Split:
    """A training part over the same users and movies, and the ratings held out from it.

    Attributes
    ----------
    train : Dataset
        Same dense indices as the whole; counts and means are the training part's alone.
    test_users : ndarray of int32, shape (n_test,), ascending
    test_items : ndarray of int32, shape (n_test,), ascending within a user
    test_ratings : ndarray of float32, shape (n_test,)
        Stars.
    description : dict
        Kind of split, its parameters, seed and sizes: what has to be told with every number measured on it.
    """

    train: Dataset
    test_users: NDArray[np.int32]
    test_items: NDArray[np.int32]
    test_ratings: NDArray[np.float32]
    description: dict[str, Any] = field(default_factory=dict)


def k_folds(dataset: Dataset, folds: int = 5, seed: int = 42) -> Iterator[Split]:
    """Yield the splits of a shuffled k-fold over ratings: every rating is held out exactly once.

    Raises
    ------
    InvalidInputError
        When there are fewer than two folds or fewer ratings than folds.
    """
    if not 2 <= folds <= dataset.n_ratings:
        raise InvalidInputError(f"The number of folds must be between 2 and {dataset.n_ratings}, not {folds}.")
    order = np.random.default_rng(seed).permutation(dataset.n_ratings)
    for fold, part in enumerate(np.array_split(order, folds)):
        held_out = np.zeros(dataset.n_ratings, dtype=bool)
        held_out[part] = True
        yield hold_out(dataset, held_out, {"kind": "folds", "folds": folds, "fold": fold, "seed": seed})


def random_holdout(dataset: Dataset, fraction: float = 0.2, seed: int = 42) -> Split:
    """Hold out a random share of all ratings."""
    _check_fraction(fraction)
    order = np.random.default_rng(seed).permutation(dataset.n_ratings)
    held_out = np.zeros(dataset.n_ratings, dtype=bool)
    held_out[order[: round(fraction * dataset.n_ratings)]] = True
    return hold_out(dataset, held_out, {"kind": "random", "fraction": fraction, "seed": seed})


def holdout_per_user(dataset: Dataset, fraction: float = 0.2, seed: int = 42) -> Split:
    """Hold out a random share, rounded down, of every user's ratings.

    Users with too few ratings for one to be held out stay in training only.
    """
    _check_fraction(fraction)
    draw = np.random.default_rng(seed).random(dataset.n_ratings)
    counts = np.diff(dataset.user_indptr)
    rank = _rank_within_user(dataset, draw)
    held_out = rank < np.floor(counts * fraction + 1e-9)[dataset.rating_users()]
    return hold_out(dataset, held_out, {"kind": "per-user", "fraction": fraction, "seed": seed})


def leave_last(dataset: Dataset, k: int = 1, seed: int = 42, *, shuffled: bool = False) -> Split:
    """Hold out the last `k` ratings of every user who has more than `k`; of equal times a lot decides which is later.

    Who has a rating without a time (0) is not asked about: it may have been the last. `description` counts these
    as ``untimed_users``, and as ``tied_users`` those for whom the lot decided what was held out.

    Parameters
    ----------
    shuffled : bool
        The control: hold out the same ratings and deal each user's other times anew among the other ratings, so that
        all that is left to learn from is what was rated, not in which order.

    Raises
    ------
    InvalidInputError
        When the data set has no times.
    """
    if k < 1:
        raise InvalidInputError(f"At least one rating per user must be left out, not {k}.")
    _check_times(dataset)
    lot = np.random.default_rng(seed).random(dataset.n_ratings)
    counts = np.diff(dataset.user_indptr)
    users, times = dataset.rating_users(), dataset.user_times.astype(np.int64)
    rank = _rank_within_user(dataset, lot, -times)
    untimed = np.bincount(users[times == 0], minlength=dataset.n_users) > 0
    asked = (counts > k) & ~untimed
    held_out = (rank < k) & asked[users]
    latest, rest = (np.zeros(dataset.n_users, dtype=np.int64) for _ in range(2))
    latest[users[rank == k]] = times[rank == k]
    rest[users[rank == k - 1]] = times[rank == k - 1]
    described = {
        "kind": "leave-last-shuffled" if shuffled else "leave-last",
        "k": k,
        "seed": seed,
        "tied_users": int((asked & (latest == rest)).sum()),
        "untimed_users": int(untimed.sum()),
    }
    return hold_out(_dealt_anew(dataset, ~held_out, seed) if shuffled else dataset, held_out, described)


def temporal(dataset: Dataset, fraction: float = 0.2) -> Split:
    """Hold out the most recent share of all ratings: the model sees nothing that came after the cut.

    Ratings given in the very second of the cut stay together in training, and so do ratings without a time (0), which
    ``description["untimed_ratings"]`` counts. Users who came after the cut have an empty training profile;
    ``description["cold_users"]`` counts them.

    Raises
    ------
    InvalidInputError
        When the data set has no times to cut by, or more than the share to hold out was given in its last second.
    """
    _check_fraction(fraction)
    _check_times(dataset)
    ordered = np.sort(dataset.user_times)
    cut = int(ordered[len(ordered) - 1 - round(fraction * (len(ordered) - 1))])
    if cut == int(ordered[-1]):
        latest = int((ordered == cut).sum())
        raise InvalidInputError(
            f"{dataset.name} cannot be split by time: {latest:,} of its {len(ordered):,} ratings were given in the "
            f"same second, the latest ({cut}), more than the {fraction:.0%} to hold out. Use another split, such as "
            "per-user."
        )
    untimed = int((dataset.user_times == 0).sum())
    described = {"kind": "temporal", "fraction": fraction, "cut": cut, "untimed_ratings": untimed}
    return hold_out(dataset, dataset.user_times > cut, described)


def draw_users(dataset: Dataset, max_ratings: int, seed: int) -> NDArray[np.bool_]:
    """Draw random users who have at most `max_ratings` together; one of those who rated anything at least.

    Returns
    -------
    ndarray of bool, shape (n_users,)
        All users where the data set is small enough.
    """
    if dataset.n_ratings <= max_ratings:
        return np.ones(dataset.n_users, dtype=bool)
    lengths = np.diff(dataset.user_indptr)
    order = np.random.default_rng(seed).permutation(dataset.n_users)
    order = order[lengths[order] > 0]
    some = max(int(np.searchsorted(np.cumsum(lengths[order]), max_ratings, side="right")), 1)
    drawn = np.zeros(dataset.n_users, dtype=bool)
    drawn[order[:some]] = True
    return drawn


def random_users(dataset: Dataset, max_ratings: int, seed: int) -> Dataset:
    """Return all ratings of the users that `draw_users` draws.

    Returns
    -------
    Dataset
        Of these users alone, in their old order, over all movies; the data set itself when it is small enough.
    """
    if dataset.n_ratings <= max_ratings:
        return dataset
    drawn = draw_users(dataset, max_ratings, seed)
    lengths, users = np.diff(dataset.user_indptr), np.flatnonzero(drawn)
    ratings = np.flatnonzero(np.repeat(drawn, lengths))
    return Dataset.from_dense(
        np.repeat(np.arange(len(users), dtype=np.int32), lengths[users]),
        dataset.user_items[ratings],
        dataset.user_ratings[ratings],
        dataset.user_times[ratings],
        user_ids=dataset.user_ids[users],
        table=dataset.movies,
        name=dataset.name,
        source=dataset.source,
    )


def _rank_within_user(dataset: Dataset, *keys: NDArray[Any]) -> NDArray[np.int64]:
    # The place of every rating among its user's, by ascending keys, the last of which counts most.
    users = dataset.rating_users()
    order = np.lexsort((*keys, users))
    rank = np.empty(dataset.n_ratings, dtype=np.int64)
    rank[order] = np.arange(dataset.n_ratings) - dataset.user_indptr[users]
    return rank


def _dealt_anew(dataset: Dataset, among: NDArray[np.bool_], seed: int) -> Dataset:
    """Return the data set with each user's times dealt anew among those of his ratings that a mask names."""
    users = dataset.rating_users()
    times = dataset.user_times.copy()
    lot = np.random.default_rng([seed, 1]).random(dataset.n_ratings)
    places = np.flatnonzero(among)
    times[places] = times[places[np.lexsort((lot[places], users[places]))]]
    return Dataset.from_dense(
        users,
        dataset.user_items,
        dataset.user_ratings,
        times,
        user_ids=dataset.user_ids,
        user_source_ids=dataset.user_source_ids,
        table=dataset.movies,
        name=dataset.name,
        source=dataset.source,
    )


def _check_times(dataset: Dataset) -> None:
    if dataset.n_ratings == 0 or int(dataset.user_times.max()) == int(dataset.user_times.min()):
        raise InvalidInputError(
            f"{dataset.name} has no timestamps, so it cannot be split by time. Use another split, such as "
            "per-user, or import it again with its column of times (timestamp=...)."
        )


def _check_fraction(fraction: float) -> None:
    if not 0 < fraction < 1:
        raise InvalidInputError(f"The share to hold out must lie between 0 and 1, not {fraction}.")


def hold_out(dataset: Dataset, held_out: NDArray[np.bool_], description: dict[str, Any]) -> Split:
    """Hold out the ratings that a mask over all names, in the data set's order.

    Raises
    ------
    InvalidInputError
        When the training or the test part would be empty.
    """
    if not held_out.any() or held_out.all():
        raise InvalidInputError(
            f"{dataset.name} with {dataset.n_ratings} ratings is too small for this split: one side is empty."
        )
    users = dataset.rating_users()[held_out]
    train = dataset.with_ratings(~held_out)
    test_users = np.unique(users)
    cold = int((np.diff(train.user_indptr)[test_users] == 0).sum())
    return Split(
        train=train,
        test_users=users,
        test_items=np.array(dataset.user_items[held_out]),
        test_ratings=dataset.user_ratings[held_out] * np.float32(0.5),
        description={
            **description,
            "train_ratings": train.n_ratings,
            "test_ratings": int(held_out.sum()),
            "test_users": len(test_users),
            "cold_users": cold,
        },
    )
