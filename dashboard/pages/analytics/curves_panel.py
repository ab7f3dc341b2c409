"""Curves: newcomers, people learned from, and whom the hybrid trusts along the length of a profile."""

from collections.abc import Callable, Sequence

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from core.display.metrics import metric_info, metric_label, smaller_is_better
from core.errors import CineMatchError
from core.service import CineMatch
from core.views import Curve, CurvePoint, ModelStatus, Spread
from dashboard.address import Query, href
from dashboard.components.chart import chart
from dashboard.components.icons import icon
from dashboard.components.job_list import jobs_panel
from dashboard.components.states import empty_state, error_state
from dashboard.figures.lines import interval_lines
from dashboard.pages.analytics.ids import Curves
from dashboard.pages.analytics.picks import picked

__all__ = ["KINDS", "METRICS", "curve_view", "panel"]

KINDS = {
    "cold-start": "Newcomers, any films",
    "coherent": "Newcomers, films of one kind",
    "learning": "People learned from",
    "weights": "The hybrid's weights",
}
METRICS = ("liked_ndcg@10", "rated_ndcg@10", "rmse")
_AXES = {
    "cold-start": "ratings in the profile",
    "coherent": "ratings in the profile",
    "learning": "people learned from",
}
_LENGTHS = (1, 2, 3, 5, 8, 12, 20, 35, 60, 100, 200, 400)


def panel(service: CineMatch, query: Query) -> Component:
    """Return the tab with the curve of the address."""
    kind = picked(query, "curve", list(KINDS))
    metric = picked(query, "metric", METRICS)
    kinds = _links("Curves", KINDS, kind, lambda key: href("/analytics", tab="curves", curve=key))
    if kind == "weights":
        return html.Div([kinds, _weights(service)], className="stack-lg")
    metrics = _links(
        "Metric",
        {key: metric_label(key) for key in METRICS},
        metric,
        lambda key: href("/analytics", tab="curves", curve=kind, metric=key),
    )
    return html.Div(
        [
            kinds,
            metrics,
            html.Div(curve_view(service, kind, metric), id=Curves.VIEW),
            dcc.Store(id=Curves.ASKED, data={"kind": kind, "metric": metric}),
            _measuring(service.models()),
            jobs_panel(),
        ],
        className="stack-lg",
    )


def curve_view(service: CineMatch, kind: str, metric: str) -> Component:
    """Return a stored curve, or that there is none."""
    found = service.measurements.curve(kind, metric)
    if found is None or not found.lines:
        return empty_state("Not measured yet", "Choose algorithms below and measure: it goes on in the background.")
    names = {status.key: status.name for status in service.models()}
    info = metric_info(metric)
    return chart(
        f"{metric_label(metric)} by {_AXES[kind]}",
        f"{_sentence(found, names)} {found.how} Lines at the points are 95% intervals over people.",
        interval_lines(
            {names.get(key, key): points for key, points in found.lines.items()},
            _AXES[kind],
            metric_label(metric) if info is None else f"{info.label} ({info.unit})",
            logarithmic=kind == "learning",
        ),
        wide=True,
        one_series=False,
    )


def _sentence(found: Curve, names: dict[str, str]) -> str:
    sign = -1 if smaller_is_better(found.metric) else 1
    size = min(points[0].size for points in found.lines.values())
    first = {key: points[0].value.value for key, points in found.lines.items() if points[0].size == size}
    last = {key: points[-1].value.value for key, points in found.lines.items()}
    begins, ends = (max(at, key=lambda key: sign * at[key]) for at in (first, last))
    return f"At {size:,} {names.get(begins, begins)} is best, at the end {names.get(ends, ends)}."


def _weights(service: CineMatch) -> Component:
    try:
        by_length = {length: service.hybrid_weights(length) for length in _LENGTHS}
    except CineMatchError as error:
        return error_state(str(error))
    charts = []
    for part, title, unit in (
        ("ranking", "Whom the order follows", "weight of the member's scaled score"),
        ("rating", "Whom the stars follow", "share of the member's distance from the baseline"),
    ):
        lines: dict[str, list[CurvePoint]] = {}
        for length, weights in by_length.items():
            for member in getattr(weights, part):
                lines.setdefault(member.name, []).append(CurvePoint(length, Spread(member.weight)))
        charts.append(
            chart(
                title,
                f"By the number of ratings in a profile. With one rating most is given to {_most(lines, 0)}, with "
                f"{_LENGTHS[-1]} to {_most(lines, -1)}. Weights were learned on ratings that members had not seen.",
                interval_lines(lines, "ratings in the profile", unit, logarithmic=True),
                one_series=False,
            )
        )
    return html.Div(charts, className="chart-grid")


def _most(lines: dict[str, list[CurvePoint]], at: int) -> str:
    return max(lines, key=lambda name: lines[name][at].value.value)


def _links(label: str, options: dict[str, str], chosen: str, address: Callable[[str], str]) -> Component:
    return html.Nav(
        [
            html.A(
                text,
                href=address(key),
                className="chip",
                **{"data-nav": "1", **({"aria-current": "true"} if key == chosen else {})},
            )
            for key, text in options.items()
        ],
        className="chips",
        **{"aria-label": label},
    )


def _measuring(statuses: Sequence[ModelStatus]) -> Component:
    return html.Section(
        [
            html.H2("Measure", className="panel-title"),
            html.Div(
                dmc.ChipGroup(
                    [dmc.Chip(status.name, value=status.key, size="sm", autoContrast=True) for status in statuses],
                    id=Curves.ALGORITHMS,
                    multiple=True,
                    value=[status.key for status in statuses],
                ),
                className="chips",
                role="group",
                **{"aria-label": "Algorithms to measure"},
            ),
            html.Div(dmc.Button("Measure this curve", id=Curves.RUN, leftSection=icon("play")), className="toolbar"),
        ],
        className="panel stack",
        **{"aria-label": "Measure this curve"},
    )
