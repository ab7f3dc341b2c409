"""Algorithms beside each other on one metric."""

from core.display.metrics import metric_info, smaller_is_better
from core.evaluation.runs import EvaluationRun
from core.views import Spread
from dashboard.figures.base import Figure
from dashboard.figures.intervals import interval_dots

__all__ = ["metric_dots"]


def metric_dots(run: EvaluationRun, metric: str) -> Figure:
    """Return one dot per algorithm with its interval, the best at the top."""
    rows = [
        (result.title, Spread(value.value, value.low, value.high))
        for result in run.algorithms.values()
        if (value := result.metrics.get(metric)) is not None
    ]
    rows.sort(key=lambda row: row[1].value, reverse=not smaller_is_better(metric))
    info = metric_info(metric)
    return interval_dots(rows, "" if info is None else info.unit)
