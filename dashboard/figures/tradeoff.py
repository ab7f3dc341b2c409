"""Algorithms between two metrics."""

from typing import Any

from core.display.metrics import metric_info
from core.views import TradeOff
from dashboard.figures.base import Figure, axis, figure
from dashboard.figures.intervals import error_bars, interval_text

__all__ = ["trade_off_dots"]

_BEST, _OTHER = "#b8862a", "#8b8476"
_LOGARITHMIC = ("ask_ms", "model_mb", "fit_seconds")


def trade_off_dots(found: TradeOff) -> Figure:
    """Return one dot per algorithm with both intervals; the front is joined by a line, who is on it filled."""
    front = [point for point in found.points if point.best]
    data: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": "Pareto front",
            "x": [point.x.value for point in front],
            "y": [point.y.value for point in front],
            "line": {"color": _BEST, "width": 1.5, "dash": "dot"},
            "hoverinfo": "skip",
        }
    ]
    for name, best, colour in (("on the front", True, _BEST), ("dominated", False, _OTHER)):
        points = [point for point in found.points if point.best == best]
        data.append(
            {
                "type": "scatter",
                "mode": "markers+text",
                "name": name,
                "x": [point.x.value for point in points],
                "y": [point.y.value for point in points],
                "text": [f"  {point.name}" for point in points],
                "textposition": "middle right",
                "cliponaxis": False,
                "marker": {"size": 12, "color": colour, "symbol": "circle" if best else "circle-open"},
                "error_x": error_bars([point.x for point in points], colour),
                "error_y": error_bars([point.y for point in points], colour),
                "customdata": [[interval_text(point.x), interval_text(point.y)] for point in points],
                "hovertemplate": f"%{{text}}, {name}<br>{_title(found.x)}: %{{x:.4~g}}%{{customdata[0]}}"
                f"<br>{_title(found.y)}: %{{y:.4~g}}%{{customdata[1]}}<extra></extra>",
            }
        )
    return figure(
        data,
        height=480,
        showlegend=True,
        margin={"l": 8, "r": 110, "t": 40, "b": 8, "pad": 4},
        xaxis=_axis(found.x),
        yaxis=_axis(found.y),
    )


def _axis(metric: str) -> dict[str, object]:
    return axis(_title(metric), **({"type": "log", "nticks": 8} if metric in _LOGARITHMIC else {"nticks": 7}))


def _title(metric: str) -> str:
    info = metric_info(metric)
    return metric if info is None else f"{info.label} ({info.unit})"
