"""A measurement: the leaders, figures, and every number in a table."""

from collections.abc import Sequence
from typing import Any

import dash_ag_grid as dag
from dash import html
from dash.development.base_component import Component

from core.display.metrics import RELEVANCE_LABELS, metric_info, metric_label, smaller_is_better
from core.evaluation.runs import EvaluationRun, Relevance
from core.service import CineMatch
from dashboard.address import Query, href
from dashboard.components.chart import chart
from dashboard.pages.analytics.comparison_chart import metric_dots
from dashboard.pages.analytics.run_options import PROTOCOLS
from dashboard.theme import GRID_THEME

__all__ = ["run_rows", "run_view", "side"]

_SHOWN_FIRST = (
    *("ndcg@10", "recall@10", "recall@20", "precision@10"),
    *("liked@10", "disliked@10", "graded_ndcg@10", "below_mean@10"),
    *("rmse", "mae", "map@10", "mrr@10", "hit_rate@10"),
    *("coverage@10", "novelty@10", "diversity@10", "popularity@10"),
)


def side(service: CineMatch, run: EvaluationRun, query: Query) -> Component:
    """Return the results, of lists as the address says: by what was liked, or by all that was rated."""
    return html.Div([*_control(service, run), run_view(run, query.get("relevance"))], className="stack")


def _control(service: CineMatch, run: EvaluationRun) -> list[Component]:
    """Return where the same stands with orders shuffled, or the real ones: their difference is what it is worth."""
    other = {"leave-last": "next-shuffled", "leave-last-shuffled": "next"}.get(run.protocol["split"])
    if other is None:
        return []
    run_id = service.measurements.run_id(list(run.algorithms), other, 1, run.protocol["seed"])
    name = PROTOCOLS[other]
    if service.measurements.run(run_id) is None:
        text = f"What the order is worth tells “{name}” beside this: measure it, too."
        return [html.P(text, className="note")]
    link = html.A(
        f"“{name}”", href=href("/analytics", tab="compare", run=run_id), className="text-link", **{"data-nav": "1"}
    )
    return [html.P(["What the order is worth tells ", link, " beside this."], className="note")]


def run_view(run: EvaluationRun, wanted: str | None = None) -> Component:
    """Return a stored run judged by one relevance, with links to the others."""
    judgements = run.relevances
    relevance = next((one for one in judgements if one == wanted), next(iter(judgements), None))
    if len(judgements) < 2:
        return _judged(run, relevance)
    links = [
        html.A(
            f"Hits: {RELEVANCE_LABELS[one]}",
            href=href("/analytics", tab="compare", run=run.run_id, relevance=None if one == judgements[0] else one),
            className="chip",
            **{"data-nav": "1", **({"aria-current": "true"} if one == relevance else {})},
        )
        for one in judgements
    ]
    return html.Div(
        [html.Nav(links, className="chips", **{"aria-label": "Which films count as hits"}), _judged(run, relevance)],
        className="stack-lg",
    )


def _judged(run: EvaluationRun, relevance: Relevance | None) -> Component:
    charts = [
        chart(
            metric_label(metric),
            f"{'Lower' if smaller_is_better(metric) else 'Higher'} is better; lines are 95% intervals over users. "
            + _leaders(run, metric),
            metric_dots(run, metric),
        )
        for metric in _primary(run, relevance)
    ]
    return html.Div(
        [
            html.Div(charts, className="chart-grid"),
            html.Div(
                [
                    html.H3("All metrics"),
                    html.P("Point at a value for its 95% interval over users. Columns sort.", className="note"),
                    _grid(run, relevance),
                    _glossary(_metrics(run, relevance)),
                ],
                className="stack-sm",
            ),
        ],
        className="stack-lg",
    )


def _primary(run: EvaluationRun, relevance: Relevance | None) -> list[str]:
    return run.primary if relevance is None else run.primary_of(relevance)


def _leaders(run: EvaluationRun, metric: str) -> str:
    names = [run.algorithms[key].title for key in run.leaders.get(metric, []) if key in run.algorithms]
    if not names:
        return ""
    if len(names) == 1:
        return f"{names[0]} leads, beyond the noise."
    return f"{names[0]} leads; {', '.join(names[1:])} cannot be told apart from it."


def _metrics(run: EvaluationRun, relevance: Relevance | None) -> list[str]:
    """Return what the table shows: the metrics of one relevance and those that know none."""
    found = run.metric_names(relevance)
    first = [name for one in _SHOWN_FIRST for name in (f"{relevance}_{one}", one) if name in found]
    return [*first, *sorted(found - set(first))]


def run_rows(run: EvaluationRun, relevance: Relevance | None = None) -> list[dict[str, Any]]:
    """Return one row per algorithm for the table; fields are ``m0``, ``m1`` ... with ``i0``, ``i1`` ... intervals."""
    metrics = _metrics(run, relevance)
    rows = []
    for result in run.algorithms.values():
        row: dict[str, Any] = {"title": result.title, "fit": round(result.fit_seconds, 2)}
        for number, name in enumerate(metrics):
            value = result.metrics.get(name)
            if value is not None and value.value == value.value:
                row[f"m{number}"] = value.value
                if value.low is not None and value.high is not None:
                    row[f"i{number}"] = f"{value.low:.4f} to {value.high:.4f}"
        rows.append(row)
    metric = _primary(run, relevance)[0]
    number = metrics.index(metric)
    worst = float("inf") if smaller_is_better(metric) else float("-inf")
    return sorted(rows, key=lambda row: row.get(f"m{number}", worst), reverse=not smaller_is_better(metric))


def _help(metric: str) -> str:
    info = metric_info(metric)
    if info is None:
        return metric_label(metric)
    return f"{info.definition} Unit: {info.unit}. {'Lower' if info.smaller else 'Higher'} is better."


def _glossary(metrics: Sequence[str]) -> Component:
    """Return what the columns mean, for those who do not point."""
    rows = [part for name in metrics for part in (html.Dt(metric_label(name)), html.Dd(_help(name)))]
    return html.Details(
        [html.Summary("What the columns mean"), html.Dl(rows, className="facts glossary")], className="config"
    )


def _grid(run: EvaluationRun, relevance: Relevance | None) -> Component:
    columns: list[dict[str, Any]] = [{"field": "title", "headerName": "Algorithm", "pinned": "left", "width": 170}]
    columns += [
        {
            "field": f"m{number}",
            "headerName": metric_label(name),
            "type": "numericColumn",
            "width": 128,
            "valueFormatter": {"function": "params.value == null ? '' : d3.format('.4f')(params.value)"},
            "tooltipField": f"i{number}",
            "headerTooltip": _help(name),
        }
        for number, name in enumerate(_metrics(run, relevance))
    ]
    columns.append({"field": "fit", "headerName": "Fit, CPU s", "type": "numericColumn", "width": 120})
    return dag.AgGrid(
        rowData=run_rows(run, relevance),
        columnDefs=columns,
        defaultColDef={"sortable": True, "resizable": True, "suppressHeaderMenuButton": True},
        dashGridOptions={"theme": GRID_THEME, "domLayout": "autoHeight", "tooltipShowDelay": 200},
        className="grid",
        style={"height": None, "width": "100%"},
    )
