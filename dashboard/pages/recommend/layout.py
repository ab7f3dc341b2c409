"""Lists for a stored user or for what a visitor rates, with reasons."""

from typing import Literal

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from core.service import CineMatch
from dashboard.address import FilterState, Query, integer, wish_from_query
from dashboard.components.algorithm_card import algorithm_options
from dashboard.components.controls import DEFAULT_COUNT, count_select, fold, reset_button
from dashboard.components.filters import filter_controls
from dashboard.components.icons import icon
from dashboard.components.states import waiting_cards
from dashboard.components.user_select import user_select
from dashboard.pages.recommend.ids import Recommend
from dashboard.pages.recommend.watchlist import watchlist_fold
from dashboard.pages.recommend.wishes import wishes_fold

__all__ = ["layout", "mode_of"]


def mode_of(query: Query) -> Literal["user", "me"]:
    """Return for whom an address asks: a stored user or the visitor."""
    return "me" if query.get("mode") == "me" and "user" not in query else "user"


def layout(service: CineMatch, query: Query) -> Component:
    """Return the page with its controls as the address says."""
    span = service.year_span()
    state = FilterState.from_query(query, service.genre_names(), span)
    return html.Div(
        [
            html.Div(
                [
                    html.H1("Recommendations"),
                    html.P("Whose taste, which algorithm, what kind of film.", className="lede"),
                ],
                className="page-head",
            ),
            html.Div(
                [
                    html.Section(
                        _controls(service, query, state, span),
                        className="controls stack",
                        **{"aria-label": "What to recommend"},
                    ),
                    html.Div(_results(), className="results"),
                ],
                className="workbench",
            ),
        ]
    )


def _controls(service: CineMatch, query: Query, state: FilterState, span: tuple[int, int]) -> list[Component]:
    mode = mode_of(query)
    user = service.user_named(query.get("user", ""))
    count = integer(query, "n", DEFAULT_COUNT, 1, 500) or DEFAULT_COUNT
    hidden = {"display": "none"}
    return [
        dmc.SegmentedControl(
            id=Recommend.MODE,
            data=[{"value": "user", "label": "For a viewer"}, {"value": "me", "label": "For me"}],
            value=mode,
            fullWidth=True,
            **{"aria-label": "Whose taste"},
        ),
        html.Div(
            user_select(Recommend.USER, service.users(keep=() if user is None else (user,)), user),
            id=Recommend.USER_PANEL,
            style=hidden if mode == "me" else None,
        ),
        html.Div(_rate_panel(), id=Recommend.RATE_PANEL, className="stack", style=hidden if mode == "user" else None),
        _algorithm(service, query),
        count_select(Recommend.COUNT, count),
        fold(
            "filter",
            "Filters",
            [
                *filter_controls(
                    state,
                    service.genre_names(),
                    span,
                    genres_id=Recommend.GENRES,
                    exclude_genres_id=Recommend.EXCLUDE,
                    all_genres_id=Recommend.ALL_GENRES,
                    years_id=Recommend.YEARS,
                    min_ratings_id=Recommend.MIN_RATINGS,
                ),
                reset_button(Recommend.RESET, "Reset filters"),
            ],
            opened=state != FilterState(),
        ),
        wishes_fold(wish_from_query(query)),
        watchlist_fold(only=query.get("watchlist") == "1"),
    ]


def _algorithm(service: CineMatch, query: Query) -> Component:
    statuses = service.models()
    loaded = {status.key for status in statuses if status.state == "loaded"}
    asked = query.get("algorithm", "")
    value = asked if asked in loaded else service.default_algorithm() if loaded else None
    return html.Div(
        [
            dmc.Select(
                id=Recommend.ALGORITHM,
                label="Algorithm",
                data=algorithm_options(statuses),
                value=value,
                allowDeselect=False,
            ),
            html.Div(id=Recommend.ALGORITHM_NOTE, className="note"),
        ],
        className="stack-sm",
    )


def _rate_panel() -> list[Component]:
    return [
        dmc.TextInput(
            id=Recommend.RATE_QUERY,
            label="Rate films you have seen",
            description="Kept in this browser only. Typos are fine.",
            placeholder="Title",
            leftSection=icon("search"),
            debounce=250,
        ),
        html.Div(id=Recommend.RATE_RESULTS, className="my-ratings"),
        html.Div(id=Recommend.MY_RATINGS),
    ]


def _results() -> list[Component]:
    return [
        html.Div(
            [
                html.P(id=Recommend.SUMMARY, className="muted", **{"aria-live": "polite"}),
                html.Div(
                    [
                        dmc.Button(
                            kind.upper(),
                            id=component_id,
                            variant="default",
                            size="xs",
                            leftSection=icon("download"),
                            **{"aria-label": f"Download the list as {kind.upper()}"},
                        )
                        for kind, component_id in (("csv", Recommend.CSV), ("json", Recommend.JSON))
                    ],
                    className="toolbar-end",
                ),
            ],
            className="toolbar results-head",
        ),
        dcc.Store(id=Recommend.ADDRESS),
        dcc.Download(id=Recommend.DOWNLOAD),
        html.Div(waiting_cards(DEFAULT_COUNT), id=Recommend.RESULTS),
        html.Section(
            [
                html.Div(html.H2("The taste behind it"), className="section-head"),
                html.Div(id=Recommend.TASTE, className="await"),
            ],
            className="section",
        ),
    ]
