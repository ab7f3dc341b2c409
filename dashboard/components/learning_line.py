"""A quiet line that says what is learned beside the server, and what could not be."""

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from core.views import Learning

__all__ = ["learning_line"]

_NAMED = 3


def learning_line(
    learning: Learning | None, names: Mapping[str, str], default: str | None, *, ended: bool = False
) -> Component | None:
    """Return the line; None where there is nothing to say.

    Parameters
    ----------
    names : mapping of key to str
        What people call the algorithms.
    default : str or None
        Key of the algorithm that makes lists where none is named.
    ended : bool
        Whether something was being learned a moment ago.
    """
    best = None if default is None else names.get(default, default)
    if learning is None:
        told = f"Everything is learned. {best} makes the lists unless you choose another." if ended and best else None
        return None if told is None else _line("done", [told])
    if trouble := learning.trouble():
        return _line("failed", [" ".join(trouble)])
    fits, measures = learning.pending("fits"), learning.pending("measures")
    if fits:
        meanwhile = f" {best} makes the lists until then." if best else ""
        what = f"Being learned: {_named(fits, names)}."
    elif not measures:
        return None
    else:
        meanwhile = ""
        what = f"Being measured on held-out ratings: {_named(measures, names)}."
    return _line(
        "running", [what, html.Span(f" All done in {learning.left_in_words}.", className="tabular"), meanwhile]
    )


def _named(keys: list[str], names: Mapping[str, str]) -> str:
    shown = [names.get(key, key) for key in keys[:_NAMED]]
    rest = len(keys) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest else "")


def _line(state: str, parts: list[Component | str]) -> Component:
    return html.P(parts, className=f"learning-line is-{state}")
