"""A stored measurement, seen from several sides."""

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from core.service import CineMatch
from dashboard.address import Query, href
from dashboard.components.states import empty_state
from dashboard.pages.analytics.ids import Analytics
from dashboard.pages.analytics.run_options import run_options
from dashboard.pages.analytics.run_sides import chosen_run, run_sides

__all__ = ["panel"]


def panel(service: CineMatch, query: Query) -> Component:
    """Return the tab with the run and the side of the address; by default the latest run's results."""
    stored = service.measurements.runs()
    run = chosen_run(service, query, stored)
    shown = (
        empty_state(
            "Nothing measured yet",
            "Every measurement is kept and shown here.",
            html.A("Measure", href=href("/analytics", tab="measure"), className="cta", **{"data-nav": "1"}),
        )
        if run is None
        else run_sides(service, run, query)
    )
    return html.Div(
        [
            html.Div(
                [
                    dmc.Select(
                        id=Analytics.STORED,
                        label="Measurement",
                        data=run_options(stored),
                        value=None if run is None else run.run_id,
                        allowDeselect=False,
                        placeholder="No stored measurement yet",
                        nothingFoundMessage="No stored measurement yet",
                        w="min(36rem, 100%)",
                    ),
                    html.A(
                        "New measurement",
                        href=href("/analytics", tab="measure"),
                        className="text-link",
                        **{"data-nav": "1"},
                    ),
                ],
                className="toolbar toolbar-low",
            ),
            dcc.Store(id=Analytics.RUN_ADDRESS),
            dcc.Store(id=Analytics.RUN_QUERY, data={**query, **({} if run is None else {"run": run.run_id})}),
            html.Div(shown, id=Analytics.RUN_VIEW),
        ],
        className="stack-lg",
    )
