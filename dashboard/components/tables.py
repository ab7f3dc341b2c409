"""Tables that scroll by themselves where they are wider than the screen."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

__all__ = ["plain_table", "scrolling"]


def scrolling(content: Component, label: str) -> Component:
    """Return what scrolls sideways on a narrow screen, by keyboard too; `label` says what it is."""
    return html.Div(content, className="scroll-x", tabIndex=0, role="region", **{"aria-label": label})


def plain_table(heads: Sequence[str], rows: Sequence[Component], label: str, *, more_classes: str = "") -> Component:
    """Return a table of numbers that scrolls; `rows` are made of `html.Tr`."""
    return scrolling(
        html.Table(
            [html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])), html.Tbody(rows)],
            className=f"plain-table tabular {more_classes}".rstrip(),
        ),
        label,
    )
