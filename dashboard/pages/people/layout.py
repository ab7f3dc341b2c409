"""People: whom to look at, how alike you are, and who of the data set is like you."""

from typing import Literal

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from core.service import CineMatch
from dashboard.address import Query
from dashboard.components.friend_picks import friend_picks
from dashboard.components.light import Node, mounted, own
from dashboard.components.user_select import user_select
from dashboard.pages.people.ids import People

__all__ = ["layout", "mode_of"]


def mode_of(query: Query) -> Literal["user", "friend"]:
    """Return whom an address is about: a user of the data set, or a friend whose ratings came by a link."""
    return "user" if "user" in query else "friend"


def layout(service: CineMatch, query: Query) -> Component:
    """Return the page with its controls as the address says."""
    return html.Div(
        [
            html.Div(
                [
                    html.H1("People"),
                    html.P(
                        "Hand your films on as a link, look at those of a friend, and see how alike you are.",
                        className="lede",
                    ),
                ],
                className="page-head",
            ),
            html.Div(
                [
                    html.Section(
                        _controls(service, query), className="controls stack", **{"aria-label": "Whom to look at"}
                    ),
                    html.Div(
                        [
                            dcc.Store(id=People.ADDRESS),
                            mounted(None, id=People.PAIR, className="await"),
                            mounted(None, id=People.LIKE_ME, className="like-me"),
                        ],
                        className="results stack-lg",
                    ),
                ],
                className="workbench",
            ),
        ],
        className="wide",
    )


def _controls(service: CineMatch, query: Query) -> list[Component | Node]:
    mode = mode_of(query)
    user = service.user_named(query.get("user", ""))
    hidden = {"display": "none"}
    return [
        html.Div(
            [
                html.H2("Your films as a link"),
                html.P("The link itself holds your ratings: nothing is kept on a server for it.", className="note"),
                own(
                    "ShareButton",
                    what="profile",
                    label="Share my films",
                    title="Share your films",
                    className="share-button share-large",
                ),
            ],
            className="stack-sm share-panel",
        ),
        dmc.SegmentedControl(
            id=People.MODE,
            data=[{"value": "friend", "label": "A friend"}, {"value": "user", "label": "A viewer"}],
            value=mode,
            fullWidth=True,
            **{"aria-label": "Whom to look at"},
        ),
        html.Div(
            friend_picks(People.FRIEND, needed=True),
            id=People.FRIEND_PANEL,
            style=hidden if mode == "user" else None,
        ),
        own(
            "Panel",
            children=user_select(People.USER, service.users(keep=() if user is None else (user,)), user),
            id=People.USER_PANEL,
            style=None if mode == "user" else hidden,
        ),
    ]
