"""The machinery."""

from typing import TYPE_CHECKING

from dash import Input, Output
from dash.exceptions import PreventUpdate

from callbacks.errors import notify_error
from dashboard.pages.system.ids import System
from dashboard.pages.system.system_live import system_live

if TYPE_CHECKING:
    from dash import Dash
    from dash.development.base_component import Component

    from core.service import CineMatch

__all__ = ["register"]


def register(app: "Dash", service: "CineMatch") -> None:
    """Register the callbacks."""

    @app.callback(
        Output(System.LIVE, "children"),
        Input(System.REFRESH, "n_clicks"),
        prevent_initial_call=True,
        on_error=notify_error,
    )
    def refresh(clicks: int | None) -> "Component":
        if not clicks:
            raise PreventUpdate
        return system_live(service)
