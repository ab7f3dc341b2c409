"""The first page: a list at once."""

from typing import TYPE_CHECKING, Any

from dash import Input, Output

from callbacks.errors import notify_error
from callbacks.selects import offer_films, offer_users
from callbacks.visitor import FILM_STARS
from core.errors import CineMatchError
from core.views import number_of
from dashboard.components.lists import list_state, recommendation_list
from dashboard.pages.home.ids import Home
from dashboard.pages.home.layout import QUICK_COUNT

if TYPE_CHECKING:
    from dash import Dash

    from core.service import CineMatch

__all__ = ["register"]

_HIDDEN = {"display": "none"}


def register(app: "Dash", service: "CineMatch") -> None:
    """Register the callbacks."""
    offer_users(app, service, Home.USER)
    offer_films(app, service, Home.FILMS, many=True)

    @app.callback(
        Output(Home.RESULTS, "list"),
        Output(f"{Home.USER}-box", "style"),
        Output(f"{Home.FILMS}-box", "style"),
        Input(Home.MODE, "value"),
        Input(Home.USER, "value"),
        Input(Home.FILMS, "value"),
        on_error=notify_error,
    )
    def quick(mode: str, user: str | None, films: list[str] | None) -> tuple[Any, Any, Any]:
        styles = ({}, _HIDDEN) if mode == "user" else (_HIDDEN, {})
        try:
            if mode == "user":
                if user is None:
                    return list_state("Whose taste?", "Choose a viewer by number."), *styles
                found = service.recommend(user_id=number_of(user, "viewer"), n=QUICK_COUNT)
                return recommendation_list(found), *styles
            if not films:
                return list_state("Name a film you like", "One is enough; three say more."), *styles
            chosen = [number_of(film, "film") for film in films]
            found = service.recommend(ratings=dict.fromkeys(chosen, FILM_STARS), n=QUICK_COUNT)
            return recommendation_list(found, films=chosen), *styles
        except CineMatchError as error:
            return list_state("This did not work", str(error), error=True), *styles
