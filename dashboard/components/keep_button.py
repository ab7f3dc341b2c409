"""The bookmark on a film: keep it for later."""

from dashboard.components.light import Node, own

__all__ = ["keep_button"]


def keep_button(movie_id: int, name: str) -> Node:
    """Return a button that puts a film on the watchlist or takes it off, and says so beside its bookmark."""
    return own("KeepButton", movie=movie_id, name=name, label=True)
