"""How often a match comes true, algorithm by algorithm."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from core.service import CineMatch
from core.views import ModelStatus, ReliabilityView
from dashboard.address import Query
from dashboard.components.chart import chart
from dashboard.components.states import empty_state
from dashboard.figures.reliability import reliability_diagram

__all__ = ["match_panel", "panel"]


def panel(service: CineMatch, query: Query) -> Component:
    """Return the tab."""
    del query
    loaded = [status for status in service.models() if status.state == "loaded"]
    told = [(status, service.reliability(status.key)) for status in loaded]
    return match_panel([(status, view) for status, view in told if view is not None])


def match_panel(measured: Sequence[tuple[ModelStatus, ReliabilityView]]) -> Component:
    """Return the tab: a reliability diagram for every algorithm whose match was measured."""
    if not measured:
        return empty_state(
            "No match was measured", "`cinematch train` measures how often a match comes true, where ratings suffice."
        )
    return html.Div(
        [
            html.P(
                "A match of 80% is to come true eight times in ten: dots on the dotted line say what is so. "
                "Bars are 95% intervals.",
                className="lede",
            ),
            html.Div(
                [chart(status.name, _note(view), reliability_diagram(view)) for status, view in measured],
                className="chart-grid",
            ),
            html.P(measured[0][1].how, className="muted"),
        ],
        className="stack-lg",
    )


def _note(view: ReliabilityView) -> str:
    return (
        f"Off by {view.error * 100:.1f} points on average; with so many ratings {view.chance * 100:.1f} would be "
        "chance alone."
    )
