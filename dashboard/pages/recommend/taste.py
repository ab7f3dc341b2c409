"""What a person's ratings say of their taste."""

from dash import html
from dash.development.base_component import Component

from core.views import TasteProfile
from dashboard.components.bars import share_bars
from dashboard.components.movie_row import movie_row
from dashboard.components.stars import stars

__all__ = ["taste_panel"]

_GENRES, _FAVOURITES, _DECADES = 8, 5, 8


def taste_panel(taste: TasteProfile) -> Component:
    """Return genres, favourites and decades of a profile that has ratings."""
    genres = taste.genres[:_GENRES]
    decades = list(taste.decades.items())[-_DECADES:]
    mean = "" if taste.mean_rating is None else f", {taste.mean_rating:.2f} stars on average"
    crowd = (
        ""
        if taste.median_popularity is None
        else f" The typical film among them was rated by {taste.median_popularity:,.0f} people."
    )
    return html.Div(
        [
            html.P(f"{taste.rating_count:,} ratings{mean}.{crowd}", className="lede"),
            html.Div(
                [
                    html.Div(
                        [
                            html.H3("Genres, and how they compare with everybody"),
                            share_bars(
                                [
                                    (row.genre, row.count, f"{row.mean_rating:.1f} stars, {row.lift:.1f}×")
                                    for row in genres
                                ],
                                "Films per genre",
                            ),
                        ]
                    ),
                    html.Div(
                        [
                            html.H3("Rated highest"),
                            html.Ul(
                                [
                                    movie_row(
                                        film.movie_id,
                                        film.title,
                                        film.year,
                                        film.genres,
                                        stars(film.rating, whose="given"),
                                    )
                                    for film in taste.favourites[:_FAVOURITES]
                                ],
                                className="movie-list",
                            ),
                        ]
                    ),
                    html.Div(
                        [
                            html.H3("Decades"),
                            share_bars(
                                [(decade, count, f"{count:,}") for decade, count in decades],
                                "Films per decade",
                            ),
                        ]
                    ),
                ],
                className="taste",
            ),
        ],
        className="stack",
    )
