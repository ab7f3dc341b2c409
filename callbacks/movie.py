"""One film."""

from typing import TYPE_CHECKING, Any

from dash import Input, Output, State, html
from dash.exceptions import PreventUpdate

from callbacks.errors import notify_error
from callbacks.explanation import explain
from callbacks.learning import offer_learned
from callbacks.selects import offer_users
from callbacks.visitor import Visitor
from core.views import number_of
from dashboard.address import href
from dashboard.components.lists import list_state, similar_list
from dashboard.components.side_by_side import SideColumn, side_by_side_data
from dashboard.components.states import empty_state, error_state
from dashboard.pages.movie.ids import Movie
from dashboard.shell_ids import Shell

if TYPE_CHECKING:
    from dash import Dash

    from core.service import CineMatch

__all__ = ["register"]

_NEIGHBOURS = 12
_DRAWN, _PLACES = 8, 20


def register(app: "Dash", service: "CineMatch") -> None:
    """Register the callbacks."""
    offer_users(app, service, Movie.WHY_USER)
    offer_learned(app, service, Movie.ALGORITHM)

    @app.callback(Output(Movie.SIMILAR, "list"), Input(Movie.ID, "data"), on_error=notify_error)
    def similar(movie_id: int) -> dict[str, Any]:
        found = service.similar(movie_id, n=_NEIGHBOURS)
        return similar_list(found) if found else list_state("No neighbours", "Nobody has rated a film like it.")

    @app.callback(
        Output(Movie.NEXT, "list"),
        Output(Movie.NEXT_TOLD, "children"),
        Input(Movie.ID, "data"),
        on_error=notify_error,
    )
    def watched_next(movie_id: int) -> tuple[dict[str, Any], str]:
        found = service.company.watched_next(movie_id, n=_NEIGHBOURS)
        if not found.items:
            return list_state(
                "Nothing stands out", "Too few people rated the same film soon after this one."
            ), found.text
        return similar_list(found.items), found.text

    @app.callback(
        Output(Movie.BY_ALGORITHM, "data"),
        # What is urgent has been shown by then.
        Input(Movie.SIMILAR, "list"),
        State(Movie.ID, "data"),
        prevent_initial_call=True,
        on_error=notify_error,
    )
    def by_algorithm(_shown: object, movie_id: int) -> dict[str, Any]:
        measures = [status for status in service.models() if status.similarity and status.state == "loaded"]
        columns = [
            SideColumn("", "Liked by the same people", service.similar(movie_id, n=_PLACES), "the default"),
            *(
                SideColumn(
                    status.key,
                    status.name,
                    service.similar(movie_id, status.key, _PLACES),
                    status.similarity or "",
                    href("/analytics", tab="similar", film=movie_id, algorithm=status.key),
                )
                for status in measures
            ),
        ]
        return side_by_side_data(columns, _DRAWN, "default")

    @app.callback(
        Output(Movie.WHY, "children"),
        Output(f"{Movie.WHY_USER}-box", "style"),
        Output(Movie.ADDRESS, "data"),
        Input(Movie.ID, "data"),
        Input(Movie.ALGORITHM, "value"),
        Input(Movie.MINE, "value"),
        Input(Movie.WHY_USER, "value"),
        Input(Shell.OWN_FILMS, "data"),
        on_error=notify_error,
    )
    def why(
        movie_id: int | None, algorithm: str | None, whose: str, user: str | None, data: str | None
    ) -> tuple[Any, dict[str, str], str]:
        if movie_id is None:
            raise PreventUpdate
        mine = whose == "me"
        style = {"display": "none"} if mine else {}
        whom = {"mode": "me"} if mine else {"user": user}
        address = href(f"/movie/{movie_id}", algorithm=algorithm, **whom)
        if algorithm is None:
            return error_state("No algorithm is loaded. Train one with `cinematch train`."), style, address
        if mine:
            ratings = Visitor.of(data, service).ratings
            # A film's own rating explains nothing: the question is what the others say of it.
            ratings.pop(movie_id, None)
            if not ratings:
                advice = "Rate a few other films and this says what they mean for this one."
                link = html.A("Rate films", href=href("/recommend", mode="me"), className="cta", **{"data-nav": "1"})
                return empty_state("You have rated no other film yet", advice, link), style, address
            return explain(service, movie_id, algorithm, ratings=ratings), style, address
        if not user:
            return empty_state("Whose taste?", "Choose a viewer by number."), style, address
        return explain(service, movie_id, algorithm, user_id=number_of(user, "viewer")), style, address
