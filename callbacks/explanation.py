"""Callbacks of parts that stand on several pages: choices of users and films, the explanation drawer."""

from typing import TYPE_CHECKING, Any

from dash import Input, Output, State
from dash.exceptions import PreventUpdate

from callbacks.errors import notify_error
from callbacks.visitor import Visitor, films_as_ratings
from core.errors import CineMatchError
from dashboard.components.explanation import explanation_panel
from dashboard.components.film_select import film_options
from dashboard.components.states import error_state
from dashboard.components.user_select import user_options
from dashboard.pages.analytics.ids import Analytics, WhatIf
from dashboard.pages.home.ids import Home
from dashboard.pages.movie.ids import Movie
from dashboard.pages.recommend.ids import Recommend
from dashboard.shell_ids import Shell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dash import Dash
    from dash.development.base_component import Component

    from core.service import CineMatch

__all__ = ["explain", "register"]


def explain(
    service: "CineMatch",
    movie_id: int,
    algorithm: str | None,
    *,
    user_id: int | None = None,
    ratings: "Mapping[int, float] | None" = None,
) -> "Component":
    """Return the explanation of a film for a stored user or for ratings; what cannot be explained says why."""
    try:
        view = service.explain(movie_id, user_id=user_id, ratings=ratings, algorithm=algorithm, counterfactuals=True)
        names = {status.key: status.name for status in service.models()}
        return explanation_panel(view, service.movie(movie_id), names.get(view.algorithm, view.algorithm))
    except CineMatchError as error:
        return error_state(str(error))


def register(app: "Dash", service: "CineMatch") -> None:
    """Register the callbacks."""
    for select in (Home.USER, Recommend.USER, Movie.WHY_USER, WhatIf.USER):

        @app.callback(
            Output(select, "data"),
            Input(select, "searchValue"),
            State(select, "value"),
            prevent_initial_call=True,
            on_error=notify_error,
        )
        def users(text: str | None, value: str | None) -> list[dict[str, str]]:
            return user_options(service.dataset, text or "", int(value) if value else None)

    for select, many in ((Home.FILMS, True), (Analytics.FILM, False)):

        @app.callback(
            Output(select, "data"),
            Input(select, "searchValue"),
            State(select, "value"),
            prevent_initial_call=True,
            on_error=notify_error,
        )
        def films(text: str | None, value: Any, many: bool = many) -> list[dict[str, str]]:
            if not text:
                # The field empties itself when a film is chosen, before the choice arrives here: options without
                # the film would take it away again.
                raise PreventUpdate
            chosen = list(value or []) if many else [value] if value else []
            return film_options(service, text, chosen)

    @app.callback(
        Output(Shell.WHY_BODY, "children"),
        Input(Shell.ASK_WHY, "data"),
        State(Shell.VISITOR, "data"),
        prevent_initial_call=True,
        on_error=notify_error,
    )
    def why(asked: dict[str, Any] | None, visitor: dict[str, Any] | None) -> "Component":
        if not asked:
            raise PreventUpdate
        if asked.get("user") is not None:
            return explain(service, asked["movie"], asked["algorithm"], user_id=asked["user"])
        films = asked.get("films")
        ratings = films_as_ratings(films) if films else Visitor.of(visitor, service).ratings
        return explain(service, asked["movie"], asked["algorithm"], ratings=ratings)
