"""Wishes for a list: sliders, and below each what it was measured to cost."""

from collections.abc import Mapping

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from core.views import WISHES, Reranking, Wish, WishView
from dashboard.components.controls import fold, reset_button
from dashboard.pages.recommend.ids import Recommend

__all__ = ["measured_note", "wish_of", "wishes_fold"]

_STEP = 0.1


def wish_of(weights: Mapping[str, float | None]) -> Reranking:
    """Return the wish that the sliders hold, by name; one that holds nothing counts as it does by default."""
    return Reranking(**{name: float(weight) for name, weight in weights.items() if weight is not None})


def wishes_fold(wish: Reranking) -> Component:
    """Return the folded sliders, holding a wish."""
    controls = [
        *(_slider(one, getattr(wish, one.name)) for one in WISHES),
        html.Div(id=Recommend.WISH_NOTE),
        reset_button(Recommend.WISH_RESET, "Reset wishes"),
    ]
    return fold("sliders", "Wishes", controls, opened=bool(wish.told))


def _slider(wish: Wish, weight: float) -> Component:
    low, high = wish.shown
    return html.Div(
        [
            html.Div(wish.label, className="control-label"),
            dmc.Slider(
                id=Recommend.wish(wish.name),
                min=low,
                max=high,
                step=_STEP,
                precision=1,
                value=max(low, min(high, weight)),
                marks=[{"value": wish.default}] if low < wish.default < high else [],
                className="slider-two-sided" if low < 0 else None,
                thumbLabel=f"{wish.label}: {wish.ends[0]} to {wish.ends[1]}",
                size="sm",
            ),
            html.Div([html.Span(end) for end in wish.ends], className="slider-ends", **{"aria-hidden": "true"}),
            html.P(id=Recommend.wish_cost(wish.name), className="note wish-cost", **{"aria-live": "polite"}),
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
