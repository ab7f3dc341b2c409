"""What selects of users and of films offer while people type, on whatever page they stand."""

from typing import TYPE_CHECKING, Any

from dash import Input, Output, State
from dash.exceptions import PreventUpdate

from callbacks.errors import notify_error
from core.views import number_of
from dashboard.components.film_select import FILMS_OFFERED, film_options
from dashboard.components.tag_select import TAGS_OFFERED, tag_options
from dashboard.components.user_select import user_options

if TYPE_CHECKING:
    from collections.abc import Callable

    from dash import Dash

    from core.service import CineMatch

    _Offer = Callable[[str | None, Any], list[dict[str, str]]]

__all__ = ["offer_films", "offer_tags", "offer_users", "user_name"]


def user_name(service: "CineMatch", user_id: int | str) -> str:
    """Return what a stored user is called: the source's own id where ids are text, else the number."""
    (user,) = service.users(keep=[user_id], limit=0)
    return user.source_id or str(user.user_id)


def _while_typing(app: "Dash", select: str) -> "Callable[[_Offer], _Offer]":
    return app.callback(
        Output(select, "data"),
        Input(select, "searchValue"),
        State(select, "value"),
        prevent_initial_call=True,
        on_error=notify_error,
    )


def offer_users(app: "Dash", service: "CineMatch", select: str) -> None:
    """Register the callback of a select of one stored user."""

    @_while_typing(app, select)
    def users(text: str | None, value: str | None) -> list[dict[str, str]]:
        return user_options(service.users(text or "", [number_of(value, "viewer")] if value else []))


def offer_films(app: "Dash", service: "CineMatch", select: str, *, many: bool = False) -> None:
    """Register the callback of a select of a film, or of several."""

    @_while_typing(app, select)
    def films(text: str | None, value: Any) -> list[dict[str, str]]:
        if not text:
            # The field empties itself when a film is chosen, before the choice arrives here: options without
            # the film would take it away again.
            raise PreventUpdate
        chosen = list(value or []) if many else [value] if value else []
        found = service.search(text, limit=FILMS_OFFERED).items
        return film_options(found, [service.movie(number_of(film, "film")) for film in chosen])


def offer_tags(app: "Dash", service: "CineMatch", select: str) -> None:
    """Register the callback of a select of tags."""

    @_while_typing(app, select)
    def tags(text: str | None, value: list[str] | None) -> list[dict[str, str]]:
        return tag_options(service.tags(text or "", TAGS_OFFERED), value or [])
