"""Who is served badly: a metric by cohort, and how it is spread over people."""

from typing import get_args

from dash import html
from dash.development.base_component import Component

from core.display.metrics import metric_info, metric_label, smaller_is_better
from core.errors import CineMatchError
from core.evaluation.runs import EvaluationRun
from core.service import CineMatch
from core.views import Cohort, CohortKind, CohortTable, Spread
from dashboard.address import Query
from dashboard.components.chart import chart
from dashboard.components.states import empty_state, error_state
from dashboard.components.tables import plain_table
from dashboard.figures.intervals import interval_dots
from dashboard.figures.people import distribution_bars
from dashboard.pages.analytics.picks import metric_options, pick, picked

__all__ = ["side"]

_KINDS: dict[str, str] = {
    "length": "Number of ratings",
    "rarity": "Taste for rare films",
    "era": "Era of the films",
    "genre": "Favourite genre",
}


def side(service: CineMatch, run: EvaluationRun, query: Query) -> Component:
    """Return a metric of the address by the cohorts of the address."""
    known = service.measurements.person_metrics(run.run_id)
    if not known:
        return empty_state(
            "Not kept person by person",
            "This measurement is older than that. Measure again to see who is served badly.",
        )
    metrics = list(next(iter(known.values())))
    metric = picked(query, "metric", metrics, run.primary[0])
    algorithm = picked(query, "algorithm", list(known), next(iter(run.leaders.get(run.primary[0], [])), None))
    kinds = list(get_args(CohortKind))
    kind = picked(query, "by", kinds)
    names = {key: run.algorithms[key].title for key in known}
    picks = html.Div(
        [
            pick("metric", "Metric", metric_options(metrics), metric),
            pick("by", "People by", _KINDS, kind),
            pick("algorithm", "Algorithm", names, algorithm),
        ],
        className="compare-controls panel",
    )
    try:
        table = service.measurements.cohorts(run.run_id, metric, kind)  # type: ignore[arg-type]
    except CineMatchError as error:
        return html.Div([picks, error_state(str(error))], className="stack-lg")
    return html.Div([picks, _charts(table, algorithm, names), _table(table, names)], className="stack-lg")


def _charts(table: CohortTable, algorithm: str, names: dict[str, str]) -> Component:
    info = metric_info(table.metric)
    axis = metric_label(table.metric) if info is None else f"{info.label} ({info.unit})"
    rows = [
        (f"{cohort.name} ({cohort.people:,})", cohort.values[algorithm])
        for cohort in (*table.cohorts, table.everybody)
        if algorithm in cohort.values
    ]
    spread = table.distribution[algorithm]
    return html.Div(
        [
            chart(
                f"{metric_label(table.metric)} by {_KINDS[table.kind].lower()}",
                f"{names[algorithm]}. {_worst(table, algorithm)} Lines are 95% intervals over the people of each "
                "cohort; how many they are stands behind the name.",
                interval_dots(rows, axis),
            ),
            chart(
                f"{metric_label(table.metric)} over people",
                f"{names[algorithm]}. Half of the {len(spread):,} people have {_middle(spread):.3f} or less.",
                distribution_bars(spread, axis),
            ),
        ],
        className="chart-grid",
    )


def _worst(table: CohortTable, algorithm: str) -> str:
    known = [(cohort.values[algorithm].value, cohort) for cohort in table.cohorts if algorithm in cohort.values]
    if len(known) < 2:
        return "There are too few people for cohorts."
    ordered = sorted(known, key=lambda row: row[0], reverse=smaller_is_better(table.metric))
    (low, worst), (high, best) = ordered[0], ordered[-1]
    return f"Served worst: {worst.name} ({low:.3f}); best: {best.name} ({high:.3f})."


def _middle(ascending: list[float]) -> float:
    return ascending[(len(ascending) - 1) // 2] if ascending else float("nan")


def _table(table: CohortTable, names: dict[str, str]) -> Component:
    heads = ["People", "How many", *names.values()]
    rows = [
        html.Tr(
            [
                html.Th(cohort.name, scope="row"),
                html.Td(f"{cohort.people:,}"),
                *(html.Td(_cell(cohort, key)) for key in names),
            ]
        )
        for cohort in (*table.cohorts, table.everybody)
    ]
    return html.Section(
        [
            html.H3("All algorithms"),
            plain_table(heads, rows, f"{metric_label(table.metric)}: cohorts by algorithm"),
        ],
        className="stack-sm",
    )


def _cell(cohort: Cohort, key: str) -> list[Component]:
    spread: Spread | None = cohort.values.get(key)
    if spread is None:
        return [html.Span("-")]
    told = "" if spread.low is None or spread.high is None else f"{spread.low:.3f} to {spread.high:.3f}"
    return [html.Span(f"{spread.value:.3f}", className="cell-value"), html.Span(told, className="cell-interval")]
