"""Ranked lists side by side, as data for the element that draws them (assets/js/33-side-by-side.js)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.views import ListItem, SimilarMovie
from dashboard.components.film_data import film_data
from dashboard.components.light import Node, own

__all__ = ["SideColumn", "side_by_side", "side_by_side_data"]


@dataclass(frozen=True, slots=True)
class SideColumn:
    """One list, best first, as deep as places are told."""

    key: str
    name: str
    items: Sequence[ListItem | SimilarMovie]
    note: str = ""
    href: str | None = None
    asked: dict[str, Any] | None = None
    """For whom and by what the list was made, for those who ask why a film is on it."""


def side_by_side(component_id: str, *, table: bool) -> Node:
    """Return the element; callbacks fill its property ``data``, with `list_state` where there is nothing to compare.

    Parameters
    ----------
    table : bool
        Whether small screens get a table of places, for few lists, or all lists, to scroll sideways.
    """
    return own("SideBySide", id=component_id, data=None, table=table)


def side_by_side_data(columns: Sequence[SideColumn], count: int, against: str) -> dict[str, Any]:
    """Return lists as the element draws them.

    Parameters
    ----------
    columns : sequence of SideColumn
    count : int
        Films of each that are drawn; of those further down places are told.
    against : str
        What the first list, against which the others are measured, is called in a sentence.
    """
    ranks: dict[int, dict[str, int]] = {}
    films: dict[int, Any] = {}
    for column in columns:
        for rank, item in enumerate(column.items, start=1):
            ranks.setdefault(item.movie_id, {})[column.key] = rank
            if rank <= count and item.movie_id not in films:
                films[item.movie_id] = film_data(item)
    asked = {column.key: column.asked for column in columns if column.asked is not None}
    return {
        "columns": [
            {
                "key": column.key,
                "name": column.name,
                "note": column.note,
                "href": column.href,
                "films": [item.movie_id for item in column.items[:count]],
            }
            for column in columns
        ],
        "films": {str(movie): film for movie, film in films.items()},
        "ranks": {str(movie): ranks[movie] for movie in films},
        "count": count,
        "against": against,
        "asked": asked or None,
    }
