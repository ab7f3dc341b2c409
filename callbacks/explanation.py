"""Why a film: for the drawer that stands on every page, and for the film's own page."""

from typing import TYPE_CHECKING, Any

from dash import Input, Output, State
from dash.exceptions import PreventUpdate

from callbacks.errors import notify_error
from callbacks.friends import films_of
from callbacks.selects import user_name
from callbacks.visitor import Visitor, films_as_ratings, numbers
from core.errors import CineMatchError
from core.views import OWN_ORDER
from dashboard.components.explanation import explanation_panel
from dashboard.components.states import error_state
from dashboard.shell_ids import Shell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
    own: "Mapping[str, float] | None" = None,
    without: "Sequence[int]" = (),
) -> "Component":
    """Return the explanation of a film for a stored user or for ratings; what cannot be explained says why."""
    try:
        view = service.explain(
            movie_id,
            user_id=user_id,
            ratings=ratings,
            algorithm=algorithm,
            counterfactuals=True,
            own=own,
            without=without,
        )
        names = {status.key: status.name for status in service.models()}
        user = None if user_id is None else user_name(service, user_id)
        return explanation_panel(view, service.movie(movie_id), names.get(view.algorithm, view.algorithm), user)
    except CineMatchError as error:
        return error_state(str(error))


def register(app: "Dash", service: "CineMatch") -> None:
    """Register the drawer's callback."""

    @app.callback(
        Output(Shell.WHY_BODY, "children"),
        Input(Shell.ASK_WHY, "data"),
        State(Shell.OWN_FILMS, "data"),
        prevent_initial_call=True,
        on_error=notify_error,
    )
    def why(asked: dict[str, Any] | None, visitor: str | None) -> "Component":
        if not asked:
            raise PreventUpdate
        movie, algorithm = asked["movie"], asked["algorithm"]
        own = {name: weight for name, weight in (asked.get("own") or {}).items() if name in OWN_ORDER}
        without = numbers(asked.get("without"))
        if asked.get("user") is not None:
            return explain(service, movie, algorithm, user_id=asked["user"], own=own, without=without)
        films = asked.get("films")
        if asked.get("friend"):
            ratings = films_of(asked.get("ratings"), service)
        else:
            ratings = films_as_ratings(films) if films else Visitor.of(visitor, service).ratings
        without = [movie for movie in without if movie in ratings]
        return explain(service, movie, algorithm, ratings=ratings, own=own, without=without)
