"""Lists as they are served: what was found, with the data set's own ids."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from core.lists.match import list_matches
from core.lists.reranking import recommend_wished
from core.service.profiles import profile_of
from core.views import ListItem

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.data.dataset import Dataset
    from core.data.profile import Profile
    from core.lists.match import MatchMap
    from core.lists.requests import GroupRequest, ListRequest
    from core.recommenders.base import Recommender
    from core.recommenders.results import Recommendations
    from core.views import GroupList

__all__ = ["group_answer", "items_of", "list_items"]


def list_items(
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
    found = recommend_wished(model, profile, request.n, request.wish, request.exclude_rated, mask, request.near)
    whole = mask is None and request.exclude_rated and not request.wish.active
    return items_of(model, profile, found, match, leaders=found.items if whole else None)


def items_of(
    model: Recommender,
    profile: Profile,
    found: Recommendations,
    match: MatchMap | None,
    *,
    leaders: NDArray[np.int32] | None = None,
) -> list[ListItem]:
    """Return what was found as rows, ranked as they stand; `leaders` as of `core.lists.match.list_matches`."""
    spread = model.spread(profile, found.items)
    matches = list_matches(match, model, profile, found.items, found.predicted, spread, leaders)
    movies = model.dataset.movies
    return [
        ListItem(
            rank=rank,
            movie_id=film.movie_id,
            title=film.title,
            year=film.year,
            genres=[*film.genres],
            score=score,
            predicted_rating=_known(predicted),
            predicted_spread=_known(around),
            match=_known(likely),
            source_id=film.source_id,
        )
        for rank, (film, score, predicted, around, likely) in enumerate(
            zip(
                map(movies.facts, found.items.tolist()),
                found.scores.tolist(),
                found.predicted.tolist(),
                spread.tolist(),
                matches.tolist(),
                strict=True,
            ),
            start=1,
        )
    ]


def group_answer(
    dataset: Dataset, model: Recommender, request: GroupRequest, mask: NDArray[np.bool_] | None
) -> GroupList:
    """Return movies for several people together; `mask` is what passes the request's filters, None when all do."""
    from core.lists.group_views import group_list
    from core.lists.groups import recommend_group

    started = time.perf_counter()
    profiles = [profile_of(dataset, viewer) for viewer in request.viewers]
    found = recommend_group(model, profiles, request.n, request.method, mask)
    return group_list(dataset, profiles, found, round((time.perf_counter() - started) * 1000, 3))


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
