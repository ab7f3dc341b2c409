"""Wishes for a list: sliders, and below each what it was measured to cost."""

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from core.lists.reranking import Reranking
from core.views import WishView
from dashboard.components.controls import fold, reset_button
from dashboard.pages.recommend.ids import Recommend

__all__ = ["SLIDERS", "cost_id", "measured_note", "wishes_fold"]

_MOST = 0.5
_STEP = 0.1
SLIDERS: tuple[tuple[str, str, str, tuple[str, str], float], ...] = (
    ("diversity", Recommend.DIVERSITY, "Variety", ("as it comes", "mixed genres"), 0.0),
    ("popularity", Recommend.POPULARITY, "How well known", ("off the beaten path", "well known"), -_MOST),
    ("recency", Recommend.RECENCY, "How new", ("older", "newer"), -_MOST),
)
"""Name in the service, component id, label, what the ends mean, lowest value."""


def cost_id(slider: str) -> str:
    """Return the id of the text below a slider."""
    return f"{slider}-cost"


def wishes_fold(wish: Reranking) -> Component:
    """Return the folded sliders, holding a wish."""
    controls = [
        *(_slider(getattr(wish, name), *rest) for name, *rest in SLIDERS),
        html.Div(id=Recommend.WISH_NOTE),
        reset_button(Recommend.WISH_RESET, "Reset wishes"),
    ]
    return fold("sliders", "Wishes", controls, opened=wish.active)


def _slider(value: float, slider: str, label: str, ends: tuple[str, str], low: float) -> Component:
    return html.Div(
        [
            html.Div(label, className="control-label"),
            dmc.Slider(
                id=slider,
                min=low,
                max=_MOST,
                step=_STEP,
                precision=1,
                value=max(low, min(_MOST, value)),
                marks=[{"value": 0}] if low else [],
                className="slider-two-sided" if low else None,
                thumbLabel=f"{label}: {ends[0]} to {ends[1]}",
                size="sm",
            ),
            html.Div([html.Span(end) for end in ends], className="slider-ends", **{"aria-hidden": "true"}),
            html.P(id=cost_id(slider), className="note wish-cost", **{"aria-live": "polite"}),
        ]
    )


def measured_note(wish: WishView) -> list[Component]:
    """Return what holds for all costs: that they were measured alone, and how."""
    if not wish.costs:
        return []
    alone = "Each wish was measured alone; `cinematch wishes` measures them together."
    text = [html.P(alone, className="note")] if len(wish.costs) > 1 and wish.how else []
    how = [html.Details([html.Summary("How this was measured"), html.P(wish.how)], className="config")]
    return [*text, *(how if wish.how else [])]
