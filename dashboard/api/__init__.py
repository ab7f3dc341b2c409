"""The REST API: `/api/v1` with its description and documentation."""

from typing import TYPE_CHECKING

from flask import Response, current_app, request
from flask_openapi import APIBlueprint, OpenAPI
from werkzeug.exceptions import BadRequest, HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge
from werkzeug.routing import MapAdapter

from core.settings import Settings
from dashboard.api.docs import install_docs
from dashboard.api.rate_limits import install_rate_limits
from dashboard.api.routes import EXTENSION, add_routes
from dashboard.web.problems import problem

if TYPE_CHECKING:
    from core.service import CineMatch

__all__ = ["MAX_BODY_BYTES", "install_api"]

MAX_BODY_BYTES = 1024 * 1024
"""Largest body; ten thousand ratings need about 400 KB."""
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE")
_UNKNOWN = "api_unknown"


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
    server.add_url_rule(f"{base}/<path:_rest>", _UNKNOWN, _unknown, methods=_METHODS)


def _check_body() -> Response | None:
    """Tell what is no JSON from JSON that says something wrong."""
    if request.method != "POST":
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


def _endpoint(adapter: MapAdapter, method: str) -> str:
    try:
        endpoint, _ = adapter.match(request.path, method=method)
    except HTTPException:
        return _UNKNOWN
    return str(endpoint)


def _unknown(_rest: str) -> Response:
    """Answer for paths and methods that nothing else takes; Dash would send its page instead."""
    adapter = current_app.create_url_adapter(request)
    allowed = [method for method in _METHODS if adapter is not None and _endpoint(adapter, method) != _UNKNOWN]
    if allowed:
        raise MethodNotAllowed(valid_methods=allowed)
    raise NotFound(f"There is no {request.path}. The API's documentation at api/docs lists what there is.")
