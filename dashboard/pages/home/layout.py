"""The first page: what this is, the data at a glance, a first list at once."""

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from core.display.titles import short_title
from core.service import CineMatch
from core.views import DatasetView, ModelStatus
from dashboard.address import Query, href
from dashboard.components.algorithm_card import algorithm_card
from dashboard.components.film_select import FILMS_OFFERED, KEEP_ALL, film_options
from dashboard.components.lists import film_list
from dashboard.components.overview_charts import home_charts
from dashboard.components.poster import poster
from dashboard.components.user_select import user_select
from dashboard.pages.home.ids import Home
from dashboard.pages.home.stat_tile import big_number, stat_list

__all__ = ["QUICK_COUNT", "layout"]

QUICK_COUNT = 6
_WALL = 8
_FILMS = 3


def layout(service: CineMatch, query: Query) -> Component:
    """Return the page."""
    del query
    data = service.dataset_view()
    models = service.models()
    loaded = [status for status in models if status.state == "loaded"]
    return html.Div(
        [
            _hero(service, data, loaded),
            html.Section(
                [
                    html.Div([html.H2("Try it")], className="section-head"),
                    html.Div([_quick_controls(service), film_list(Home.RESULTS, QUICK_COUNT)]),
                ],
                className="section quick-section",
            ),
            html.Section(
                [html.Div(html.H2("The ratings at a glance"), className="section-head"), _stats(data)],
                className="section",
            ),
            html.Section(home_charts(service.overview()), className="section chart-grid", id=Home.CHARTS),
            html.Section(
                [
                    html.Div(
                        [
                            html.H2("The algorithms"),
                            html.A(
                                "How they compare",
                                href=href("/analytics", tab="compare"),
                                className="text-link",
                                **{"data-nav": "1"},
                            ),
                        ],
                        className="section-head",
                    ),
                    html.Div(
                        [algorithm_card(status, details=False) for status in models], className="algorithm-grid"
                    ),
                ],
                className="section",
            ),
        ]
    )


def _hero(service: CineMatch, data: DatasetView, loaded: list[ModelStatus]) -> Component:
    wall = service.search("", limit=_WALL).items
    one = len(loaded) == 1
    models, rank = ("1 algorithm reads", "ranks") if one else (f"{len(loaded)} algorithms read", "rank")
    return html.Section(
        [
            html.Div(
                [
                    html.H1("Find the next film. See why."),
                    html.P(
                        f"{models} {big_number(data.ratings)} ratings by {big_number(data.users)} people "
                        f"and {rank} {big_number(data.movies)} films for you, with the reasons for each.",
                        className="lede",
                    ),
                    html.Div(
                        [
                            html.A(
                                "Rate films, get a list",
                                href=href("/recommend", mode="me"),
                                className="cta",
                                **{"data-nav": "1"},
                            ),
                            html.A(
                                "Look over a viewer's shoulder",
                                href=href("/recommend"),
                                className="cta cta-quiet",
                                **{"data-nav": "1"},
                            ),
                        ],
                        className="toolbar",
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
                className="wall",
            ),
        ],
        className="hero",
    )


def _quick_controls(service: CineMatch) -> Component:
    return html.Div(
        [
            dmc.SegmentedControl(
                id=Home.MODE,
                data=[{"value": "user", "label": "For a viewer"}, {"value": "films", "label": "From films I like"}],
                value="user",
                **{"aria-label": "Whose taste"},
            ),
            html.Div(user_select(Home.USER, service.users(), service.user_named()), id=f"{Home.USER}-box"),
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
                id=f"{Home.FILMS}-box",
                style={"display": "none"},
            ),
        ],
        className="quick-controls",
    )


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
