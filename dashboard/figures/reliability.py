"""Whether a match comes true: what was said against what was so."""

from core.views import ReliabilityView
from dashboard.figures.base import SERIES, Figure, axis, figure

__all__ = ["reliability_diagram"]


def reliability_diagram(view: ReliabilityView) -> Figure:
    """Return one dot per bin of matches, with its interval; dots on the diagonal say what is so."""
    points = view.points
    said, true = [point.predicted for point in points], [point.observed for point in points]
    diagonal = {
        "type": "scatter",
        "mode": "lines",
        "x": [0, 1],
        "y": [0, 1],
        "line": {"color": SERIES[7], "width": 1, "dash": "dot"},
        "hoverinfo": "skip",
    }
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": said,
        "y": true,
        "marker": {"size": 10, "color": SERIES[0]},
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [point.high - point.observed for point in points],
            "arrayminus": [point.observed - point.low for point in points],
            "thickness": 2,
            "width": 0,
            "color": SERIES[0],
        },
        "customdata": [point.count for point in points],
        "hovertemplate": "said %{x:.0%}, liked %{y:.0%} of %{customdata:,} ratings<extra></extra>",
    }
    return figure(
        [diagonal, dots],
        height=320,
        xaxis=axis("match", range=[0, 1], tickformat=".0%"),
        yaxis=axis("given 4 stars or more", range=[0, 1], tickformat=".0%"),
    )
