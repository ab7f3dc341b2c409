"""What goes on in the background, how far it is, and how to end it."""

import time
from collections.abc import Sequence

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from core.views import JobView
from dashboard.components.states import error_state

__all__ = ["Jobs", "job_list", "jobs_panel"]

_STATES = {
    "waiting": "Waiting for a free place",
    "running": "Running",
    "done": "Finished",
    "failed": "Failed",
    "cancelled": "Cancelled",
}
_ENDED_SHOWN = 5


class Jobs:
    """Names of the list's components; a page holds one list."""

    LIST = "jobs-list"
    TICK = "jobs-tick"
    ASKED = "jobs-asked"
    SEEN = "jobs-seen"
    ENDED = "jobs-ended"
    CANCEL = "jobs-cancel"
    """The key of the job to end, and when that was asked (`assets/js/42-cancel-job.js`)."""


def jobs_panel() -> Component:
    """Return the panel, which callbacks/job_list.py fills and keeps up to date."""
    return html.Section(
        [
            html.H2("Jobs", className="panel-title"),
            html.Div(html.P("Looking …", className="note"), id=Jobs.LIST, className="jobs"),
            dcc.Interval(id=Jobs.TICK, interval=1000),
            *(dcc.Store(id=name) for name in (Jobs.ASKED, Jobs.SEEN, Jobs.ENDED, Jobs.CANCEL)),
        ],
        className="panel stack-sm",
        **{"aria-label": "Background jobs"},
    )


def job_list(jobs: Sequence[JobView], trouble: str | None = None, now: float | None = None) -> Component:
    """Return jobs that wait or run, the last ones that ended, and before them why none is done now."""
    at = time.time() if now is None else now
    shown = [job for job in jobs if job.live] + [job for job in jobs if not job.live][:_ENDED_SHOWN]
    rows = html.Ul([_row(job, at) for job in shown], className="plain")
    if trouble is not None:
        return html.Div([error_state(trouble), rows] if shown else [error_state(trouble)])
    if not shown:
        return html.P("Nothing is running, and nothing has ended in the last day.", className="note")
    return rows


def _row(job: JobView, now: float) -> Component:
    name: Component = html.Span(job.title, className="job-title")
    if job.state == "done" and job.address:
        name = html.A(job.title, href=job.address, className="job-title text-link", **{"data-nav": "1"})
    parts: list[Component] = [
        html.Div([name, html.Span(_STATES[job.state], className=f"job-state job-{job.state}")], className="job-head")
    ]
    if job.live:
        percent = round(100 * job.share, 1)
        parts.append(dmc.Progress(value=percent, size="md", **{"aria-label": f"Share done of {job.title}"}))
        told = [f"{percent:.0f}%", job.text, f"for {_span(now - job.asked_at)}"]
        parts.append(
            html.Div(
                [
                    html.P(" · ".join(part for part in told if part), className="note tabular"),
                    html.Button(
                        "Cancel",
                        className="link-button",
                        **{"aria-label": f"Cancel {job.title}", "data-cancel-job": job.key},
                    ),
                ],
                className="job-foot",
            )
        )
    else:
        ended = f"{_span(now - (job.ended_at or now))} ago"
        parts.append(html.P(f"{job.text} ({ended})" if job.text else ended.capitalize(), className="note"))
    return html.Li(parts, className="job-row", key=job.key)


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{max(seconds, 0):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.0f} h"
