"""The machinery, live."""

from typing import TYPE_CHECKING

from dash import Input, Output
from dash.exceptions import PreventUpdate

from callbacks.errors import notify, notify_error
from callbacks.jobs.asked import asked_jobs
from dashboard.components.light import framed
from dashboard.pages.system.ids import System
from dashboard.pages.system.system_live import system_live
from dashboard.web.metrics import traffic_of

if TYPE_CHECKING:
    from dash import Dash
    from dash.development.base_component import Component

    from core.service import CineMatch

__all__ = ["register"]


def register(app: "Dash", service: "CineMatch") -> None:
    """Register the callbacks."""
    jobs = asked_jobs(app)

    @app.callback(Output(System.LIVE, "children"), Input(System.TICK, "n_intervals"), on_error=notify_error)
    def look(_ticks: int | None) -> "Component":
        return framed(system_live(service, traffic_of(app.server), jobs.all(), jobs.trouble()))

    @app.callback(Output(System.TICK, "disabled"), Input(System.FOLLOW, "checked"), prevent_initial_call=True)
    def follow(checked: bool) -> bool:
        return not checked

    @app.callback(
        Output(System.TICK, "n_intervals"),
        Input(System.RELOAD, "n_clicks"),
        prevent_initial_call=True,
        on_error=notify_error,
    )
    def reload(clicks: int | None) -> int:
        if not clicks:
            raise PreventUpdate
        names = {status.key: status.name for status in service.models()}
        changed = [names.get(key, key) for key in service.refresh()]
        told = f"Newly trained and served now: {', '.join(changed)}." if changed else "What is served is the latest."
        notify("Models", told)
        return 0
