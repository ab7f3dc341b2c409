"""The kinds of profile that every algorithm must serve."""

from collections.abc import Callable

import numpy as np

from core.data.dataset import Dataset
from core.data.profile import Profile

__all__ = ["PROFILES"]

PROFILES: dict[str, Callable[[Dataset], Profile]] = {
    "stored": lambda dataset: dataset.profile(0),
    "another stored": lambda dataset: dataset.profile(dataset.n_users - 1),
    "visitor": lambda dataset: Profile.of([0, 2, 4, 7], [5.0, 4.5, 4.0, 1.0]),
    "one rating": lambda dataset: Profile.of([3], [4.5]),
    "one bad rating": lambda dataset: Profile.of([3], [0.5]),
    "all the same": lambda dataset: Profile.of([1, 3, 5], [3.0, 3.0, 3.0]),
    "an unrated film": lambda dataset: Profile.of([dataset.n_movies - 1], [4.0]),
    "nearly everything": lambda dataset: Profile.of(
        np.arange(dataset.n_movies - 5), np.tile([2.0, 4.5], dataset.n_movies)[: dataset.n_movies - 5]
    ),
    "empty": lambda dataset: Profile.empty(),
}
"""The kinds of profile that every algorithm must serve."""
