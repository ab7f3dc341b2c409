"""Panels that show what a job leaves: ordered by a button, drawn anew in every tab when the job is done."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dash import Input, Output, State
from dash.exceptions import PreventUpdate

from callbacks.errors import notify_error
from dashboard.components.job_list import Jobs
from dashboard.components.light import framed

if TYPE_CHECKING:
    from dash import Dash

__all__ = ["draw_when_done"]


def draw_when_done(app: "Dash", kind: str, view: str, asked: str, draw: Callable[[dict[str, str]], Any]) -> None:
    """Register the callback that draws `view` anew when a job of `kind` has ended well.

    Parameters
    ----------
    app : Dash
    kind : str
        As it was added to the application's jobs.
    view, asked : str
        Ids of the panel and of the store with what it shows.
    draw : callable
        Takes what the store holds, returns the panel's children.
    """

    @app.callback(
        Output(view, "children"),
        Input(Jobs.ENDED, "data"),
        State(asked, "data"),
        prevent_initial_call=True,
        on_error=notify_error,
    )
    def show(ended: list[dict[str, Any]] | None, question: dict[str, str]) -> Any:
        if not any(job["kind"] == kind and job["state"] == "done" for job in ended or ()):
            raise PreventUpdate
        return framed(draw(question))
