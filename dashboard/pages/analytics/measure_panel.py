"""Controls of a new measurement, and the jobs that measure."""

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from core.service import CineMatch
from core.views import ModelStatus
from dashboard.address import Query
from dashboard.components.icons import icon
from dashboard.components.job_list import jobs_panel
from dashboard.pages.analytics.ids import Analytics
from dashboard.pages.analytics.run_options import PROTOCOLS

__all__ = ["measure_panel", "panel"]

_FOLDS = (1, 3, 5, 10)


def panel(service: CineMatch, query: Query) -> Component:
    """Return the tab."""
    del query
    return measure_panel(service.models())


def measure_panel(statuses: Sequence[ModelStatus]) -> Component:
    """Return the controls of a new measurement."""
    return html.Div(
        [
            html.P(
                "Part of the ratings is put aside, every algorithm is fitted anew on the rest, and then asked about "
                "what was put aside. Nothing here is measured on ratings that an algorithm has seen.",
                className="lede",
            ),
            html.Section(_controls(statuses), className="panel stack", **{"aria-label": "New measurement"}),
            jobs_panel(),
        ],
        className="stack-lg",
    )


def _controls(statuses: Sequence[ModelStatus]) -> list[Component]:
    options: list[Any] = [
        dmc.Chip(status.name, value=status.key, size="sm", autoContrast=True) for status in statuses
    ]
    return [
        html.Div(
            [
                html.Div("Algorithms", className="control-label", id=f"{Analytics.ALGORITHMS}-label"),
                html.Div(
                    dmc.ChipGroup(
                        options, id=Analytics.ALGORITHMS, multiple=True, value=[status.key for status in statuses]
                    ),
                    className="chips",
                    role="group",
                    **{"aria-labelledby": f"{Analytics.ALGORITHMS}-label"},
                ),
            ]
        ),
        html.Div(
            [
                dmc.Select(
                    id=Analytics.PROTOCOL,
                    label="Question",
                    data=[{"value": key, "label": label} for key, label in PROTOCOLS.items()],
                    value="ranking",
                    allowDeselect=False,
                ),
                dmc.Select(
                    id=Analytics.FOLDS,
                    label="Splits",
                    data=[
                        {"value": str(folds), "label": f"{folds} folds" if folds > 1 else "one 80/20 split"}
                        for folds in _FOLDS
                    ],
                    value="5",
                    allowDeselect=False,
                    disabled=True,
                ),
                dmc.NumberInput(id=Analytics.SEED, label="Seed", value=42, min=0, max=2**31 - 1, allowDecimal=False),
                dmc.Switch(id=Analytics.AGAIN, label="Measure again even if stored", checked=False, pb=8),
            ],
            className="compare-controls",
        ),
        html.Div(
            [
                dmc.Button("Measure", id=Analytics.RUN, leftSection=icon("play")),
                html.P(id=Analytics.TOLD, className="note", **{"aria-live": "polite"}),
            ],
            className="toolbar",
        ),
    ]
