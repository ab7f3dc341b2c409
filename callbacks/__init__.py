"""Thin wiring: inputs, a call of the service, components."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dash import Dash

    from core.service import CineMatch

__all__ = ["register_all"]


def register_all(app: "Dash", service: "CineMatch") -> None:
    """Register every page's callbacks."""
    # Here, not above: the modules of this package import the pages, which import components and core.
    from callbacks import (
        analytics,
        carry_over,
        explanation,
        home,
        movie,
        recommend,
        routing,
        search,
        system,
        together,
        what_if,
        wishes,
    )

    pages = (home, recommend, wishes, together, analytics, what_if, search, movie, system)
    for module in (routing, carry_over, explanation, *pages):
        module.register(app, service)
