"""People, one by one."""

from collections.abc import Sequence

from core.views import Versus
from dashboard.figures.base import SERIES, Figure, axis, figure

__all__ = ["distribution_bars", "versus_dots"]

_BINS = 20


def distribution_bars(values: Sequence[float], title: str) -> Figure:
    """Return how many people have which value, in bins of equal width from the least to the greatest.

    Parameters
    ----------
    values : sequence of float
        Ascending.
    """
    low, high = (values[0], values[-1]) if values else (0.0, 1.0)
    width = (high - low) / _BINS or 1.0
    counts = [0] * _BINS
    for value in values:
        counts[min(int((value - low) / width), _BINS - 1)] += 1
    return figure(
        [
            {
                "type": "bar",
                "x": [low + (number + 0.5) * width for number in range(_BINS)],
                "y": counts,
                "width": [0.9 * width] * _BINS,
                "customdata": [f"{low + n * width:.3g} to {low + (n + 1) * width:.3g}" for n in range(_BINS)],
                "hovertemplate": "%{customdata}: %{y:,} people<extra></extra>",
                "marker": {"color": "#b8862a"},
            }
        ],
        height=300,
        xaxis=axis(title, nticks=7, showgrid=False),
        yaxis=axis("people", nticks=5),
    )


def versus_dots(found: Versus, first: str, second: str) -> Figure:
    """Return one dot per person; above the dotted line the second has the higher value."""
    ends = [
        min((min(person.first, person.second) for person in found.points), default=0.0),
        max((max(person.first, person.second) for person in found.points), default=1.0),
    ]
    diagonal = {
        "type": "scatter",
        "mode": "lines",
        "name": "no difference",
        "x": ends,
        "y": ends,
        "line": {"color": SERIES[7], "width": 1, "dash": "dot"},
        "hoverinfo": "skip",
    }
    dots = {
        "type": "scatter",
        "mode": "markers",
        "name": "people",
        "x": [person.first for person in found.points],
        "y": [person.second for person in found.points],
        "marker": {"size": 6, "color": SERIES[0], "opacity": 0.55},
        "customdata": [[person.user_id, person.ratings] for person in found.points],
        "hovertemplate": "user %{customdata[0]}, %{customdata[1]:,} ratings: %{x:.3f} and %{y:.3f}<extra></extra>",
    }
    return figure([diagonal, dots], height=440, xaxis=axis(first, nticks=6), yaxis=axis(second, nticks=6))
