"""Films to give stars to, and those that were given some."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from core.display.titles import short_title
from core.views import MovieView
from dashboard.components.icons import icon
from dashboard.components.light import Node
from dashboard.components.movie_card import movie_row
from dashboard.components.stars import star_input

__all__ = ["films_to_rate", "rated_films"]


def films_to_rate(movies: Sequence[MovieView], text: str) -> Component:
    """Return search results with stars to give."""
    if not movies:
        gone = f"No title is like “{text}”. Try fewer words." if text else "You have rated all that is asked first."
        return html.P(gone, className="note")
    rows = html.Ul([_row(movie) for movie in movies], className="movie-list", **{"aria-label": "Films to rate"})
    if text:
        return rows
    return html.Div([html.P("Good ones to start with: what you say of these tells most.", className="note"), rows])


def rated_films(movies: Sequence[MovieView], hidden: int) -> Component:
    """Return the visitor's own ratings; the stars change them, the cross removes them."""
    waved = [
        html.P(
            [
                f"{hidden} film{'' if hidden == 1 else 's'} waved away. ",
                html.Button("Bring back", className="link-button", type="button", **{"data-unhide": "1"}),
            ],
            className="note",
        )
    ]
    if not movies:
        return html.Div(waved if hidden else [], className="stack-sm")
    return html.Details(
        [
            html.Summary(f"Your ratings ({len(movies)})"),
            html.Ul([_row(movie, removable=True) for movie in movies], className="movie-list my-ratings"),
            *(waved if hidden else []),
            html.Button("Forget all", className="link-button", type="button", **{"data-forget": "1"}),
        ],
        className="fold",
        open=True,
    )


def _row(movie: MovieView, *, removable: bool = False) -> Node:
    name = short_title(movie.title, include_year=False)
    extra: list[Component] = [star_input(movie.movie_id, name)]
    if removable:
        extra.append(
            html.Button(
                icon("hide"),
                className="icon-button",
                type="button",
                **{"data-unrate": str(movie.movie_id), "aria-label": f"Remove your rating of {name}"},
            )
        )
    return movie_row(movie.movie_id, movie.title, movie.year, movie.genres, *extra)
