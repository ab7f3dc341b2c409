"""The bookmark on a film: keep it for later."""

from dashboard.components import light as html
from dashboard.components.icons import icon

__all__ = ["keep_button"]


def keep_button(movie_id: int, name: str, *, label: bool = False) -> html.Node:
    """Return a button that puts a film on the watchlist or takes it off; assets/js/25-watchlist.js presses it.

    Parameters
    ----------
    label : bool
        Write beside the bookmark what it does.
    """
    return html.Button(
        [icon("keep"), html.Span("Keep for later")] if label else icon("keep"),
        className="keep-button" if label else "icon-button",
        type="button",
        title="Keep for later",
        **{"data-keep": str(movie_id), "aria-pressed": "false", "aria-label": f"Keep for later: {name}"},
    )
