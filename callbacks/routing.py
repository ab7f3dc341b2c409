"""From the address to a page."""

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from dash import ClientsideFunction, Input, Output, State
from dash.exceptions import PreventUpdate

from callbacks.errors import notify_error
from core.display.titles import format_movie_title
from core.errors import InvalidInputError, UnknownIdError
from dashboard.address import query_of
from dashboard.pages import not_found
from dashboard.pages.analytics import layout as analytics
from dashboard.pages.analytics.ids import Analytics, WhatIf
from dashboard.pages.home import layout as home
from dashboard.pages.movie import layout as movie
from dashboard.pages.movie.ids import Movie
from dashboard.pages.recommend import layout as recommend
from dashboard.pages.recommend.ids import Recommend
from dashboard.pages.search import layout as search
from dashboard.pages.search.ids import Search
from dashboard.pages.system import layout as system
from dashboard.pages.together import layout as together
from dashboard.pages.together.ids import Together
from dashboard.shell_ids import Shell

if TYPE_CHECKING:
    from dash import Dash
    from dash.development.base_component import Component

    from core.service import CineMatch

__all__ = ["register", "render"]

_PAGES = {
    "/": ("CineMatch", home.layout),
    "/recommend": ("Recommendations", recommend.layout),
    "/together": ("Together", together.layout),
    "/analytics": ("Analytics", analytics.layout),
    "/search": ("Films", search.layout),
    "/system": ("System", system.layout),
}
_ADDRESSES = (
    Recommend.ADDRESS,
    Together.ADDRESS,
    Search.ADDRESS,
    Movie.ADDRESS,
    Analytics.ADDRESS,
    Analytics.RUN_ADDRESS,
    Analytics.SIMILAR_ADDRESS,
    WhatIf.ADDRESS,
)
_MOVIE = re.compile(r"/movie/([^/]{1,600})")


def render(service: "CineMatch", path: str, search_string: str) -> tuple["Component", str]:
    """Return the page of a path (without the application's prefix) and its title."""
    path = "/" + path.strip("/")
    query = query_of(search_string)
    if path in _PAGES:
        title, layout = _PAGES[path]
        return layout(service, query), title if title == "CineMatch" else f"{title} · CineMatch"
    found = _MOVIE.fullmatch(path)
    if found:
        try:
            movie_id = service.movie(unquote(found.group(1))).movie_id
            page = movie.layout(service, query, movie_id)
        except (UnknownIdError, InvalidInputError) as error:
            return not_found.layout(str(error)), "Not found · CineMatch"
        return page, f"{format_movie_title(service.movie(movie_id).title)} · CineMatch"
    return not_found.layout(f"There is no page {path}."), "Not found · CineMatch"


def register(app: "Dash", service: "CineMatch") -> None:
    """Register the callbacks that every page shares: routing, titles, navigation, the visitor's memory."""

    @app.callback(
        Output(Shell.PAGE, "children"),
        Output(Shell.TITLE, "data"),
        Input(Shell.ROUTE, "data"),
        on_error=notify_error,
    )
    def show_page(route: dict[str, str] | None) -> tuple[Any, str]:
        if route is None:
            raise PreventUpdate
        return render(service, app.strip_relative_path(route["pathname"]) or "/", route["search"])

    app.clientside_callback(
        ClientsideFunction("cinematch", "route"),
        Output(Shell.ROUTE, "data"),
        Output(Shell.BURGER, "opened"),
        Input(Shell.URL, "pathname"),
        Input(Shell.URL, "search"),
    )
    app.clientside_callback(
        ClientsideFunction("cinematch", "title"), Output(Shell.TITLE, "id"), Input(Shell.TITLE, "data")
    )
    app.clientside_callback(
        ClientsideFunction("cinematch", "burger"),
        Output(Shell.APP, "navbar"),
        Output(Shell.NAVBAR, "className"),
        Output(Shell.BURGER, "aria-label"),
        Input(Shell.BURGER, "opened"),
        State(Shell.APP, "navbar"),
    )
    app.clientside_callback(
        ClientsideFunction("cinematch", "remember"), Output(Shell.VISITOR, "id"), Input(Shell.VISITOR, "data")
    )
    app.clientside_callback(
        ClientsideFunction("cinematch", "remember_watchlist"),
        Output(Shell.WATCHLIST, "id"),
        Input(Shell.WATCHLIST, "data"),
    )
    for address in _ADDRESSES:
        app.clientside_callback(
            ClientsideFunction("cinematch", "write_address"), Output(address, "id"), Input(address, "data")
        )
