"""The list of background jobs, on whatever page it stands."""

import time
from typing import TYPE_CHECKING, Any

from dash import Input, Output, State, no_update
from dash.exceptions import PreventUpdate

from callbacks.errors import notify, notify_error
from callbacks.jobs.asked import asked_jobs
from dashboard.components.job_list import Jobs, job_list
from dashboard.components.light import framed

if TYPE_CHECKING:
    from dash import Dash

__all__ = ["register"]

_LIVE_MS, _IDLE_MS = 1000, 5000


def register(app: "Dash") -> None:
    """Register the callbacks."""
    jobs = asked_jobs(app)

    @app.callback(
        Output(Jobs.LIST, "children"),
        Output(Jobs.TICK, "interval"),
        Output(Jobs.SEEN, "data"),
        Output(Jobs.ENDED, "data"),
        Input(Jobs.TICK, "n_intervals"),
        Input(Jobs.ASKED, "data"),
        State(Jobs.SEEN, "data"),
        on_error=notify_error,
    )
    def look(_ticks: int | None, _asked: Any, seen: dict[str, Any] | None) -> tuple[Any, Any, Any, Any]:
        found, trouble = jobs.all(), jobs.trouble()
        live = [job.key for job in found if job.live]
        before = seen or {"live": [], "states": None}
        states = [trouble, *([job.key, job.state] for job in found)]
        ended = [job for job in found if job.key in before["live"] and not job.live]
        for job in ended:
            if job.state == "done":
                notify("Finished", job.title)
            elif job.state == "failed":
                notify("This did not work", f"{job.title}: {job.text}", error=True)
        if not live and states == before["states"]:
            raise PreventUpdate
        told = [{"kind": job.kind, "key": job.key, "state": job.state, "result": job.result} for job in ended]
        return (
            framed(job_list(found, trouble)),
            _LIVE_MS if live else _IDLE_MS,
            {"live": live, "states": states},
            told or no_update,
        )

    @app.callback(
        Output(Jobs.ASKED, "data", allow_duplicate=True),
        Input(Jobs.CANCEL, "data"),
        prevent_initial_call=True,
        on_error=notify_error,
    )
    def cancel(wanted: dict[str, Any] | None) -> float:
        if not wanted:
            raise PreventUpdate
        jobs.cancel(wanted["key"])
        return time.time()
