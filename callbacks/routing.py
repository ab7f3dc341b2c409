"""From the address to a page."""

import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from dash import ClientsideFunction, Input, Output, State
from dash.exceptions import PreventUpdate

from callbacks.errors import notify_error
from core.errors import CineMatchError, InvalidIdError, UnknownIdError
from dashboard.address import query_of
from dashboard.components.light import framed
from dashboard.components.suggestions import SUGGESTED, suggestions
from dashboard.pages import all_pages, not_found
from dashboard.shell_ids import Shell

if TYPE_CHECKING:
    from dash import Dash
    from dash.development.base_component import Component

    from core.service import CineMatch

__all__ = ["first_page", "register", "render"]

log = logging.getLogger("cinematch.web")

_NAME = "CineMatch"
_NOT_FOUND = f"Not found · {_NAME}"


def render(service: "CineMatch", path: str, search_string: str) -> tuple["Component", str]:
    """Return the page of a path (without the application's prefix) and its title."""
    path = "/" + path.strip("/")
    query = query_of(search_string)
    for page in all_pages().values():
        numbers = page.match(path)
        if numbers is None:
            continue
        try:
            shown, title = page.layout(service, query, **numbers), page.title_for(service, **numbers)
        except (UnknownIdError, InvalidIdError) as error:
            return not_found.layout(str(error)), _NOT_FOUND
        return shown, title if title == _NAME else f"{title} · {_NAME}"
    return not_found.layout(f"There is no page {path}."), _NOT_FOUND


def first_page(app: "Dash", service: "CineMatch", opened: str | None) -> dict[str, Any]:
    """Return what the layout is given for the address that a browser opened, so that no second request is needed.

    Parameters
    ----------
    app : Dash
    service : CineMatch
    opened : str or None
        Whole address of the page, as a browser names it when it asks for the layout.

    Returns
    -------
    dict
        Arguments of `dashboard.shell.build_layout`; empty where the browser has to ask for the page by itself, also
        where it cannot be made: the reader is told why by the callback that asks.
    """
    try:
        address = urlsplit(opened or "")
    except ValueError:
        # Any client may send anything in its place.
        return {}
    path = app.strip_relative_path(address.path) if address.path.startswith(app.config.url_base_pathname) else None
    if path is None:
        return {}
    search = f"?{address.query}" if address.query else ""
    try:
        page, title = render(service, path or "/", search)
    except CineMatchError as error:
        log.warning("the page %s is not made with the layout: %s", ascii(path), error)
        return {}
    return {"page": framed(page), "title": title, "route": {"pathname": address.path, "search": search}}


def register(app: "Dash", service: "CineMatch") -> None:
    """Register the callbacks that every page shares: routing, titles, navigation, the visitor's memory."""

    @app.callback(
        Output(Shell.PAGE, "children"),
        Output(Shell.PAGE, "className"),
        Output(Shell.TITLE, "data"),
        Input(Shell.ROUTE, "data"),
        # The first page comes with the layout; where it did not, the first route brings it.
        prevent_initial_call=True,
        on_error=notify_error,
    )
    def show_page(route: dict[str, str] | None) -> tuple[Any, str, str]:
        if route is None:
            raise PreventUpdate
        shown, title = render(service, app.strip_relative_path(route["pathname"]) or "/", route["search"])
        return framed(shown), "page arriving", title

    for field in (Shell.SEARCH, Shell.NAV_SEARCH):
        _suggest(app, service, field)
    app.clientside_callback(
        ClientsideFunction("cinematch", "drawer"), Output(Shell.WHY_DRAWER, "id"), Input(Shell.WHY_DRAWER, "opened")
    )
    app.clientside_callback(
        ClientsideFunction("cinematch", "route"),
        Output(Shell.ROUTE, "data"),
        Output(Shell.BURGER, "opened"),
        Input(Shell.URL, "pathname"),
        Input(Shell.URL, "search"),
        State(Shell.ROUTE, "data"),
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
        ClientsideFunction("cinematch", "remember"), Output(Shell.OWN_FILMS, "data"), Input(Shell.VISITOR, "data")
    )
    app.clientside_callback(
        ClientsideFunction("cinematch", "remember_watchlist"),
        Output(Shell.WATCHLIST, "id"),
        Input(Shell.WATCHLIST, "data"),
    )
    for address in (address for page in all_pages().values() for address in page.addresses):
        app.clientside_callback(
            ClientsideFunction("cinematch", "write_address"), Output(address, "id"), Input(address, "data")
        )


def _suggest(app: "Dash", service: "CineMatch", field: str) -> None:
    """Register the callback that offers films below a field of the header."""

    @app.callback(
        Output(f"{field}-{Shell.SUGGESTIONS}", "children"),
        Input(field, "value"),
        prevent_initial_call=True,
        on_error=notify_error,
    )
    def offer(text: str | None) -> list[Any]:
        words = (text or "").strip()
        return suggestions(field, words, service.search(words, limit=SUGGESTED)) if words else []
