"""Values with their intervals: a dot and a line each, so that no mouse is needed to see how sure they are."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.views import Spread
from dashboard.figures.base import SERIES, Figure, axis, figure

__all__ = ["error_bars", "interval_dots", "interval_text"]

_ACCENT = "#b8862a"


def interval_dots(rows: Sequence[tuple[str, Spread]], title: str) -> Figure:
    """Return one dot a row with its interval, the first at the top."""
    values = [spread for _, spread in rows]
    data = [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [spread.value for spread in values],
            "y": [name for name, _ in rows],
            "marker": {"size": 11, "color": _ACCENT},
            "error_x": error_bars(values, _ACCENT),
            "customdata": [interval_text(spread) for spread in values],
            "hovertemplate": "%{y}: %{x:.4f}%{customdata}<extra></extra>",
        }
    ]
    return figure(
        data,
        height=72 + 34 * max(len(rows), 1),
        xaxis=axis(title, tickformat=".3~f", nticks=6),
        yaxis=axis(autorange="reversed", showgrid=False),
    )


def error_bars(values: Sequence[Spread], colour: str = SERIES[0]) -> Mapping[str, Any]:
    """Return the intervals as plotly draws them; a value without one has none."""
    return {
        "type": "data",
        "symmetric": False,
        "array": [0.0 if one.high is None else max(one.high - one.value, 0.0) for one in values],
        "arrayminus": [0.0 if one.low is None else max(one.value - one.low, 0.0) for one in values],
        "thickness": 2,
        "width": 0,
        "color": colour,
    }


def interval_text(spread: Spread) -> str:
    """Return an interval in words, empty where there is none."""
    if spread.low is None or spread.high is None:
        return ""
    return f" (95%: {spread.low:.4f} to {spread.high:.4f})"
