"""Looking into component trees."""

from collections.abc import Iterator
from typing import Any

from dash.development.base_component import Component

__all__ = ["nodes", "text_of", "with_class"]


def nodes(part: Any) -> Iterator[Any]:
    """Yield every component and text below and including `part`."""
    if isinstance(part, list | tuple):
        for child in part:
            yield from nodes(child)
    elif part is not None:
        yield part
        if isinstance(part, Component):
            yield from nodes(getattr(part, "children", None))


def text_of(part: Any) -> str:
    """Return all text, blanks between the pieces."""
    return " ".join(str(node) for node in nodes(part) if not isinstance(node, Component))


def with_class(part: Any, name: str) -> list[Any]:
    """Return the components that have a class."""
    return [node for node in nodes(part) if name in str(getattr(node, "className", "") or "").split()]
