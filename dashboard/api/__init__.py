"""The REST API."""

from typing import TYPE_CHECKING

from flask_openapi import OpenAPI

from core.settings import Settings

if TYPE_CHECKING:
    from core.service import CineMatch

__all__ = ["install_api"]


def install_api(server: OpenAPI, settings: Settings, service: "CineMatch") -> None:
    """Serve the API below the configured prefix."""
    server.extensions["cinematch"] = service
    server.config["CINEMATCH_SETTINGS"] = settings
