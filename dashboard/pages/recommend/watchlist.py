"""Films kept for later: a switch that lists only these, and the films with a way to take them off."""

from collections.abc import Sequence

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from core.display.titles import short_title
from core.views import MovieView
from dashboard.components.controls import fold
from dashboard.components.icons import icon
from dashboard.components.light import Node
from dashboard.components.movie_card import movie_row
from dashboard.pages.recommend.ids import Recommend

__all__ = ["watchlist_films", "watchlist_fold"]


def watchlist_fold(*, only: bool) -> Component:
    """Return the folded watchlist; callbacks fill in the films.

    Parameters
    ----------
    only : bool
        Whether the list holds nothing else.
    """
    controls = [
        dmc.Switch(id=Recommend.ONLY_WATCHLIST, label="Only my watchlist", checked=only, size="sm"),
        html.Div(id=Recommend.WATCHLIST),
    ]
    return fold("kept", "Watchlist", controls, opened=only)


def watchlist_films(movies: Sequence[MovieView]) -> Component:
    """Return the films that were kept, the latest first."""
    if not movies:
        return html.P("Empty. The bookmark on a film keeps it for later, in this browser only.", className="note")
    films = f"{len(movies)} film{'' if len(movies) == 1 else 's'}, kept in this browser only."
    return html.Div(
        [
            html.P(films, className="note"),
            html.Ul([_row(movie) for movie in movies], className="movie-list my-ratings watchlist"),
            html.Button(
                "Empty the watchlist", className="link-button", type="button", **{"data-empty-watchlist": "1"}
            ),
        ],
        className="stack-sm",
    )


def _row(movie: MovieView) -> Node:
    name = short_title(movie.title, include_year=False)
    button = html.Button(
        icon("hide"),
        className="icon-button",
        type="button",
        **{"data-unkeep": str(movie.movie_id), "aria-label": f"Take {name} off the watchlist"},
    )
    return movie_row(movie.movie_id, movie.title, movie.year, movie.genres, button)
