"""A wish for a list as a slider: what both of its ends mean, and below it what the wish was measured to cost."""

from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from core.views import Wish

__all__ = ["NOT_TOLD", "wish_slider"]

NOT_TOLD = "This algorithm has one order only; the hybrid can change its own."


def wish_slider(
    wish: Wish,
    weight: float,
    slider_id: str | Mapping[str, Any],
    note_id: str | Mapping[str, Any],
    note: str = "",
    *,
    fixed: bool = False,
) -> Component:
    """Return the slider of a wish, holding a weight, with a note below it; one that is fixed cannot be moved."""
    low, high = wish.shown
    return html.Div(
        [
            html.Div(wish.label, className="control-label"),
            dmc.Slider(
                id=slider_id,
                min=low,
                max=high,
                step=wish.step,
                precision=2,
                value=max(low, min(high, weight)),
                marks=[{"value": wish.default}] if low < wish.default < high else [],
                className="slider-two-sided" if low < wish.default else None,
                thumbLabel=f"{wish.label}: {wish.ends[0]} to {wish.ends[1]}",
                size="sm",
                disabled=fixed,
            ),
            html.Div([html.Span(end) for end in wish.ends], className="slider-ends", **{"aria-hidden": "true"}),
            html.P(note, id=note_id, className="note wish-cost", **{"aria-live": "polite"}),
        ]
    )
