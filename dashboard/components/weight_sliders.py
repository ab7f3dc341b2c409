"""The hybrid's weights: how much each member is trusted, and a slider to trust it more or less."""

from collections.abc import Mapping, Sequence

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from core.what_if import MemberWeight
from dashboard.components.bars import diverging_bar
from dashboard.ids import WhatIf

__all__ = ["HIGHEST", "PARTS", "weight_bar", "weight_sliders"]

HIGHEST = 2.0
"""The largest factor that a slider offers."""
PARTS = {
    "ranking": (
        "Order of the list",
        "Every member scores all films. The mean of its twenty best counts 1, its hundredth best 0; these are added "
        "up with the weights below.",
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


def weight_bar(weight: MemberWeight, weights: Sequence[MemberWeight], factor: float) -> list[Component]:
    """Return a member's weight times a factor as a bar, on one scale with the other members of its part."""
    values = [HIGHEST * other.weight for other in weights]
    now = weight.weight * factor
    told = f"{now:.2f}" if factor == 1 else f"{now:.2f}, learned {weight.weight:.2f}"
    return [
        diverging_bar(now, min(values, default=0.0), max(values, default=0.0)),
        html.Span(told, className="tabular note"),
    ]


def _row(part: str, weight: MemberWeight, weights: Sequence[MemberWeight], factor: float) -> Component:
    return html.Li(
        [
            html.Span(weight.name, className="weight-name"),
            html.Div(weight_bar(weight, weights, factor), id=WhatIf.bar(part, weight.key), className="weight-bar"),
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
