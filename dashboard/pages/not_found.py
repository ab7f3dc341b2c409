"""What an address shows that leads nowhere."""

from dash import html
from dash.development.base_component import Component

from dashboard.address import href
from dashboard.components.states import empty_state

__all__ = ["layout"]


def layout(what: str) -> Component:
    """Return the page; `what` says in a sentence what is missing."""
    return html.Div(
        [
            html.Div(html.H1("Not here"), className="page-head"),
            empty_state(
                what,
                "The address may be from another data set, or mistyped.",
                html.A("Search the films", href=href("/search"), className="cta", **{"data-nav": "1"}),
            ),
        ]
    )
