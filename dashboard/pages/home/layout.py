"""The first page: a visitor's shelves, or how to begin."""

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from core.display.titles import short_title
from core.service import CineMatch
from core.views import DatasetView, ModelStatus
from dashboard.address import Query, href
from dashboard.components.algorithm_card import algorithm_card
from dashboard.components.film_data import film_data
from dashboard.components.film_select import FILMS_OFFERED, KEEP_ALL, film_options
from dashboard.components.light import Node, mounted, own
from dashboard.components.lists import film_list, list_state
from dashboard.components.poster import poster
from dashboard.components.shelves import shelves, starter_shelf
from dashboard.pages.home.ids import Home
from dashboard.pages.home.stat_tile import big_number, stat_list

__all__ = ["NOTHING_NAMED", "layout"]

NOTHING_NAMED = list_state("Name a film you like", "One is enough; three say more.")
_WALL = 8
_FILMS = 3


def layout(service: CineMatch, query: Query) -> Component:
    """Return the page; style sheets show what is for a first visit or for somebody with ratings (29-shelves.js)."""
    del query
    data, models = service.dataset_view(), service.models()
    first = [film_data(service.movie(movie)) for movie in service.first_films()]
    return html.Div(
        [
            own("Visit"),
            own("LastFriend", id=Home.FRIEND),
            mounted(_hero(service, data, models)),
            html.Div(starter_shelf(Home.STARTERS, first), className="for-first section-tight"),
            shelves(Home.SHELVES),
            html.Section(_from_films(service), className="section quick-section for-first"),
            mounted(_background(data, models), className="for-first"),
            dcc.Store(id=Home.STANDING, data=[]),
        ]
    )


def _link(text: str, address: str, class_name: str = "cta cta-quiet") -> Component:
    return html.A(text, href=address, className=class_name, **{"data-nav": "1"})


def _hero(service: CineMatch, data: DatasetView, models: list[ModelStatus]) -> Component:
    wall = service.search("", limit=_WALL).items
    count = sum(status.state == "loaded" for status in models)
    read, rank = ("1 algorithm reads", "ranks") if count == 1 else (f"{count} algorithms read", "rank")
    mine = href("/recommend", mode="me")
    return html.Section(
        [
            html.Div(
                [
                    html.H1(
                        [
                            html.Span("Find the next film. See why.", className="for-first"),
                            html.Span("Your next film", className="for-again"),
                        ]
                    ),
                    html.P(
                        f"{read} {big_number(data.ratings)} ratings by {big_number(data.users)} people "
                        f"and {rank} {big_number(data.movies)} films for you, with the reasons for each.",
                        className="lede for-first",
                    ),
                    html.P(
                        "Each row has its reason, and follows what you rate and wave away.",
                        className="lede for-again",
                    ),
                    html.Div(
                        [
                            _link("Rate films, get a list", mine, "cta"),
                            _link("Bring your ratings", href("/recommend", mode="me", bring=1)),
                            _link("Look over a viewer's shoulder", href("/recommend", mode="user")),
                        ],
                        className="toolbar for-first",
                    ),
                    html.Div(
                        [
                            _link("All your films", mine),
                            _link("Watch with others", href("/together", me=1)),
                        ],
                        className="toolbar for-again",
                    ),
                ],
                className="hero-text",
            ),
            html.Div(
                [
                    html.A(
                        poster(movie.movie_id, movie.title, movie.year, movie.genres),
                        href=href(f"/movie/{movie.movie_id}"),
                        **{"data-nav": "1", "aria-label": short_title(movie.title)},
                    )
                    for movie in wall
                ],
                className="wall for-first",
            ),
        ],
        className="hero",
    )


def _from_films(service: CineMatch) -> list[Component | Node]:
    return [
        html.Div(html.H2("Or name films you like"), className="section-head"),
        html.Div(
            dmc.MultiSelect(
                id=Home.FILMS,
                label="Up to three films",
                description="Each counts as 4.5 stars. Typos are fine.",
                placeholder="Title",
                data=film_options(service.search("", limit=FILMS_OFFERED).items),
                value=[],
                maxValues=_FILMS,
                # A film that is chosen would be the first option: Enter would take it away again.
                hidePickedOptions=True,
                searchable=True,
                filter=KEEP_ALL,
                nothingFoundMessage="No such title",
            ),
            className="quick-controls",
        ),
        film_list(Home.RESULTS, 0, NOTHING_NAMED),
    ]


def _background(data: DatasetView, models: list[ModelStatus]) -> list[Component]:
    return [
        html.Section(
            [
                html.Div(
                    [
                        html.H2("The ratings at a glance"),
                        _link("In charts", href("/analytics"), "text-link"),
                    ],
                    className="section-head",
                ),
                _stats(data),
            ],
            className="section",
        ),
        html.Section(
            [
                html.Div(
                    [
                        html.H2("The algorithms"),
                        _link("How they compare", href("/analytics", tab="compare"), "text-link"),
                    ],
                    className="section-head",
                ),
                html.Div([algorithm_card(status, details=False) for status in models], className="algorithm-grid"),
            ],
            className="section",
        ),
    ]


def _stats(data: DatasetView) -> Component:
    return stat_list(
        [
            ("Ratings", big_number(data.ratings), f"{data.rating_min:g} to {data.rating_max:g} stars"),
            ("People", big_number(data.users), f"{data.ratings / max(data.users, 1):,.0f} ratings each on average"),
            ("Films", big_number(data.movies), f"{data.ratings / max(data.movies, 1):,.1f} ratings each on average"),
            ("Filled cells", f"{data.density:.2%}", "of the table people × films"),
            ("Mean rating", f"{data.mean_rating:.2f}", data.name),
        ]
    )
