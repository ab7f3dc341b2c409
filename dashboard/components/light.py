"""Elements as the plain dictionaries that they become on the wire.

A list of ten films has 140 of them. As `dash.html` objects, making and serialising them costs more than scoring ten
thousand films; as dictionaries three quarters of that goes. The names and arguments are those of `dash.html`.

The browser has its own price: Dash asks every component that it mounts at every change of any other. What no callback
addresses is therefore mounted as one, by `mounted`, and with what is addressed in its places by `framed`; and films
come as data to elements of our own, made by `own`.
"""

from collections.abc import Callable
from typing import Any

from dash.development.base_component import Component

__all__ = ["A", "Button", "Div", "Li", "Node", "Ol", "Span", "Ul", "framed", "mounted", "own", "plain"]

Node = dict[str, Any]
"""A component as Dash sends it."""


def _tag(name: str) -> Callable[..., Node]:
    def make(children: Any = None, **props: Any) -> Node:
        if children is not None:
            props["children"] = children
        return {"type": name, "namespace": "dash_html_components", "props": props}

    make.__name__ = name
    make.__doc__ = f"Return a `dash.html.{name}` with the given children and properties."
    return make


A = _tag("A")
Button = _tag("Button")
Div = _tag("Div")
Li = _tag("Li")
Ol = _tag("Ol")
Span = _tag("Span")
Ul = _tag("Ul")


def own(name: str, /, **props: Any) -> Node:
    """Return an element of this house, as assets/js defines it on ``window.cinematch``."""
    return {"type": name, "namespace": "cinematch", "props": props}


def mounted(tree: Any, **props: Any) -> Node:
    """Return HTML that Dash mounts as one component; callbacks replace it as a whole by a `plain` ``tree``.

    Parameters
    ----------
    tree : component, node, text or a list of them
        As `plain` takes it.
    **props
        ``id`` and ``className`` of the element around it.
    """
    return own("Markup", tree=plain(tree), **props)


def framed(part: Any) -> Any:
    """Return components of which Dash mounts only what it has to: whatever has an id, or is not HTML.

    The HTML around them becomes the ``tree`` of one frame, in which ``{"slot": n}`` is the place of its n-th child.
    The children of what Dash mounts are framed in turn, so an id in the middle of a page costs nothing below it.

    Parameters
    ----------
    part : component, node, text or a list of them
    """
    slots: list[Any] = []
    tree = _slotted(part, slots)
    if not isinstance(tree, dict | list):
        return tree
    if tree == {"slot": 0}:
        return slots[0]
    if isinstance(tree, list) and all(isinstance(child, dict) and "slot" in child for child in tree):
        return slots
    return own("Frame", tree=tree, children=slots)


def _slotted(part: Any, slots: list[Any]) -> Any:
    if isinstance(part, list | tuple):
        return [_slotted(child, slots) for child in part]
    if isinstance(part, Component):
        part = part.to_plotly_json()
    if not isinstance(part, dict):
        return part
    props, house = part["props"], part["namespace"] == "cinematch"
    if "id" not in props and part["namespace"] == "dash_html_components":
        return {**part, "props": {**props, "children": _slotted(props.get("children"), slots)}}
    if "id" not in props and house and part["type"] == "Markup":
        return Div(props["tree"], className=props.get("className"))
    if "children" in props and not house:
        part = {**part, "props": {**props, "children": framed(props["children"])}}
    slots.append(part)
    return {"slot": len(slots) - 1}


def plain(part: Any) -> Any:
    """Return HTML, as components, nodes, text or a list of them, as what `mounted` shows.

    Nothing in it may have an id that a callback addresses.

    Raises
    ------
    TypeError
        When there is a component that is neither HTML nor of this house.
    """
    if isinstance(part, list | tuple):
        return [plain(child) for child in part]
    if isinstance(part, Component):
        part = part.to_plotly_json()
    if not isinstance(part, dict):
        return part
    if part["namespace"] not in ("dash_html_components", "cinematch"):
        raise TypeError(f"{part['namespace']}.{part['type']} is no HTML: Dash has to mount it itself.")
    props = part["props"]
    return {**part, "props": {**props, "children": plain(props["children"])}} if "children" in props else part
