"""The machinery: models, memory, data set, versions."""

import platform
from importlib.metadata import PackageNotFoundError, version

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from core import __version__
from core.service import CineMatch
from dashboard.address import Query, href
from dashboard.components.icons import icon
from dashboard.components.job_list import jobs_panel
from dashboard.pages.system.ids import System

__all__ = ["layout"]

_PACKAGES = (
    "dash",
    "dash-mantine-components",
    "plotly",
    "flask",
    "gunicorn",
    "numpy",
    "scipy",
    "pandas",
)


_LINKS = (
    ("/metrics", "Prometheus metrics"),
    ("/readyz", "Readiness"),
    ("/api/docs", "REST API"),
)


def layout(service: CineMatch, query: Query) -> Component:
    """Return the page."""
    del query
    return html.Div(
        [
            html.Div(
                [
                    html.Div(
                        [
                            html.H1("System"),
                            html.Div(
                                [
                                    dmc.Switch(id=System.FOLLOW, label="Follow live", checked=True),
                                    dmc.Button(
                                        "Take up new models",
                                        id=System.RELOAD,
                                        variant="default",
                                        leftSection=icon("reset"),
                                    ),
                                ],
                                className="toolbar",
                            ),
                        ],
                        className="section-head",
                    ),
                    html.P(
                        "What is asked, what is served, what it costs, and whether it needs you.", className="lede"
                    ),
                    html.P(
                        [part for path, name in _LINKS for part in (_link(path, name), " ")], className="toolbar note"
                    ),
                ],
                className="page-head",
            ),
            html.Div(id=System.LIVE, className="await system-live"),
            dcc.Interval(id=System.TICK, interval=5000),
            html.Div(jobs_panel(), className="section"),
            html.Div([_dataset(service), _versions()], className="section two"),
        ]
    )


def _link(path: str, name: str) -> Component:
    return html.A(f"{name} ({path})", href=href(path), className="text-link")


def _facts(rows: list[tuple[str, str]]) -> html.Dl:
    return html.Dl(
        [part for name, value in rows for part in (html.Dt(name), html.Dd(value))], className="facts tabular"
    )


def _dataset(service: CineMatch) -> Component:
    data = service.dataset_view()
    return html.Section(
        [
            html.H2("Data set"),
            _facts(
                [
                    ("Name", data.name),
                    ("Source", data.source),
                    ("Fingerprint", data.fingerprint),
                    ("Ratings", f"{data.ratings:,}"),
                    ("People", f"{data.users:,}"),
                    ("Films", f"{data.movies:,}"),
                    ("Filled", f"{data.density:.3%}"),
                    ("Latest rating", service.overview()["counts"]["last_month"] or "without a date"),
                    ("Installed", _time(service.disk_use().installed_at)),
                    ("Size", f"{service.dataset_mb():,.1f} MB, mapped from disk"),
                ]
            ),
        ],
        className="panel stack",
    )


def _time(when: str | None) -> str:
    return "not from the disk" if when is None else f"{when[:16].replace('T', ' ')} UTC"


def _versions() -> Component:
    rows = [("CineMatch", __version__), ("Python", platform.python_version())]
    for package in _PACKAGES:
        try:
            rows.append((package, version(package)))
        except PackageNotFoundError:
            continue
    return html.Section([html.H2("Versions"), _facts(rows)], className="panel stack")
