"""Measuring curves in the background, and showing them when they are there."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dash import Input, Output, State
from dash.exceptions import PreventUpdate

from callbacks.drawn_jobs import draw_when_done
from callbacks.errors import notify_error
from callbacks.jobs.asked import asked_jobs
from core.errors import InvalidInputError
from core.progress import Progress
from dashboard.address import href
from dashboard.components.job_list import Jobs
from dashboard.pages.analytics.curves_panel import KINDS, curve_view
from dashboard.pages.analytics.ids import Curves

if TYPE_CHECKING:
    from dash import Dash

    from core.service import CineMatch

__all__ = ["register"]

_CURVE = "curve"


def register(app: "Dash", service: "CineMatch") -> None:
    """Register the callbacks."""
    jobs = asked_jobs(app)

    def measure(report: Progress, order: dict[str, Any]) -> dict[str, Any]:
        service.measurements.measure_curve(order["kind"], order["keys"], report)
        return {}

    jobs.add(_CURVE, measure)

    @app.callback(
        Output(Jobs.ASKED, "data", allow_duplicate=True),
        Input(Curves.RUN, "n_clicks"),
        State(Curves.ALGORITHMS, "value"),
        State(Curves.ASKED, "data"),
        prevent_initial_call=True,
        on_error=notify_error,
    )
    def order(clicks: int | None, keys: Sequence[str] | None, asked: dict[str, str]) -> float:
        if not clicks:
            raise PreventUpdate
        names = {status.key: status.name for status in service.models() if status.key in (keys or ())}
        if not names:
            raise InvalidInputError("Choose at least one algorithm to measure.")
        title = f"{KINDS[asked['kind']]}: {', '.join(names.values())}"
        address = href("/analytics", tab="curves", curve=asked["kind"], metric=asked["metric"])
        jobs.ask(_CURVE, title, {"kind": asked["kind"], "keys": list(names)}, address)
        return time.time()

    def draw(asked: dict[str, str]) -> Any:
        return curve_view(service, asked["kind"], asked["metric"])

    draw_when_done(app, _CURVE, Curves.VIEW, Curves.ASKED, draw)
