"""What one metric costs in another, time and memory among them."""

from dash import html
from dash.development.base_component import Component

from core.display.metrics import metric_info, metric_label
from core.evaluation.runs import EvaluationRun
from core.service import CineMatch
from core.views import TradeOff
from dashboard.address import Query
from dashboard.components.chart import chart
from dashboard.components.states import empty_state
from dashboard.figures.tradeoff import trade_off_dots
from dashboard.pages.analytics.picks import metric_options, pick, picked

__all__ = ["side"]


def side(service: CineMatch, run: EvaluationRun, query: Query) -> Component:
    """Return the algorithms of a run between two metrics of the address."""
    metrics = service.measurements.trade_off_metrics(run)
    if len(metrics) < 2:
        return empty_state("One metric alone", "There is nothing to weigh against each other in this measurement.")
    y = picked(query, "y", metrics)
    others = [metric for metric in metrics if metric != y]
    x = picked(query, "x", others, "ask_ms")
    found = service.measurements.trade_off(run, x, y)
    return html.Div(
        [
            html.Div(
                [
                    pick("y", "Upwards", metric_options(metrics), y),
                    pick("x", "To the right", metric_options(others), x),
                ],
                className="compare-controls panel",
            ),
            chart(
                f"{metric_label(y)} against {metric_label(x)}",
                _sentence(found),
                trade_off_dots(found),
                wide=True,
                one_series=False,
            ),
        ],
        className="stack-lg",
    )


def _sentence(found: TradeOff) -> str:
    names = [point.name for point in found.points if point.best]
    left = [point.name for point in found.points if not point.best]
    ways = [
        f"{info.label} is better when {'lower' if info.smaller else 'higher'}"
        for info in map(metric_info, (found.y, found.x))
        if info is not None
    ]
    verb = "is" if len(left) == 1 else "are"
    beaten = f" {', '.join(left)} {verb} dominated: another is as good on both, and better on one." if left else ""
    return f"{'; '.join(ways)}. On the front: {', '.join(names)}.{beaten} Lines are 95% intervals over people."
