"""Wishes for a list: sliders, and below each what it was measured to cost."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from core.service import CineMatch
from core.views import OWN_ORDER, WISHES, Reranking, WishView
from dashboard.components.controls import fold, reset_button
from dashboard.components.light import mounted, plain
from dashboard.components.tag_select import TAGS_OFFERED, tag_select
from dashboard.components.wish_slider import NOT_TOLD, wish_slider
from dashboard.components.wish_told import wish_told
from dashboard.pages.recommend.ids import Recommend

__all__ = ["NOTHING_NAMED", "wish_notes", "wish_of", "wishes_fold"]


NOTHING_NAMED = "Nothing is named: choose tags, or name films in the sentence above."


def wish_of(weights: Mapping[str, float | None], *, loves: bool) -> Reranking:
    """Return the wish that the sliders hold, by name; one that holds nothing counts as it does by default.

    Parameters
    ----------
    loves : bool
        Whether the algorithm has other orders of its own: without, their sliders are not moved.
    """
    held = {name: float(weight) for name, weight in weights.items() if weight is not None}
    return Reranking(**{name: weight for name, weight in held.items() if loves or name not in OWN_ORDER})


def wish_notes(
    service: CineMatch, algorithm: str | None, weights: Mapping[str, float | None]
) -> tuple[dict[str, str], Any]:
    """Return what stands below each slider, by wish, and the tree of what holds for all of them."""
    loves = service.loves(algorithm)
    found = service.wish(algorithm or "", wish_of(weights, loves=loves))
    texts = {cost.wish: wish_told(cost) for cost in found.costs} | (
        {} if loves else dict.fromkeys(OWN_ORDER, NOT_TOLD)
    )
    return {wish.name: texts.get(wish.name, "") for wish in WISHES}, plain(_measured(found))


def wishes_fold(
    service: CineMatch, wish: Reranking, algorithm: str | None, near_tags: Sequence[str] = ()
) -> Component:
    """Return the folded sliders, holding a wish, and the tags that one of them is about."""
    weights = {one.name: getattr(wish, one.name) for one in WISHES}
    texts, note = wish_notes(service, algorithm, weights)
    fixed = not service.loves(algorithm)
    controls = [
        *(
            wish_slider(
                one,
                weights[one.name],
                Recommend.wish(one.name),
                Recommend.wish_cost(one.name),
                texts[one.name],
                fixed=fixed and one.own,
            )
            for one in WISHES
        ),
        tag_select(
            Recommend.NEAR_TAGS,
            service.tags(limit=TAGS_OFFERED),
            near_tags,
            label="Tags to come close to",
            placeholder="dark comedy, twist ending …",
        ),
        mounted(note, id=Recommend.WISH_NOTE),
        reset_button(Recommend.WISH_RESET, "Reset wishes"),
    ]
    return fold("sliders", "Wishes", controls, opened=wish.active)


def _measured(wish: WishView) -> list[Component]:
    """Return how costs were measured, and their figures."""
    if not wish.costs:
        return []
    alone = html.P(["Each wish was measured alone; ", html.Code("cinematch wishes"), " measures them together."])
    labels = {one.name: one.label for one in WISHES}
    figures = [html.P(f"{labels[cost.wish]}, {cost.weight:+g}: {cost.text}") for cost in wish.costs]
    if not wish.how:
        return []
    about = [html.P(wish.how), *figures, *([alone] if len(wish.costs) > 1 else [])]
    return [html.Details([html.Summary("How this was measured"), *about], className="config")]
