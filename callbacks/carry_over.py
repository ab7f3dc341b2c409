"""Ratings and kept films of another data set, taken along where both know a film by its IMDb or TMDb id."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dash import Input, Output, State, no_update, set_props

from callbacks.errors import notify_error
from callbacks.visitor import own_part
from dashboard.shell_ids import Shell

if TYPE_CHECKING:
    from dash import Dash

    from core.service import CineMatch

__all__ = ["carried", "register"]

_PARTS = {Shell.VISITOR: ("ratings", "hidden", "rated", "watched"), Shell.WATCHLIST: ("films",)}


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
    parts = {name: part if isinstance(part := store.get(name), Mapping) else {} for name in names}
    taken = {
        name: {here[film]: value for film, value in part.items() if film in here} for name, part in parts.items()
    }
    if not any(taken.values()):
        return None
    return {"dataset": now, **taken, "others": {**others, former: parts}}


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
        now = service.identity()
        updated = {**known, now: service.film_links(films)}
        return no_update if updated[now] == known.get(now) else updated
