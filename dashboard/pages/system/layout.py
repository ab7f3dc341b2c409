"""The machinery: models, memory, data set, versions."""

import platform
from importlib.metadata import PackageNotFoundError, version

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from core import __version__
from core.service import CineMatch
from dashboard.address import Query
from dashboard.components.icons import icon
from dashboard.components.job_list import jobs_panel
from dashboard.pages.system.ids import System
from dashboard.pages.system.system_live import system_live

__all__ = ["layout"]

_PACKAGES = (
    "dash",
    "dash-mantine-components",
    "dash-ag-grid",
    "plotly",
    "flask",
    "gunicorn",
    "numpy",
    "scipy",
    "pandas",
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
                            dmc.Button("Refresh", id=System.REFRESH, variant="default", leftSection=icon("reset")),
                        ],
                        className="section-head",
                    ),
                    html.P("What is loaded, what it costs, and what it was measured on.", className="lede"),
                ],
                className="page-head",
            ),
            html.Div(system_live(service), id=System.LIVE),
            html.Div(jobs_panel(), className="section"),
            html.Div([_dataset(service), _versions()], className="section two"),
        ]
    )


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
                    ("Size", f"{service.dataset_mb():,.1f} MB, mapped from disk"),
                ]
            ),
        ],
        className="panel stack",
    )


def _versions() -> Component:
    rows = [("CineMatch", __version__), ("Python", platform.python_version())]
    for package in _PACKAGES:
        try:
            rows.append((package, version(package)))
        except PackageNotFoundError:
            continue
    return html.Section([html.H2("Versions"), _facts(rows)], className="panel stack")
