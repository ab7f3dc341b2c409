"""Ratings and kept films of another data set, taken along where both know a film by its IMDb or TMDb id."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from dash import Input, Output, State, no_update, set_props

from callbacks.errors import notify_error
from callbacks.visitor import own_part
from dashboard.shell_ids import Shell

if TYPE_CHECKING:
    from dash import Dash

    from core.data.movies import MovieTable
    from core.service import CineMatch

__all__ = ["carried", "links_of", "register"]

_PARTS = {Shell.VISITOR: ("ratings", "hidden"), Shell.WATCHLIST: ("films",)}
_MOST_FILMS = 20_000


def links_of(service: "CineMatch", films: Iterable[str]) -> dict[str, list[int]]:
    """Return IMDb and TMDb id of films, 0 where unknown; films that have neither or are not here are left out."""
    movies = service.dataset.movies
    numbers = [int(film) for film in films if str(film).isdigit() and len(str(film)) < 19][:_MOST_FILMS]
    found = {}
    for number in numbers:
        place = int(np.searchsorted(movies.ids, number))
        if place < len(movies) and int(movies.ids[place]) == number:
            ids = [int(movies.imdb_ids[place]), int(movies.tmdb_ids[place])]
            if any(ids):
                found[str(number)] = ids
    return found


def carried(
    service: "CineMatch", store: object, names: tuple[str, ...], links: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Return a browser's store with what another data set's films are here, None where there is nothing to carry.

    It is done once, when a data set is met for the first time: what is later taken away here does not come back.

    Parameters
    ----------
    store : object
        As assets/js/15-datasets.js writes it.
    names : tuple of str
        Its parts.
    links : mapping
        `links_of` the films, by the data set for which they were kept.
    """
    if not isinstance(store, Mapping):
        return None
    now, former = service.dataset.identity, store.get("dataset", "")
    others: Mapping[str, Any] = found if isinstance(found := store.get("others"), Mapping) else {}
    known = links.get(former) if isinstance(former, str) else None
    if not former or former == now or now in others or not isinstance(known, Mapping):
        return None
    here = _films_here(service.dataset.movies, known)
    parts = {name: part if isinstance(part := store.get(name), Mapping) else {} for name in names}
    taken = {
        name: {here[film]: value for film, value in part.items() if film in here} for name, part in parts.items()
    }
    if not any(taken.values()):
        return None
    return {"dataset": now, **taken, "others": {**others, former: parts}}


def _films_here(movies: "MovieTable", links: Mapping[str, Any]) -> dict[str, str]:
    """Return this data set's id of every film that it knows by IMDb or, failing that, by TMDb."""
    found: dict[str, str] = {}
    for column, ids in ((0, movies.imdb_ids), (1, movies.tmdb_ids)):
        wanted = {
            pair[column]: film
            for film, pair in links.items()
            if isinstance(pair, list) and len(pair) == 2 and isinstance(pair[column], int) and pair[column] > 0
        }
        if wanted:
            places = np.flatnonzero(np.isin(ids, np.array(list(wanted), dtype=np.int64)))
            for place in places.tolist():
                found.setdefault(wanted[int(ids[place])], str(int(movies.ids[place])))
    return found


def register(app: "Dash", service: "CineMatch") -> None:
    """Register the callback."""

    @app.callback(
        Output(Shell.FILM_LINKS, "data"),
        Input(Shell.VISITOR, "data"),
        Input(Shell.WATCHLIST, "data"),
        State(Shell.FILM_LINKS, "data"),
        on_error=notify_error,
    )
    def carry(visitor: Any, watchlist: Any, links: Any) -> Any:
        known = dict(links) if isinstance(links, dict) else {}
        stores = {Shell.VISITOR: visitor, Shell.WATCHLIST: watchlist}
        films: dict[str, None] = {}
        for name, parts in _PARTS.items():
            if moved := carried(service, stores[name], parts, known):
                # Not an output: whatever waits for these stores would wait for this callback at every click.
                set_props(name, {"data": moved})
            own = own_part(stores[name], service)
            for part in parts:
                films |= dict.fromkeys(own.get(part) or {})
        now = service.dataset.identity
        updated = {**known, now: links_of(service, films)}
        return no_update if updated[now] == known.get(now) else updated
