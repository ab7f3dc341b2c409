"""Several series along one axis, each point with its interval."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.views import CurvePoint
from dashboard.figures.base import SERIES, Figure, axis, figure
from dashboard.figures.intervals import error_bars, interval_text

__all__ = ["interval_lines"]

_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "star", "cross", "pentagon")
_DASHES = ("solid", "dash")


def interval_lines(lines: Mapping[str, Sequence[CurvePoint]], x: str, y: str, *, logarithmic: bool = False) -> Figure:
    """Return one line a name, told apart by colour, symbol and dash."""
    data: list[dict[str, Any]] = []
    for number, (name, points) in enumerate(lines.items()):
        colour = SERIES[number % len(SERIES)]
        values = [point.value for point in points]
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": name,
                "x": [point.size for point in points],
                "y": [value.value for value in values],
                "line": {"color": colour, "width": 2, "dash": _DASHES[number // len(SERIES) % 2]},
                "marker": {"color": colour, "size": 8, "symbol": _SYMBOLS[number % len(_SYMBOLS)]},
                "error_y": {**error_bars(values, colour), "thickness": 1.2},
                "customdata": [interval_text(value) for value in values],
                "hovertemplate": f"{name}, %{{x:,}}: %{{y:.4f}}%{{customdata}}<extra></extra>",
            }
        )
    return figure(
        data,
        height=460,
        showlegend=True,
        margin={"l": 8, "r": 16, "t": 72, "b": 8, "pad": 4},
        xaxis=axis(x, showgrid=False, **({"type": "log", "dtick": 1} if logarithmic else {"nticks": 8})),
        yaxis=axis(y, nticks=6),
    )
