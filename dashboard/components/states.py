"""What stands where there is nothing to show yet, nothing at all, or an error."""

from dash import html
from dash.development.base_component import Component

from dashboard.components.icons import icon

__all__ = ["empty_state", "error_state"]


def empty_state(title: str, advice: str, *actions: Component) -> html.Div:
    """Return why there is nothing here and what to do."""
    return html.Div(
        [icon("film"), html.P(title, className="state-title"), html.P(advice), *actions], className="state"
    )


def error_state(message: str) -> html.Div:
    """Return an error in place of what could not be shown."""
    return html.Div(
        [icon("alert"), html.P("This did not work", className="state-title"), html.P(message)],
        className="state state-error",
        role="alert",
    )
