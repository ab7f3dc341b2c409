"""Lists of many people at once, as columns: what a batch writes, whichever engine runs it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.profile import Profile
from core.data.user_rows import UserRows
from core.recommenders.base import Recommender

__all__ = ["COLUMNS", "lists_of"]

COLUMNS: dict[str, np.dtype[Any]] = {
    "user_id": np.dtype(np.int64),
    "rank": np.dtype(np.int32),
    "movie_id": np.dtype(np.int64),
    "score": np.dtype(np.float32),
    "predicted_rating": np.dtype(np.float32),
}


def lists_of(rows: UserRows, model: Recommender, n: int) -> dict[str, NDArray[Any]]:
    """Return the lists of users who have rated something.

    Parameters
    ----------
    rows : UserRows
    model : Recommender
        Fitted.
    n : int
        Films for each at most.

    Returns
    -------
    dict of ndarray
        `COLUMNS`: users in their order, ranks from 1; ``predicted_rating`` in stars, NaN where the model has none.
    """
    ids = np.asarray(model.dataset.movies.ids)
    made: list[tuple[NDArray[Any], ...]] = []
    for user in np.flatnonzero(np.diff(rows.user_indptr)).tolist():
        listed = model.recommend(_profile(rows, user), n)
        count = len(listed.items)
        made.append(
            (
                np.full(count, rows.user_ids[user]),
                np.arange(1, count + 1),
                ids[listed.items],
                listed.scores,
                listed.predicted,
            )
        )
    columns = zip(*made, strict=True) if made else ((),) * len(COLUMNS)
    return {
        name: np.concatenate([np.empty(0, dtype=kind), *parts]).astype(kind)
        for (name, kind), parts in zip(COLUMNS.items(), columns, strict=True)
    }


def _profile(rows: UserRows, user: int) -> Profile:
    span = slice(int(rows.user_indptr[user]), int(rows.user_indptr[user + 1]))
    stars = rows.user_ratings[span] * np.float32(0.5)
    return Profile(rows.user_items[span], stars, rows.first_user + user, rows.user_times[span])
