"""Thin wiring: inputs, a call of the service, components. One module a page, of the page's name."""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dash import Dash

    from core.service import CineMatch

__all__ = ["first_page", "register_all"]


def register_all(app: "Dash", service: "CineMatch") -> None:
    """Register what all pages share, and the callbacks of every page that has some."""
    # Here, not above: the modules of this package import the pages, which import components and core.
    from callbacks import carry_over, explanation, job_list, learning, routing
    from dashboard.pages import all_pages

    routing.register(app, service)
    carry_over.register(app, service)
    explanation.register(app, service)
    job_list.register(app)
    learning.register(app, service)
    for name in all_pages():
        module = f"{__name__}.{name}"
        if find_spec(module) is not None:
            import_module(module).register(app, service)


def first_page(app: "Dash", service: "CineMatch", opened: str | None) -> dict[str, Any]:
    """Return what the layout is given for the address that a browser opened; see `callbacks.routing.first_page`."""
    from callbacks import routing

    return routing.first_page(app, service, opened)
