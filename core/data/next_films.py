"""Held-out films as the next ones: what somebody had rated before each of them."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.data.splits import Split

__all__ = ["NextFilm", "next_films"]

_USERS = 1_000


class NextFilm(NamedTuple):
    """A held-out film and what was rated before it.

    Attributes
    ----------
    before : Profile
        The ratings of the training part that are older than the film's; of equal times a lot decides.
    known : ndarray of int32
        All films of the user in the training part, also those rated later: a model was fitted on them, and none of
        them competes.
    item : int
        The film.
    """

    before: Profile
    known: NDArray[np.int32]
    item: int


def next_films(dataset: Dataset, split: Split, seed: int, each: int = 1) -> Iterator[NextFilm]:
    """Yield held-out films with what is known from before: of up to a thousand users up to `each`, drawn at random.

    Users with a rating without a time (0) yield none: it may have been the last. Neither do films with nothing before
    them.

    Parameters
    ----------
    dataset : Dataset
        What was split.
    """
    rng = np.random.default_rng(seed)
    users = np.unique(split.test_users)
    if len(users) > _USERS:
        users = np.sort(rng.choice(users, _USERS, replace=False))
    for user in users.tolist():
        whole = dataset.profile(user)
        if whole.order is None or not whole.order.min() or whole.order.min() == whole.order.max():
            continue
        start, end = np.searchsorted(split.test_users, [user, user + 1])
        held_out = np.isin(whole.items, split.test_items[start:end])
        rank = np.empty(len(whole), dtype=np.int64)
        rank[np.lexsort((rng.random(len(whole)), whole.order))] = np.arange(len(whole))
        following = np.flatnonzero(held_out & (rank > rank[~held_out].min(initial=len(whole))))
        for place in rng.permutation(following)[:each].tolist():
            before = whole.part(~held_out & (rank < rank[place]))
            yield NextFilm(before, whole.items[~held_out], int(whole.items[place]))
