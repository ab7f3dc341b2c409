"""A measurement: the leaders, figures, and every number in a table."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from core.display.metrics import RELEVANCE_LABELS, metric_info, metric_label, smaller_is_better
from core.evaluation.runs import AlgorithmResult, EvaluationRun, Relevance
from core.service import CineMatch
from dashboard.address import Query, href
from dashboard.components.chart import chart
from dashboard.components.tables import scrolling
from dashboard.pages.analytics.comparison_chart import metric_dots
from dashboard.pages.analytics.picks import metric_options, pick, picked
from dashboard.pages.analytics.run_options import PROTOCOLS

__all__ = ["run_rows", "run_view", "side"]

_SHOWN_FIRST = (
    *("ndcg@10", "recall@10", "recall@20", "precision@10"),
    *("liked@10", "disliked@10", "graded_ndcg@10", "below_mean@10"),
    *("rmse", "mae", "map@10", "mrr@10", "hit_rate@10"),
    *("coverage@10", "novelty@10", "diversity@10", "popularity@10"),
)


def side(service: CineMatch, run: EvaluationRun, query: Query) -> Component:
    """Return the results, of lists as the address says: by what was liked, or by all that was rated."""
    return html.Div([*_control(service, run), run_view(run, query)], className="stack")


def _control(service: CineMatch, run: EvaluationRun) -> list[Component]:
    """Return where the same stands with orders shuffled, or the real ones: their difference is what it is worth."""
    other = {"leave-last": "next-shuffled", "leave-last-shuffled": "next"}.get(run.protocol["split"])
    if other is None:
        return []
    run_id = service.measurements.run_id(run.asked, other, 1, run.protocol["seed"])
    name = PROTOCOLS[other]
    if service.measurements.run(run_id) is None:
        text = f"What the order is worth tells “{name}” beside this: measure it, too."
        return [html.P(text, className="note")]
    link = html.A(
        f"“{name}”", href=href("/analytics", tab="compare", run=run_id), className="text-link", **{"data-nav": "1"}
    )
    return [html.P(["What the order is worth tells ", link, " beside this."], className="note")]


def run_view(run: EvaluationRun, query: Query) -> Component:
    """Return a stored run judged by one relevance, with links to the others."""
    judgements = run.relevances
    relevance = next((one for one in judgements if one == query.get("relevance")), next(iter(judgements), None))
    if len(judgements) < 2:
        return _judged(run, relevance, query)
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
        [
            html.Nav(links, className="chips", **{"aria-label": "Which films count as hits"}),
            _judged(run, relevance, query),
        ],
        className="stack-lg",
    )


def _judged(run: EvaluationRun, relevance: Relevance | None, query: Query) -> Component:
    metrics = _metrics(run, relevance)
    sort = picked(query, "sort", metrics, _primary(run, relevance)[0])
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
                    html.P("Below each value its 95% interval over users, the best first.", className="note"),
                    pick("sort", "Sorted by", metric_options(metrics), sort),
                    scrolling(_table(run, metrics, sort), "All metrics"),
                    _glossary(metrics),
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


def run_rows(run: EvaluationRun, metric: str) -> list[AlgorithmResult]:
    """Return the results of a run, the best by `metric` first; those without it last."""
    smaller = smaller_is_better(metric)

    def place(result: AlgorithmResult) -> float:
        value = _value(result, metric)
        return float("inf") if value is None else value if smaller else -value

    return sorted(run.algorithms.values(), key=place)


def _value(result: AlgorithmResult, metric: str) -> float | None:
    found = result.metrics.get(metric)
    return None if found is None or found.value != found.value else found.value


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


def _table(run: EvaluationRun, metrics: Sequence[str], sort: str) -> Component:
    columns = [
        html.Th(
            metric_label(name),
            scope="col",
            title=_help(name),
            **({"aria-sort": "ascending" if smaller_is_better(name) else "descending"} if name == sort else {}),
        )
        for name in metrics
    ]
    rows = [
        html.Tr(
            [
                html.Th(result.title, scope="row"),
                *(_cell(result, name) for name in metrics),
                html.Td(f"{result.fit_seconds:,.2f}"),
            ]
        )
        for result in run_rows(run, sort)
    ]
    heads = [html.Th("Algorithm", scope="col"), *columns, html.Th("Fit, CPU s", scope="col")]
    return html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)], className="plain-table tabular wide-table")


def _cell(result: AlgorithmResult, metric: str) -> Component:
    value = _value(result, metric)
    if value is None:
        return html.Td("")
    found = result.metrics[metric]
    if found.low is None or found.high is None:
        return html.Td(f"{value:.4f}")
    return html.Td([f"{value:.4f}", html.Span(f"{found.low:.4f} to {found.high:.4f}", className="cell-interval")])
