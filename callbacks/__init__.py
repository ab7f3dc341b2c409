"""Thin wiring: inputs, a call of the service, components."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dash import Dash

    from core.service import CineMatch

__all__ = ["register_all"]


def register_all(app: "Dash", service: "CineMatch") -> None:
    """Register every page's callbacks."""
