"""The map of films: drawn in the background, coloured by one's own match."""

import time
from typing import TYPE_CHECKING, Any

from dash import ClientsideFunction, Input, Output, State
from dash.exceptions import PreventUpdate

from callbacks.drawn_jobs import draw_when_done
from callbacks.errors import notify_error
from callbacks.jobs.asked import asked_jobs
from callbacks.visitor import Visitor
from core.errors import InvalidInputError
from core.progress import Progress
from core.service import MAX_LIST
from dashboard.address import href
from dashboard.components.job_list import Jobs
from dashboard.pages.analytics.ids import Map
from dashboard.pages.analytics.map_panel import map_view
from dashboard.shell_ids import Shell

if TYPE_CHECKING:
    from dash import Dash

    from core.service import CineMatch

__all__ = ["register"]

_MAP = "film-map"


def register(app: "Dash", service: "CineMatch") -> None:
    """Register the callbacks."""
    jobs = asked_jobs(app)

    def draw(report: Progress, order: dict[str, Any]) -> dict[str, Any]:
        service.film_maps.draw(order["algorithm"], report)
        return {}

    jobs.add(_MAP, draw)

    @app.callback(
        Output(Jobs.ASKED, "data", allow_duplicate=True),
        Input(Map.DRAW, "n_clicks"),
        State(Map.ASKED, "data"),
        prevent_initial_call=True,
        on_error=notify_error,
    )
    def order(clicks: int | None, asked: dict[str, str]) -> float:
        if not clicks:
            raise PreventUpdate
        key = asked["algorithm"]
        name = next(status.name for status in service.models() if status.key == key)
        jobs.ask(_MAP, f"Map of films by {name}", {"algorithm": key}, href("/analytics", tab="map", **asked))
        return time.time()

    def drawn(asked: dict[str, str]) -> Any:
        return map_view(service, asked["algorithm"], asked["colour"])

    draw_when_done(app, _MAP, Map.VIEW, Map.ASKED, drawn)

    @app.callback(
        Output(Map.MATCHES, "data"),
        Output(Map.ADDRESS, "data"),
        Input(Map.COLOUR, "value"),
        State(Shell.OWN_FILMS, "data"),
        State(Map.ASKED, "data"),
        on_error=notify_error,
    )
    def matches(colour: str, visitor: Any, asked: dict[str, str]) -> tuple[Any, Any]:
        address = href("/analytics", tab="map", algorithm=asked["algorithm"], colour=colour)
        if colour != "match":
            return None, address
        ratings = Visitor.of(visitor, service).ratings
        if not ratings:
            raise InvalidInputError("You have not rated a film yet: rate some on Recommend, then come back.")
        found = service.recommend(ratings=ratings, n=MAX_LIST)
        # Where no match was measured, the place in the list stands for it.
        shares = {
            str(item.movie_id): round(1 - item.rank / len(found.items) if item.match is None else item.match, 3)
            for item in found.items
        }
        return shares, address

    app.clientside_callback(
        ClientsideFunction("cinematch", "film_map"),
        Output(Map.FOUND, "title"),
        Input(Map.DATA, "data"),
        Input(Map.COLOUR, "value"),
        Input(Map.MATCHES, "data"),
        Input(Map.SEARCH, "value"),
    )
