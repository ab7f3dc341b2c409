"""Bars drawn with CSS: lighter than a chart, readable as a list."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

__all__ = ["diverging_bar", "share_bars"]


def share_bars(rows: Sequence[tuple[str, float, str]], label: str, top: float | None = None) -> html.Ul:
    """Return horizontal bars from zero.

    Parameters
    ----------
    rows : sequence of (name, value, text)
    top : float, optional
        The value that fills the width; by default the largest.
    """
    full = top or max((value for _, value, _ in rows), default=0) or 1
    return html.Ul(
        [
            html.Li(
                [
                    html.Span(name, className="bar-name"),
                    html.Span(
                        className="bar-track",
                        children=html.Span(
                            className="bar-fill", style={"width": f"{min(100 * value / full, 100):.1f}%"}
                        ),
                        **{"aria-hidden": "true"},
                    ),
                    html.Span(text, className="bar-text tabular"),
                ]
            )
            for name, value, text in rows
        ],
        className="bars",
        **{"aria-label": label},
    )


def diverging_bar(value: float, low: float, high: float) -> Component:
    """Return a bar from zero to `value` on a track that spans `low` to `high` and always holds zero.

    With no negative value on the track, zero is at its left end and all of the width is for what is positive.
    """
    low, high = min(low, 0.0), max(high, 0.0)
    span = (high - low) or 1.0
    start, end = sorted(100 * (point - low) / span for point in (0.0, value))
    zero = 100 * -low / span
    return html.Span(
        html.Span(
            className="div-fill div-plus" if value >= 0 else "div-fill div-minus",
            style={"left": f"{start:.1f}%", "width": f"{end - start:.1f}%"},
        ),
        className="div-track",
        style={"--zero": f"{zero:.1f}%"},
        **{"aria-hidden": "true"},
    )
