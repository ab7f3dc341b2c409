"""Charts of the data set, measurements on held-out ratings, similar films: a tab an address, a file a tab."""

from collections.abc import Callable
from typing import NamedTuple

from dash import html
from dash.development.base_component import Component

from core.service import CineMatch
from dashboard.address import Query, href
from dashboard.pages.analytics import (
    compare_panel,
    curves_panel,
    data_panel,
    map_panel,
    match_panel,
    measure_panel,
    quality_panel,
    similar_panel,
    visitors_panel,
    what_if_panel,
)

__all__ = ["TABS", "layout"]


class Tab(NamedTuple):
    """A tab of the page."""

    label: str
    panel: Callable[[CineMatch, Query], Component]


TABS = {
    "data": Tab("The data set", data_panel.panel),
    "quality": Tab("Data quality", quality_panel.panel),
    "compare": Tab("Compare algorithms", compare_panel.panel),
    "measure": Tab("Measure", measure_panel.panel),
    "curves": Tab("Curves", curves_panel.panel),
    "match": Tab("Match", match_panel.panel),
    "similar": Tab("Similar films", similar_panel.panel),
    "map": Tab("Map of films", map_panel.panel),
    "what-if": Tab("What if", what_if_panel.panel),
    "visitors": Tab("Visitors", visitors_panel.panel),
}
"""By the name that addresses have for them; the first is shown where an address names none."""


def layout(service: CineMatch, query: Query) -> Component:
    """Return the page with the tab of the address."""
    first = next(iter(TABS))
    chosen = query.get("tab", first)
    chosen = chosen if chosen in TABS else first
    return html.Div(
        [
            html.Div(
                [
                    html.H1("Analytics"),
                    html.P("What people rated, and how well the algorithms foresee it.", className="lede"),
                ],
                className="page-head",
            ),
            # Links, not buttons: every tab has an address, and Back leads to the one before.
            html.Nav(
                [
                    html.A(
                        tab.label,
                        href=href("/analytics", tab=None if key == first else key),
                        className="tab",
                        **{"data-nav": "1", **({"aria-current": "page"} if key == chosen else {})},
                    )
                    for key, tab in TABS.items()
                ],
                className="tabs",
                **{"aria-label": "Parts of Analytics"},
            ),
            html.Div(
                [html.H2(TABS[chosen].label, className="visually-hidden"), TABS[chosen].panel(service, query)],
                className="tab-body",
            ),
        ]
    )
