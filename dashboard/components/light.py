"""HTML components as the plain dictionaries that they become on the wire.

A list of ten films has 140 of them. As `dash.html` objects, making and serialising them costs more than scoring ten
thousand films; as dictionaries three quarters of that goes. The names and arguments are those of `dash.html`.
"""

from collections.abc import Callable
from typing import Any

__all__ = ["A", "Button", "Div", "Li", "Node", "Ol", "Span", "Ul"]

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
