"""A measurement: how it was made, the leaders, figures, and every number in a table."""

from typing import Any

import dash_ag_grid as dag
import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from core.evaluation.runs import EvaluationRun, Relevance, smaller_is_better
from dashboard.components.chart import chart
from dashboard.components.metric_label import RELEVANCE_LABELS, metric_label
from dashboard.pages.analytics.comparison_chart import metric_dots
from dashboard.theme import GRID_THEME

__all__ = ["run_rows", "run_view"]

_SHOWN_FIRST = (
    *("ndcg@10", "recall@10", "recall@20", "precision@10"),
    *("liked@10", "disliked@10", "graded_ndcg@10", "below_mean@10"),
    *("rmse", "mae", "map@10", "mrr@10", "hit_rate@10"),
    *("coverage@10", "novelty@10", "diversity@10", "popularity@10"),
)


def run_view(run: EvaluationRun) -> Component:
    """Return a stored run; one of lists by what was liked, and behind a tab by all that was rated."""
    how = html.P(
        f"{run.summary} Measured {run.created_at[:16].replace('T', ' ')} UTC "
        f"in {run.seconds:,.0f} s with code {run.environment['code_version']}.",
        className="muted",
    )
    judgements = run.relevances or [None]
    views = [_judged(run, relevance) for relevance in judgements]
    if len(views) == 1:
        return html.Div([how, *views], className="stack-lg")
    tabs = dmc.Tabs(
        value=judgements[0],
        # What is not looked at is not there: charts and table cost as much as the page.
        keepMounted=False,
        children=[
            dmc.TabsList(
                [dmc.TabsTab(f"Hits: {RELEVANCE_LABELS[str(one)]}", value=one) for one in judgements],
                **{"aria-label": "Which films count as hits"},
            ),
            *(dmc.TabsPanel(view, value=one, pt="md") for one, view in zip(judgements, views, strict=True)),
        ],
    )
    return html.Div([how, tabs], className="stack-lg")


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
