"""Ratings and kept films of another data set, taken along where both know a film by its IMDb or TMDb id."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dash import Input, Output, State, no_update, set_props
from dash.exceptions import PreventUpdate

from callbacks.errors import notify_error
from callbacks.visitor import own_part
from dashboard.shell_ids import Shell

if TYPE_CHECKING:
    from dash import Dash

    from core.service import CineMatch

__all__ = ["carried", "register"]

_PARTS = {Shell.VISITOR: ("ratings", "hidden", "watched"), Shell.WATCHLIST: ("films",)}


def carried(
    service: "CineMatch", store: object, names: tuple[str, ...], links: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Return a browser's store with what another data set's films are here, None where there is nothing to carry.

    It is done once, when a data set is met for the first time: what is later taken away here does not come back.

    Parameters
    ----------
    store : object
        As assets/js/20-own-films.js writes it.
    names : tuple of str
        Its parts.
    links : mapping
        What `CineMatch.film_links` said of the films, by the data set for which they were kept.
    """
    if not isinstance(store, Mapping):
        return None
    now, former = service.identity(), store.get("dataset", "")
    others: Mapping[str, Any] = found if isinstance(found := store.get("others"), Mapping) else {}
    known = links.get(former) if isinstance(former, str) else None
    if not former or former == now or now in others or not isinstance(known, Mapping):
        return None
    here = service.films_here(known)
    parts = {name: part if isinstance(part := store.get(name), Mapping | list) else {} for name in names}
    taken = {name: _renamed(part, here) for name, part in parts.items()}
    if not any(taken.values()):
        return None
    return {"dataset": now, **taken, "others": {**others, former: parts}}


def _renamed(part: object, here: Mapping[str, str]) -> Any:
    """Return a part of a store, a list of entries or a mapping by film, with the films' ids here."""
    if isinstance(part, list):
        entries = ((entry, here.get(str(entry.get("movie")))) for entry in part if isinstance(entry, Mapping))
        return [{**entry, "movie": int(movie)} for entry, movie in entries if movie is not None]
    return {here[film]: value for film, value in part.items() if film in here} if isinstance(part, Mapping) else {}


def _ids(part: object) -> list[str]:
    if isinstance(part, list):
        return [str(entry.get("movie")) for entry in part if isinstance(entry, Mapping)]
    return [str(film) for film in part] if isinstance(part, Mapping) else []


def register(app: "Dash", service: "CineMatch") -> None:
    """Register the callback."""

    @app.callback(
        Output(Shell.FILM_LINKS, "data"),
        Input(Shell.OWN_SETTLED, "data"),
        State(Shell.VISITOR, "data"),
        State(Shell.WATCHLIST, "data"),
        State(Shell.FILM_LINKS, "data"),
        prevent_initial_call=True,
        on_error=notify_error,
    )
    def carry(settled: int | None, visitor: Any, watchlist: Any, links: Any) -> Any:
        if settled is None:
            raise PreventUpdate
        known = dict(links) if isinstance(links, dict) else {}
        stores = {Shell.VISITOR: visitor, Shell.WATCHLIST: watchlist}
        films: dict[str, None] = {}
        for name, parts in _PARTS.items():
            if moved := carried(service, stores[name], parts, known):
                # Not an output: whatever waits for these stores would wait for this callback at every click.
                set_props(name, {"data": moved})
            own = own_part(stores[name], service)
            for part in parts:
                films |= dict.fromkeys(_ids(own.get(part)))
        now = service.identity()
        updated = {**known, now: service.film_links(films)}
        return no_update if updated[now] == known.get(now) else updated
