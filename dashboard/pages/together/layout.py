"""One list for two to five people."""

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from core.lists.requests import MAX_VIEWERS
from core.service import CineMatch
from core.views import WISHES
from dashboard.address import FilterState, Query, integer, whole_numbers, wish_from_query
from dashboard.components.algorithm_card import algorithm_options
from dashboard.components.controls import DEFAULT_COUNT, count_select, fold
from dashboard.components.filters import filter_controls
from dashboard.components.friend_picks import friend_picks
from dashboard.components.light import Node, own
from dashboard.components.wish_slider import wish_slider
from dashboard.pages.together.ids import Together
from dashboard.pages.together.viewer_select import viewer_select

__all__ = ["METHODS", "layout", "viewers_of"]

METHODS = {
    "average": (
        "Average",
        "By the mean of your scores: the most pleasure in all, though one of you may have to put up with some films.",
    ),
    "least-misery": (
        "Least misery",
        "Of the films with the best mean, those first that none of you is predicted to rate low: fewer that somebody "
        "dislikes, but fewer favourites, too.",
    ),
}


def viewers_of(service: CineMatch, query: Query) -> tuple[list[int], bool]:
    """Return whom an address names: stored users, and whether the visitor is one of the group."""
    me = query.get("me") == "1"
    if _unnamed(query):
        return [user.user_id for user in service.users(limit=2)], False
    users = dict.fromkeys(whole_numbers(query, "users"))
    return [user for user in users if service.knows_user(user)][:MAX_VIEWERS], me


def _unnamed(query: Query) -> bool:
    """Return whether an address leaves open who watches: whoever has rated films is then one of the group."""
    return "users" not in query and query.get("me") != "1" and query.get("friends") != "1"


def layout(service: CineMatch, query: Query) -> Component:
    """Return the page with its controls as the address says."""
    return html.Div(
        [
            html.Div(
                [
                    html.H1("Together"),
                    html.P("One list for two to five people, of films that none of them has seen.", className="lede"),
                ],
                className="page-head",
            ),
            html.Div(
                [
                    html.Section(
                        _controls(service, query),
                        className="controls stack",
                        **{"aria-label": "Who watches"},
                    ),
                    html.Div(
                        [
                            dcc.Store(id=Together.ADDRESS),
                            dcc.Store(id=Together.UNNAMED, data=_unnamed(query)),
                            html.Div(
                                [
                                    html.P(id=Together.SUMMARY, className="muted", **{"aria-live": "polite"}),
                                    html.Div(
                                        own("ShareButton", what="list", label="Share", title="Share this list"),
                                        className="toolbar-end",
                                    ),
                                ],
                                className="toolbar results-head",
                            ),
                            own("GroupList", id=Together.RESULTS, waiting=DEFAULT_COUNT),
                        ],
                        className="results stack",
                    ),
                ],
                className="workbench",
            ),
        ],
        className="wide",
    )


def _controls(service: CineMatch, query: Query) -> list[Component | Node]:
    users, me = viewers_of(service, query)
    span = service.year_span()
    state = FilterState.from_query(query, service.genre_names(), span)
    statuses = service.models()
    loaded = {status.key for status in statuses if status.state == "loaded"}
    asked = query.get("algorithm", "")
    method = query.get("method", "")
    wished = wish_from_query(query)
    count = integer(query, "n", DEFAULT_COUNT, 1, 500) or DEFAULT_COUNT
    return [
        friend_picks(Together.FRIENDS, needed=query.get("friends") == "1", many=True),
        viewer_select(Together.USERS, service.users(keep=users), users),
        html.Div(
            [
                dmc.Switch(id=Together.ME, label="Me, too", checked=me),
                html.Div(id=Together.ME_NOTE, className="note"),
            ],
            className="stack-xs",
        ),
        html.Div(
            [
                html.Div("How you decide", className="control-label"),
                dmc.SegmentedControl(
                    id=Together.METHOD,
                    data=[{"value": key, "label": name} for key, (name, _) in METHODS.items()],
                    value=method if method in METHODS else "average",
                    fullWidth=True,
                    **{"aria-label": "How you decide"},
                ),
                html.Div(id=Together.METHOD_NOTE, className="note"),
            ],
            className="stack-xs",
        ),
        dmc.Select(
            id=Together.ALGORITHM,
            label="Algorithm",
            data=algorithm_options(statuses),
            value=asked if asked in loaded else service.default_algorithm() if loaded else None,
            allowDeselect=False,
        ),
        *(
            wish_slider(wish, getattr(wished, wish.name), Together.wish(wish.name), Together.wish_cost(wish.name))
            for wish in WISHES
            if wish.own
        ),
        count_select(Together.COUNT, count),
        fold(
            "filter",
            "Filters",
            filter_controls(
                state,
                service.genre_names(),
                span,
                genres_id=Together.GENRES,
                exclude_genres_id=Together.EXCLUDE,
                years_id=Together.YEARS,
                min_ratings_id=Together.MIN_RATINGS,
            ),
            opened=state != FilterState(),
        ),
    ]
