"""Lists as they are served: what was found, with the data set's own ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.lists.match import list_matches
from core.lists.reranking import recommend_wished
from core.views import ListItem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from core.data.dataset import Dataset
    from core.data.profile import Profile
    from core.lists.match import MatchMap
    from core.lists.requests import ListRequest
    from core.recommenders.base import Recommender

__all__ = ["list_items"]


def list_items(
    dataset: Dataset,
    model: Recommender,
    profile: Profile,
    request: ListRequest,
    mask: NDArray[np.bool_] | None,
    match: MatchMap | None,
) -> list[ListItem]:
    """Return the rows of a list, best first.

    Parameters
    ----------
    mask : ndarray of bool, shape (n_movies,), or None
        What passes the request's filters; None when all do.
    match : MatchMap or None
        As measured for the model; None where nothing was.
    """
    found = recommend_wished(model, profile, request.n, request.wish, request.exclude_rated, mask)
    spread = model.spread(profile, found.items)
    whole = mask is None and request.exclude_rated and not request.wish.active
    matches = list_matches(match, model, profile, found.items, found.predicted, spread, whole=whole)
    movies = dataset.movies
    return [
        ListItem(
            rank=rank,
            movie_id=int(movies.ids[item]),
            title=movies.title(item),
            year=movies.year(item),
            genres=movies.genres(item),
            score=score,
            predicted_rating=_known(predicted),
            predicted_spread=_known(around),
            match=_known(likely),
            source_id=movies.source_id(item),
        )
        for rank, (item, score, predicted, around, likely) in enumerate(
            zip(
                found.items.tolist(),
                found.scores.tolist(),
                found.predicted.tolist(),
                spread.tolist(),
                matches.tolist(),
                strict=True,
            ),
            start=1,
        )
    ]


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None
