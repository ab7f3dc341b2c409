"""Wishes for a list: sliders, and below each what it was measured to cost."""

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from core.views import WISHES, Reranking, WishView
from dashboard.components.controls import fold, reset_button
from dashboard.components.wish_slider import wish_slider
from dashboard.pages.recommend.ids import Recommend

__all__ = ["measured_note", "wish_of", "wishes_fold"]


def wish_of(weights: Mapping[str, float | None], *, loves: bool) -> Reranking:
    """Return the wish that the sliders hold, by name; one that holds nothing counts as it does by default.

    Parameters
    ----------
    loves : bool
        Whether the algorithm tells loving from watching: without, that slider is not moved.
    """
    held = {name: float(weight) for name, weight in weights.items() if weight is not None}
    return Reranking(**{name: weight for name, weight in held.items() if loves or name != "love"})


def wishes_fold(wish: Reranking) -> Component:
    """Return the folded sliders, holding a wish."""
    controls = [
        *(
            wish_slider(one, getattr(wish, one.name), Recommend.wish(one.name), Recommend.wish_cost(one.name))
            for one in WISHES
        ),
        html.Div(id=Recommend.WISH_NOTE),
        reset_button(Recommend.WISH_RESET, "Reset wishes"),
    ]
    return fold("sliders", "Wishes", controls, opened=wish.active)


def measured_note(wish: WishView) -> list[Component]:
    """Return what holds for all costs: that they were measured alone, and how."""
    if not wish.costs:
        return []
    alone = "Each wish was measured alone; `cinematch wishes` measures them together."
    text = [html.P(alone, className="note")] if len(wish.costs) > 1 and wish.how else []
    how = [html.Details([html.Summary("How this was measured"), html.P(wish.how)], className="config")]
    return [*text, *(how if wish.how else [])]
