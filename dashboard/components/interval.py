"""A number with its interval, drawn on a scale with CSS."""

from core.views import Interval
from dashboard.components import light as html

__all__ = ["interval_bar"]


def interval_bar(shown: Interval, low: float, high: float, label: str) -> html.Node:
    """Return a dot on a scale from `low` to `high`, its interval as a line, and a mark at zero.

    Parameters
    ----------
    label : str
        The same in words, for who does not see it.
    """

    def place(value: float) -> float:
        return 100 * (min(max(value, low), high) - low) / (high - low)

    return html.Span(
        [
            html.Span(
                className="interval-line",
                style={"left": f"{place(shown.low):.1f}%", "right": f"{100 - place(shown.high):.1f}%"},
            ),
            html.Span(className="interval-dot", style={"left": f"{place(shown.value):.1f}%"}),
        ],
        className="interval",
        role="img",
        title=label,
        style={"--zero": f"{place(0.0):.1f}%"},
        **{"aria-label": label},
    )
