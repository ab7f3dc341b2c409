"""Which differences of algorithms are more than noise: every pair with its interval."""

from dash import html
from dash.development.base_component import Component

from core.display.metrics import metric_info, metric_label, smaller_is_better
from core.evaluation.runs import EvaluationRun
from core.service import CineMatch
from dashboard.address import Query
from dashboard.components.states import empty_state
from dashboard.components.tables import scrolling
from dashboard.pages.analytics.picks import metric_options, pick, picked

__all__ = ["side"]


def side(service: CineMatch, run: EvaluationRun, query: Query) -> Component:
    """Return the differences of all pairs on a metric of the address."""
    del service
    if not run.comparisons:
        return empty_state("A single algorithm", "Measure two or more of them together to see how they differ.")
    metric = picked(query, "metric", run.primary)
    info = metric_info(metric)
    way = "lower" if smaller_is_better(metric) else "higher"
    return html.Div(
        [
            html.Div(
                pick("metric", "Metric", metric_options(run.primary), metric), className="compare-controls panel"
            ),
            html.Section(
                [
                    html.H3(f"Row minus column: {metric_label(metric)}"),
                    html.P(
                        f"{'' if info is None else info.definition + ' '}Unit: {'' if info is None else info.unit}; "
                        f"{way} is better. Below each difference its 95% interval over the same people. Marked are "
                        "differences that a paired randomisation test over people, adjusted after Holm for all "
                        "pairs, tells from noise (p < .05): better in gold, worse in blue.",
                        className="note",
                    ),
                    scrolling(_matrix(run, metric), "Paired differences"),
                ],
                className="panel stack-sm",
            ),
        ],
        className="stack-lg",
    )


def _matrix(run: EvaluationRun, metric: str) -> Component:
    values = {key: result.metrics[metric].value for key, result in run.algorithms.items()}
    keys = sorted(values, key=lambda key: values[key], reverse=not smaller_is_better(metric))
    found = {}
    for pair in run.comparisons:
        if pair.metric == metric:
            found[pair.first, pair.second] = (pair.difference, pair.low, pair.high, pair.significant)
            found[pair.second, pair.first] = (-pair.difference, -pair.high, -pair.low, pair.significant)
    sign = -1 if smaller_is_better(metric) else 1
    names = {key: run.algorithms[key].title for key in keys}
    return html.Table(
        [
            html.Caption(f"Paired differences of {metric_label(metric)}", className="visually-hidden"),
            html.Thead(
                html.Tr([html.Th("Algorithm", scope="col"), *(html.Th(names[key], scope="col") for key in keys)])
            ),
            html.Tbody(
                [
                    html.Tr(
                        [
                            html.Th(names[row], scope="row"),
                            *(_cell(found.get((row, column)), sign) for column in keys),
                        ]
                    )
                    for row in keys
                ]
            ),
        ],
        className="plain-table tabular pairs",
    )


def _cell(found: tuple[float, float, float, bool] | None, sign: int) -> Component:
    if found is None:
        return html.Td("", **{"aria-label": "the same algorithm"})
    difference, low, high, significant = found
    word = "" if not significant else "better" if sign * difference > 0 else "worse"
    return html.Td(
        [
            html.Span(f"{difference:+.4f}", className="cell-value"),
            html.Span(f"{low:+.4f} to {high:+.4f}", className="cell-interval"),
            *([html.Span(f" {word}", className="visually-hidden")] if word else []),
        ],
        className=f"pair-{word}" if word else "",
    )
