"""Charts of the data set, comparison of algorithms on held-out ratings, similar films."""

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from core.service import CineMatch
from dashboard.address import Query
from dashboard.pages.analytics.ids import Analytics

__all__ = ["TABS", "layout"]

TABS = (
    ("data", "The data set"),
    ("compare", "Compare algorithms"),
    ("match", "Match"),
    ("similar", "Similar films"),
    ("what-if", "What if"),
)


def layout(service: CineMatch, query: Query) -> Component:
    """Return the page; callbacks/analytics.py fills in the tab that is open."""
    del service
    tab = query.get("tab", "data")
    return html.Div(
        [
            html.Div(
                [
                    html.H1("Analytics"),
                    html.P("What people rated, and how well the algorithms foresee it.", className="lede"),
                ],
                className="page-head",
            ),
            dcc.Store(id=Analytics.ADDRESS),
            dcc.Store(id=Analytics.QUERY, data=dict(query)),
            dmc.Tabs(
                [
                    dmc.TabsList([dmc.TabsTab(label, value=key) for key, label in TABS]),
                    *(
                        dmc.TabsPanel(html.Div(id=f"{Analytics.BODY}-{key}", className="tab-body"), value=key)
                        for key, _ in TABS
                    ),
                ],
                id=Analytics.TABS,
                value=tab if tab in dict(TABS) else "data",
            ),
        ]
    )
