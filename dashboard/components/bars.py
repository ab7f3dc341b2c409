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


def diverging_bar(value: float, top: float) -> Component:
    """Return a bar to the right of a middle line for positive values, to the left for negative ones."""
    width = 50 * min(abs(value) / top, 1) if top else 0
    side = {"left": "50%"} if value >= 0 else {"right": "50%"}
    return html.Span(
        html.Span(
            className="div-fill div-plus" if value >= 0 else "div-fill div-minus",
            style={"width": f"{width:.1f}%", **side},
        ),
        className="div-track",
        **{"aria-hidden": "true"},
    )
