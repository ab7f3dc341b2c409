"""Line icons, drawn by assets/css/15-icons.css as masks: they take the colour of the text around them."""

from dashboard.components import light as html

__all__ = ["icon"]


def icon(name: str, label: str | None = None) -> html.Node:
    """Return an icon.

    Parameters
    ----------
    name : str
        A file of assets/icons, without its ending.
    label : str, optional
        What it means, where no text beside it says so; without one it is hidden from screen readers.
    """
    if label is None:
        return html.Span(className=f"icon icon-{name}", **{"aria-hidden": "true"})
    return html.Span(className=f"icon icon-{name}", role="img", **{"aria-label": label})
