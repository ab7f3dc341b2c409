"""What is learned beside the server: a line on every page, and selects that offer it as soon as it is there."""

from typing import TYPE_CHECKING, Any

from dash import Input, Output, State
from dash.exceptions import PreventUpdate

from callbacks.errors import notify_error
from core.views import goes_on
from dashboard.components.algorithm_card import algorithm_options
from dashboard.components.light import framed
from dashboard.shell import learning_line_of
from dashboard.shell_ids import Shell

if TYPE_CHECKING:
    from dash import Dash

    from core.service import CineMatch

__all__ = ["offer_learned", "register"]


def register(app: "Dash", service: "CineMatch") -> None:
    """Register the line; it is asked for while something is learned, and once more."""

    @app.callback(
        Output(Shell.LEARNING, "children"),
        Output(Shell.LEARNING_TICK, "disabled"),
        Output(Shell.LEARNED, "data"),
        Input(Shell.LEARNING_TICK, "n_intervals"),
        State(Shell.LEARNED, "data"),
        prevent_initial_call=True,
        on_error=notify_error,
    )
    def follow(_ticks: int | None, known: list[str] | None) -> tuple[Any, bool, list[str]]:
        learned = [status.key for status in service.models() if status.state == "loaded"]
        over = not goes_on(service.learning)
        return framed(learning_line_of(service, ended=True)), over, known if learned == known else learned


def offer_learned(app: "Dash", service: "CineMatch", select: str) -> None:
    """Register that a select of algorithms offers what was learned since its page was made."""

    @app.callback(
        Output(select, "data"), Input(Shell.LEARNED, "data"), prevent_initial_call=True, on_error=notify_error
    )
    def offer(learned: list[str] | None) -> list[dict[str, Any]]:
        if learned is None:
            raise PreventUpdate
        return algorithm_options(service.models())
