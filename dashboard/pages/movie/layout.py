"""One film: what is known of it, what people gave it, what is like it, and why it would be recommended."""

from collections.abc import Sequence

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from core.display.titles import format_movie_title, title_parts
from core.service import CineMatch
from core.views import MovieView
from dashboard.address import Query, href
from dashboard.components.algorithm_card import algorithm_options
from dashboard.components.keep_button import keep_button
from dashboard.components.light import Node
from dashboard.components.lists import film_list
from dashboard.components.poster import poster
from dashboard.components.side_by_side import side_by_side
from dashboard.components.stars import star_input, stars
from dashboard.components.user_select import user_select
from dashboard.pages.movie.histogram import rating_histogram
from dashboard.pages.movie.ids import Movie

__all__ = ["layout", "title"]


def layout(service: CineMatch, query: Query, movie_id: int | str) -> Component:
    """Return the page.

    Raises
    ------
    UnknownIdError
        When the data set has no such film.
    """
    movie = service.movie(movie_id)
    return html.Div(
        [
            dcc.Store(id=Movie.ADDRESS),
            dcc.Store(id=Movie.ID, data=movie.movie_id),
            html.Div(
                [poster(movie.movie_id, movie.title, movie.year, movie.genres, "lg"), _facts(service, movie)],
                className="film",
            ),
            html.Section(_why(service, query), className="section"),
            html.Section(_similar(), className="section"),
            html.Section(_watched_next(), className="section"),
        ]
    )


def title(service: CineMatch, movie_id: int | str) -> str:
    """Return the film's name and year."""
    return format_movie_title(service.movie(movie_id).title)


def _facts(service: CineMatch, movie: MovieView) -> Component:
    parts = title_parts(movie.title)
    name = parts.name
    year = [html.Span(f" {movie.year}", className="film-year")] if movie.year else []
    histogram = service.movie_histogram(movie.movie_id)
    rated: list[Component] = (
        [
            html.Div([html.Span(className="visually-hidden", children="Mean rating"), stars(movie.mean_rating)]),
            rating_histogram(histogram.tolist()),
            html.P(f"{movie.rating_count:,} ratings in {service.dataset_view().name}.", className="muted"),
        ]
        if movie.rating_count
        else [html.P("Nobody has rated this film in the data set.", className="muted")]
    )
    links = [
        (f"https://www.imdb.com/title/tt{movie.imdb_id:07d}/", "IMDb") if movie.imdb_id else None,
        (f"https://www.themoviedb.org/movie/{movie.tmdb_id}", "TMDb") if movie.tmdb_id else None,
    ]
    return html.Div(
        [
            html.Div([html.H1([name, *year]), *_other_names(parts.others)]),
            html.Div(
                [
                    html.A(genre, href=href("/search", genres=genre), className="chip", **{"data-nav": "1"})
                    for genre in movie.genres
                ]
                or html.Span("No genres listed", className="muted"),
                className="chips",
            ),
            html.Div(rated, className="stack-sm"),
            html.Div(
                [
                    html.Span("Your rating"),
                    star_input(movie.movie_id, name),
                    keep_button(movie.movie_id, name),
                ],
                className="your-rating",
            ),
            *_tags(movie.tags),
            html.P(
                [
                    html.A(label, href=address, className="text-link", rel="noopener noreferrer", target="_blank")
                    for address, label in filter(None, links)
                ],
                className="chips",
            ),
        ],
        className="film-facts",
    )


def _other_names(others: tuple[str, ...]) -> list[Component]:
    return [html.P(", ".join(others), className="film-others")] if others else []


def _tags(tags: Sequence[str]) -> list[Component]:
    if not tags:
        return []
    links = [
        html.Li(html.A(tag, href=href("/search", tags=tag), className="tag-link", **{"data-nav": "1"}))
        for tag in tags
    ]
    return [html.Div([html.Span("Tagged"), html.Ul(links)], className="tags")]


def _loaded(service: CineMatch) -> list[dict[str, object]]:
    return [option for option in algorithm_options(service.models()) if not option["disabled"]]


def _chosen(service: CineMatch, query: Query) -> str | None:
    keys = [str(option["value"]) for option in _loaded(service)]
    asked = query.get("algorithm", "")
    return asked if asked in keys else service.default_algorithm() if keys else None


def _why(service: CineMatch, query: Query) -> list[Component]:
    user = service.user_named(query.get("user", ""))
    return [
        html.Div(html.H2("Why would I get this?"), className="section-head"),
        html.Div(
            [
                html.Div(
                    [
                        dmc.Select(
                            id=Movie.ALGORITHM,
                            label="Algorithm",
                            data=algorithm_options(service.models()),
                            value=_chosen(service, query),
                            allowDeselect=False,
                        ),
                        dmc.SegmentedControl(
                            id=Movie.MINE,
                            data=[{"value": "me", "label": "My ratings"}, {"value": "user", "label": "A viewer"}],
                            value="user" if "user" in query else "me",
                            fullWidth=True,
                            **{"aria-label": "Whose taste"},
                        ),
                        html.Div(
                            user_select(Movie.WHY_USER, service.users(keep=() if user is None else (user,)), user),
                            id=f"{Movie.WHY_USER}-box",
                        ),
                    ],
                    className="stack",
                ),
                html.Div(id=Movie.WHY, className="why", **{"aria-live": "polite"}),
            ],
            className="quick",
        ),
    ]


def _watched_next() -> list[Component | Node]:
    return [
        html.Div(html.H2("Watched next"), className="section-head"),
        html.Div([html.P(id=Movie.NEXT_TOLD, className="muted"), film_list(Movie.NEXT, 0)], className="stack"),
    ]


def _similar() -> list[Component | Node]:
    return [
        html.Div(html.H2("Films like it"), className="section-head"),
        film_list(Movie.SIMILAR, 0),
        html.Div(
            [
                html.H3("The same question to each algorithm"),
                html.P(
                    "The films above are the default: liked by the same people beyond chance, of one kind and time. "
                    "Arrows say how far the others move them; what is new there is marked.",
                    className="muted",
                ),
            ],
            className="stack-xs by-algorithm",
        ),
        side_by_side(Movie.BY_ALGORITHM, table=False),
    ]
