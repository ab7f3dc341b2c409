"""The shelves of a visitor's first page, as they are served: each order scored once, stars predicted once for all."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from core.display.titles import short_title
from core.lists.groups import relative
from core.lists.match import PLACES
from core.lists.requests import ProfileRequest
from core.lists.shelves import ShelfPlan, fill_shelves, plan_shelves
from core.recommenders.parts.top_n import top_n
from core.recommenders.results import Recommendations
from core.service.lists import items_of
from core.service.profiles import profile_of
from core.views import Shelf, Shelves

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from core.data.dataset import Dataset
    from core.data.profile import Profile
    from core.lists.match import MatchMap
    from core.lists.requests import ShelvesRequest
    from core.lists.shelves import ShelfOrder
    from core.recommenders.base import Recommender
    from core.views import Filters, ListItem, Reading

__all__ = ["shelves_answer"]


def shelves_answer(
    model: Recommender,
    request: ShelvesRequest,
    mask: Callable[[Filters], NDArray[np.bool_] | None],
    match: MatchMap | None,
    read: Callable[[str], Reading],
) -> Shelves:
    """Return a visitor's shelves, none without ratings.

    Parameters
    ----------
    mask : callable
        Which movies pass filters; None for all.
    match : MatchMap or None
        As measured for the model; None where nothing was.
    read : callable
        What a sentence asks for.
    """
    started = time.perf_counter()
    dataset = model.dataset
    profile = profile_of(dataset, ProfileRequest(ratings=request.ratings))
    shelves: list[Shelf] = []
    if len(profile):
        standing = [dataset.movie_index(movie) for movie in request.standing]
        orders = _orders(model, profile, request)
        own = orders["own"].copy()
        leaders = top_n(own, PLACES)
        unwanted = [dataset.movie_index(movie) for movie in request.unwanted]
        for scores in orders.values():
            scores[unwanted] = np.nan
        friend = None if request.friend is None else request.friend[0]
        plans = plan_shelves(dataset, profile, request.watchlist, standing, friend)
        filled = fill_shelves(dataset, orders, plans, request.n, mask)
        if filled:
            items = np.concatenate([items for _, items in filled])
            found = Recommendations(model.key, items, own[items], model.predict(profile, items))
            rows = iter(items_of(model, profile, found, match, leaders=leaders))
            shelves = [_shelf(dataset, plan, list(islice(rows, len(items))), read) for plan, items in filled]
    took_ms = round((time.perf_counter() - started) * 1000, 3)
    return Shelves(model.key, dataset.name, shelves, took_ms)


def _orders(model: Recommender, profile: Profile, request: ShelvesRequest) -> dict[ShelfOrder, NDArray[np.float32]]:
    """Return scores by order, NaN for what is rated, without the orders that the algorithm or the person lacks."""
    orders: dict[ShelfOrder, NDArray[np.float32]] = {"own": model.score(profile)}
    if model.loves:
        orders["next"] = model.ordered(lately=1.0).score(profile)
    if request.friend is not None:
        other = profile_of(model.dataset, ProfileRequest(ratings=request.friend[1]))
        both = relative(orders["own"], profile.items) + relative(model.score(other), other.items)
        both[other.items] = np.nan
        orders["friend"] = both
    for scores in orders.values():
        scores[profile.items] = np.nan
    return orders


def _shelf(dataset: Dataset, plan: ShelfPlan, rows: list[ListItem], read: Callable[[str], Reading]) -> Shelf:
    items = [replace(row, rank=rank) for rank, row in enumerate(rows, start=1)]
    movie = None if plan.about is None else int(dataset.movies.ids[plan.about])
    say = None if plan.about is None else _said(dataset, plan.about, read)
    return Shelf(plan.key, plan.title, plan.reason, items, movie, plan.filters, plan.wish, say)


def _said(dataset: Dataset, item: int, read: Callable[[str], Reading]) -> str | None:
    """Return the sentence that asks for what is like a movie; None where it would be taken for something else."""
    sentence = f"like {short_title(dataset.movies.title(item), include_year=False)}"
    meant = str(dataset.movies.source_id(item) or int(dataset.movies.ids[item]))
    return sentence if [(part.kind, part.value) for part in read(sentence).parts] == [("film", meant)] else None
