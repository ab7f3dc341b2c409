"""Algorithms beside each other on one metric."""

from collections.abc import Sequence
from typing import Any

from core.evaluation.runs import EvaluationRun, smaller_is_better
from dashboard.figures.base import axis, figure

__all__ = ["metric_dots"]


def metric_dots(run: EvaluationRun, metric: str) -> dict[str, Any]:
    """Return one dot per algorithm with its interval, the best at the top."""
    rows = [(result.title, result.metrics[metric]) for result in run.algorithms.values() if metric in result.metrics]
    rows.sort(key=lambda row: row[1].value, reverse=not smaller_is_better(metric))
    names = [name for name, _ in rows]
    values = [value.value for _, value in rows]
    data: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "markers",
            "x": values,
            "y": names,
            "marker": {"size": 11, "color": "#b8862a"},
            "error_x": {
                "type": "data",
                "symmetric": False,
                "array": _distances([value.high for _, value in rows], values),
                "arrayminus": _distances(values, [value.low for _, value in rows]),
                "thickness": 2,
                "width": 0,
                "color": "#b8862a",
            },
            "customdata": [_interval(value.low, value.high) for _, value in rows],
            "hovertemplate": "%{y}: %{x:.4f}%{customdata}<extra></extra>",
        }
    ]
    return figure(
        data,
        height=56 + 34 * max(len(rows), 1),
        xaxis=axis(tickformat=".3~f", nticks=6),
        yaxis=axis(autorange="reversed", showgrid=False),
    )


def _distances(upper: Sequence[float | None], lower: Sequence[float | None]) -> list[float]:
    return [
        0.0 if high is None or low is None else max(high - low, 0.0) for high, low in zip(upper, lower, strict=True)
    ]


def _interval(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f" (95%: {low:.4f} to {high:.4f})"
