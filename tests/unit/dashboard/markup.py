"""Looking into component trees."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from dash import html
from dash.development.base_component import Component

__all__ = ["nodes", "seen", "text_of", "with_class"]


def seen(part: Any) -> Any:
    """Return a light node as the component that it stands for, which checks its properties; others as they are.

    An element of this house becomes its properties, with its name as ``element``.
    """
    if isinstance(part, dict) and part.get("namespace") == "dash_html_components":
        return getattr(html, part["type"])(**part["props"])
    if isinstance(part, dict) and part.get("namespace") == "cinematch":
        return SimpleNamespace(element=part["type"], **part["props"])
    return part


def nodes(part: Any) -> Iterator[Any]:
    """Yield every component and text below and including `part`."""
    part = seen(part)
    if isinstance(part, list | tuple):
        for child in part:
            yield from nodes(child)
    elif part is not None:
        yield part
        if isinstance(part, Component):
            yield from nodes(getattr(part, "children", None))
        elif isinstance(part, SimpleNamespace):
            yield from nodes(getattr(part, "tree", None))
            yield from nodes(getattr(part, "children", None))


def text_of(part: Any) -> str:
    """Return all text, blanks between the pieces."""
    return " ".join(str(node) for node in nodes(part) if isinstance(node, str | int | float))


def with_class(part: Any, name: str) -> list[Any]:
    """Return the components that have a class."""
    return [node for node in nodes(part) if name in str(getattr(node, "className", "") or "").split()]
