"""Lists of films as data for the element that draws them (assets/js/26-film-list.js)."""

from collections.abc import Sequence
from typing import Any

from core.views import MovieView, NextMovie, RecommendationList, SimilarMovie
from dashboard.components.film_data import FilmData, average_film, recommended_film, similar_film
from dashboard.components.light import Node, own

__all__ = ["catalogue_list", "film_list", "list_state", "recommendation_list", "similar_list"]

FilmListData = dict[str, Any]
"""What one list shows: its films with what can be done to them, or why there are none."""


def film_list(component_id: str, waiting: int, found: FilmListData | None = None, follows: str | None = None) -> Node:
    """Return the element of a list; callbacks fill its property ``list``.

    Parameters
    ----------
    waiting : int
        How many grey cards stand there before.
    follows : str, optional
        Id of what is made from the same: ``shown`` changes when a list stands there and this is in sight.
    """
    return own("FilmList", id=component_id, waiting=waiting, list=found, follows=follows)


def list_state(title: str, advice: str, *, error: bool = False) -> FilmListData:
    """Return why there are no films, and what to do."""
    return {"films": [], "state": {"title": title, "advice": advice, "error": error}}


def recommendation_list(
    found: RecommendationList,
    *,
    visitor: bool = False,
    films: Sequence[int] = (),
    hint: str = "",
    friend: str | None = None,
    without: Sequence[int] = (),
    before: RecommendationList | None = None,
) -> FilmListData:
    """Return a recommendation list, or why it is empty.

    Parameters
    ----------
    visitor : bool
        Whether the list is for this browser's person, who can then act on it.
    films : sequence of int
        Films that stand for the person's taste, where the list was made from those alone.
    hint : str
        What to do when the list is empty.
    friend : str, optional
        By what the browser knows the friend whose list it is.
    without : sequence of int
        Films of the person's whose ratings do not count.
    before : RecommendationList, optional
        The list as it was, against which each film's place is marked.
    """
    if not found.items:
        return list_state("No film qualifies", hint or "Widen the filters: fewer genres, more years, fewer ratings.")
    return {
        "films": _films(found, before),
        "className": "card-grid",
        "ranked": True,
        "actions": ["why", "keep", "hide", "rate"] if visitor else ["why", "keep"],
        "asked": {
            "algorithm": found.algorithm,
            "user": found.user_id,
            "films": list(films) or None,
            **({} if friend is None else {"friend": friend}),
            **({"without": list(without)} if without else {}),
            "own": found.wish.own if found.wish is not None else {},
        },
    }


def _films(found: RecommendationList, before: RecommendationList | None) -> list[FilmData]:
    """Return the films, each with by how many places it stands higher than before; null where it is new."""
    films = [recommended_film(item) for item in found.items]
    if before is not None:
        ranks = {item.movie_id: item.rank for item in before.items}
        for film in films:
            was = ranks.get(film["movie"])
            film["shift"] = None if was is None else was - film["rank"]
    return films


def catalogue_list(movies: Sequence[MovieView]) -> FilmListData:
    """Return films of the catalogue, which stay where they are when they are rated."""
    return {
        "films": [average_film(movie) for movie in movies],
        "className": "card-grid",
        "ranked": False,
        "actions": ["keep", "rate"],
        "asked": None,
    }


def similar_list(movies: Sequence[SimilarMovie | NextMovie]) -> FilmListData:
    """Return a film's neighbours, or what was watched after it, in one line."""
    films = [similar_film(movie) for movie in movies]
    return {"films": films, "className": "rail", "ranked": False, "actions": [], "asked": None}
