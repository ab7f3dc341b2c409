"""Peers by key, and what several of them need: nothing of CineMatch, so that any Python that has them runs it."""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import sparse

Task = dict[str, Any]
Options = dict[str, Any]
Peer = Callable[[Task, Options], np.ndarray]

PEERS: dict[str, tuple[str, str, str, Peer]] = {}
"""Key -> kind (``ratings``, ``ranking`` or ``order``), package, title, function."""

SIGNALS = {"all": "all ratings", "liked": "liked ones", "weighted": "weights by stars"}


def peer(key: str, kind: str, package: str, title: str) -> Callable[[Peer], Peer]:
    """Register a peer under a key."""

    def register(function: Peer) -> Peer:
        PEERS[key] = (kind, package, title, function)
        return function

    return register


def lenskit_data(users: np.ndarray, items: np.ndarray, ratings: np.ndarray) -> Any:
    """Return ratings as LensKit's data set."""
    import pandas as pd
    from lenskit.data import from_interactions_df

    return from_interactions_df(pd.DataFrame({"user_id": users, "item_id": items, "rating": ratings}))


def learned_from(task: Task, options: Options) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return users, items and stars of the ratings that a peer's signal names."""
    kept = np.ones(len(task["users"]), dtype=bool)
    if options.get("signal") == "liked":
        kept = task["ratings"] >= float(task["liked_from"])
    return task["users"][kept], task["items"][kept], task["ratings"][kept]


def signal_matrix(task: Task, options: Options) -> Any:
    """Return users times movies: 1 for each rating of the signal, or stars as a share of the highest."""
    users, items, stars = learned_from(task, options)
    weights = stars / stars.max() if options.get("signal") == "weighted" else np.ones(len(users))
    shape = (int(task["n_users"]), int(task["n_movies"]))
    return sparse.csr_matrix((weights.astype(np.float32), (users, items)), shape=shape)
