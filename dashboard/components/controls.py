"""Pieces that the columns of controls share."""

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboard.components.icons import icon

__all__ = ["DEFAULT_COUNT", "count_select", "fold", "reset_button"]

DEFAULT_COUNT = 10
"""Films on a list whose length nobody chose."""

_COUNTS = (5, 10, 20, 50)


def fold(symbol: str, title: str, children: Sequence[Any], *, opened: bool) -> Component:
    """Return a folded group of controls."""
    return html.Details(
        [html.Summary([icon(symbol), title]), html.Div(list(children), className="stack")],
        className="fold",
        open=opened,
    )


def reset_button(component_id: str, label: str) -> Component:
    """Return the button at the end of a group of controls that puts them back."""
    return dmc.Button(
        label,
        id=component_id,
        variant="subtle",
        color="gray",
        c="dimmed",
        size="compact-sm",
        leftSection=icon("reset"),
    )


def count_select(component_id: str, count: int) -> Component:
    """Return the choice of how long a list is; an unusual length from the address is offered too."""
    return dmc.Select(
        id=component_id,
        label="How many",
        data=[{"value": str(n), "label": f"{n} films"} for n in sorted({*_COUNTS, count})],
        value=str(count),
        allowDeselect=False,
    )
