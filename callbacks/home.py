"""The first page: a visitor's shelves, and a list at once from films that are named."""

from typing import TYPE_CHECKING, Any

import dash
from dash import Input, Output, State
from dash.exceptions import PreventUpdate

from callbacks.errors import notify_error
from callbacks.friends import chosen_friends
from callbacks.selects import offer_films
from callbacks.visitor import FILM_STARS, Visitor, watchlist
from core.errors import CineMatchError
from core.lists.requests import ShelvesRequest
from core.views import number_of
from dashboard.components.lists import list_state, recommendation_list
from dashboard.components.shelves import shelf_list
from dashboard.pages.home.ids import Home
from dashboard.pages.home.layout import NOTHING_NAMED
from dashboard.shell_ids import Shell

if TYPE_CHECKING:
    from dash import Dash

    from core.service import CineMatch

__all__ = ["register"]

_LISTED = 6


def register(app: "Dash", service: "CineMatch") -> None:
    """Register the callbacks."""
    offer_films(app, service, Home.FILMS, many=True)

    @app.callback(
        Output(Home.SHELVES, "found"),
        Output(Home.STANDING, "data"),
        Input(Shell.OWN_FILMS, "data"),
        Input(Home.FRIEND, "chosen"),
        # What is kept while one looks stays where it stands.
        State(Shell.WATCHLIST, "data"),
        State(Home.STANDING, "data"),
        on_error=notify_error,
    )
    def shelves(data: str | None, friend: Any, kept: Any, standing: Any) -> tuple[Any, Any]:
        if data is None:
            raise PreventUpdate
        mine = Visitor.of(data, service)
        if not mine.ratings:
            return None, []
        friends = chosen_friends(friend, service)
        request = ShelvesRequest(
            ratings=mine.ratings,
            watchlist=watchlist(kept, service),
            unwanted=tuple(mine.unwanted),
            standing=[movie for movie in standing or () if movie in mine.ratings],
            friend=(friends[0].name, friends[0].ratings) if friends and friends[0].ratings else None,
        )
        try:
            found = service.shelves(request)
        except CineMatchError as error:
            return list_state("This did not work", str(error), error=True), dash.no_update
        return shelf_list(found), [shelf.movie_id for shelf in found.shelves if shelf.movie_id is not None]

    @app.callback(
        Output(Home.RESULTS, "list"),
        Input(Home.FILMS, "value"),
        prevent_initial_call=True,
        on_error=notify_error,
    )
    def from_films(films: list[str] | None) -> Any:
        if not films:
            return NOTHING_NAMED
        try:
            chosen = [number_of(film, "film") for film in films]
            found = service.recommend(ratings=dict.fromkeys(chosen, FILM_STARS), n=_LISTED)
        except CineMatchError as error:
            return list_state("This did not work", str(error), error=True)
        return recommendation_list(found, films=chosen)
