"""Shelves as data for the element that draws them (assets/js/29-shelves.js)."""

from collections.abc import Sequence
from typing import Any

from core.views import Shelf, Shelves
from dashboard.address import FilterState, href, wish_query
from dashboard.components.film_data import FilmData, recommended_film
from dashboard.components.light import Node, own
from dashboard.components.lists import list_state

__all__ = ["shelf_list", "shelves", "starter_shelf"]


def starter_shelf(component_id: str, films: Sequence[FilmData]) -> Node:
    """Return the shelf of films to rate first; the browser leaves out those it knows of."""
    reason = "What you say of these tells most. Your own list follows below at the first star."
    return own("Starters", id=component_id, title="Rate what you have seen", reason=reason, films=list(films))


def shelves(component_id: str) -> Node:
    """Return the element of a visitor's shelves; callbacks fill its property ``found``."""
    return own("Shelves", id=component_id, found=None)


def shelf_list(found: Shelves) -> dict[str, Any]:
    """Return a visitor's shelves, or why there are none."""
    if not found.shelves:
        return list_state("No film is left", "You have rated or waved away all that could stand here.")
    return {"shelves": [_shelf(shelf, found.algorithm) for shelf in found.shelves]}


def _shelf(shelf: Shelf, algorithm: str) -> dict[str, Any]:
    return {
        "key": shelf.key,
        "title": shelf.title,
        "reason": shelf.reason,
        "href": _whole_list(shelf),
        "list": {
            "films": [{**recommended_film(item), "rank": None} for item in shelf.items],
            "className": "rail",
            "ranked": True,
            "actions": ["why", "keep", "hide", "rate"],
            "asked": {"algorithm": algorithm, "user": None, "films": None, "own": shelf.wish.own},
        },
    }


def _whole_list(shelf: Shelf) -> str:
    """Return the address of the list that a shelf is the beginning of."""
    if shelf.key == "friend":
        # The link carries the friend's films, which the browser has (assets/js/29-shelves.js).
        return ""
    if shelf.movie_id is not None and shelf.say is None:
        # No sentence names this film and no other: what is like it stands on its own page.
        return href(f"/movie/{shelf.movie_id}")
    filters = shelf.filters
    years = None if filters.year_min is None or filters.year_max is None else (filters.year_min, filters.year_max)
    state = FilterState(years=years, max_ratings=filters.max_ratings)
    kept = None if filters.movie_ids is None else 1
    asked = {**state.query(), **wish_query(shelf.wish), "watchlist": kept, "say": shelf.say}
    return href("/recommend", mode="me", **asked)
