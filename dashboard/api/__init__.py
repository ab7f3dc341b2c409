"""The REST API: `/api/v1` with its description and documentation."""

from typing import TYPE_CHECKING

from flask import Response, request
from flask_openapi import APIBlueprint, OpenAPI
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from core.service import MAX_BYTES
from core.settings import Settings
from dashboard.api.docs import install_docs
from dashboard.api.rate_limits import install_rate_limits
from dashboard.api.routes import EXTENSION, IMPORT_VIEW, add_routes
from dashboard.web.problems import problem

if TYPE_CHECKING:
    from core.service import CineMatch

__all__ = ["MAX_BODY_BYTES", "install_api"]

MAX_BODY_BYTES = 1024 * 1024
"""Largest body; ten thousand ratings need about 400 KB."""
_FORM_BYTES = 64 * 1024
"""What a form may add to a file."""


def install_api(server: OpenAPI, settings: Settings, service: "CineMatch") -> None:
    """Serve the API below the configured prefix."""
    server.extensions[EXTENSION] = service
    base = f"{settings.url_prefix}api"
    blueprint = APIBlueprint("api", __name__, url_prefix=f"{base}/v1")
    install_rate_limits(blueprint, settings)
    blueprint.before_request(_check_body)
    add_routes(blueprint)
    server.register_api(blueprint)
    install_docs(server, settings.url_prefix)


def _check_body() -> Response | None:
    """Tell what is no JSON from JSON that says something wrong."""
    if request.method != "POST":
        return None
    if request.endpoint == f"{request.blueprint}.{IMPORT_VIEW}":
        request.max_content_length = MAX_BYTES + _FORM_BYTES
        return None
    request.max_content_length = MAX_BODY_BYTES
    if not request.is_json:
        return problem(415, "Send the body as JSON, with the header Content-Type: application/json.")
    try:
        request.get_json()
    except RequestEntityTooLarge:
        raise
    except BadRequest:
        return problem(400, "The body is not valid JSON.")
    except RecursionError:
        return problem(400, "The body is nested too deeply.")
    return None
