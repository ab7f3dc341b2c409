"""The hybrid's weights: how much each member is trusted, and a slider to trust it more or less."""

from collections.abc import Mapping, Sequence

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from core.views import MemberWeight
from dashboard.components.bars import diverging_bar
from dashboard.pages.analytics.ids import WhatIf

__all__ = ["HIGHEST", "PARTS", "weight_bar", "weight_sliders"]

HIGHEST = 2.0
"""The largest factor that a slider offers."""
PARTS = {
    "ranking": (
        "Order of the list",
        "Every member scores all films. The mean of its twenty best counts 1, its hundredth best 0; these are added "
        "up with the weights below, which depend on how many ratings are known.",
    ),
    "rating": (
        "Predicted stars",
        "Every member moves the stars away from what is usual for viewer and film. The weights say how far each is "
        "followed for an average viewer and film; below zero it corrects the others.",
    ),
}


def weight_sliders(part: str, weights: Sequence[MemberWeight], factors: Mapping[str, float]) -> Component:
    """Return the members of one part with their weights and sliders, holding `factors`."""
    title, meaning = PARTS[part]
    rows = [_row(part, weight, weights, factors.get(weight.key, 1.0)) for weight in weights]
    return html.Section(
        [
            html.H2(title, className="panel-title"),
            html.P(meaning, className="note"),
            html.Ul(rows, className="weights"),
        ],
        className="panel stack-sm",
        **{"aria-label": title},
    )


def weight_bar(learned: MemberWeight, now: float, weights: Sequence[MemberWeight]) -> list[Component]:
    """Return a member's present weight as a bar, on one scale with the other members of its part."""
    values = [HIGHEST * other.weight for other in weights]
    same = abs(now - learned.weight) < 1e-9
    told = (
        "not heard"
        if now == learned.weight == 0
        else f"{now:.2f}"
        if same
        else f"{now:.2f}, learned {learned.weight:.2f}"
    )
    return [
        diverging_bar(now, min([now, *values]), max([now, *values])),
        html.Span(told, className="tabular note"),
    ]


def _row(part: str, weight: MemberWeight, weights: Sequence[MemberWeight], factor: float) -> Component:
    return html.Li(
        [
            html.Span(weight.name, className="weight-name"),
            html.Div(
                weight_bar(weight, weight.weight * factor, weights),
                id=WhatIf.bar(part, weight.key),
                className="weight-bar",
            ),
            dmc.Slider(
                id=WhatIf.slider(part, weight.key),
                min=0,
                max=HIGHEST,
                step=0.1,
                value=factor,
                marks=[{"value": mark, "label": f"×{mark}"} for mark in (0, 1, 2)],
                thumbLabel=f"{weight.name}: times the learned weight",
                label={"function": "times"},
                size="sm",
            ),
        ]
    )
