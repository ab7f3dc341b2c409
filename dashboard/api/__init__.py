"""The REST API: `/api/v1` with its description and documentation."""

from typing import TYPE_CHECKING

from flask import Response, current_app, request
from flask_openapi import APIBlueprint, OpenAPI
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from core.service import MAX_BYTES, people_of
from core.settings import Settings
from dashboard.api.access import install_access, install_identity
from dashboard.api.cross_origin import install_cross_origin
from dashboard.api.docs import install_docs
from dashboard.api.rate_limits import install_rate_limits
from dashboard.api.reading import query_names
from dashboard.api.routes import EXTENSION, IMPORT_VIEW, add_routes
from dashboard.web.problems import FieldProblem, problem

if TYPE_CHECKING:
    from core.service import CineMatch

__all__ = ["MAX_BODY_BYTES", "install_api"]

MAX_BODY_BYTES = 1024 * 1024
"""Largest body; ten thousand ratings need about 400 KB."""
_FORM_BYTES = 64 * 1024
"""What a form may add to a file."""
_SHOWN = 60
_MOST_FAULTS = 20


def install_api(server: OpenAPI, settings: Settings, service: "CineMatch") -> None:
    """Serve the API below the configured prefix."""
    server.extensions[EXTENSION] = service
    base = f"{settings.url_prefix}api"
    blueprint = APIBlueprint("api", __name__, url_prefix=f"{base}/v1")
    # In this order: whose request it is, whether it is too many, whether it is allowed, whether it can be read.
    install_identity(blueprint, settings)
    install_rate_limits(blueprint, settings)
    install_access(blueprint, settings, add_routes(blueprint))
    blueprint.before_request(_check_query)
    blueprint.before_request(_check_body)
    server.register_api(blueprint)
    if (people := people_of(service)) is not None:
        from dashboard.api.me import install_me
        from dashboard.api.new_films import install_new_films

        install_new_films(server, settings, people, f"{base}/v1", _check_body)
        install_me(server, settings, people, f"{base}/v1", _check_body)
    install_docs(server, settings.url_prefix)
    install_cross_origin(server, f"{base}/", settings.cors_origins)


def _check_query() -> Response | None:
    """Refuse names that mean nothing here, on every route, and a value that is given twice."""
    args = request.args
    known = query_names(current_app.view_functions[request.endpoint or ""])
    unknown = [name for name in args if name not in known]
    twice = [name for name, values in args.lists() if len(values) > 1 and not known.get(name)]
    if not unknown and not twice:
        return None
    takes = f"This address takes {', '.join(known)}." if known else "This address takes no query."
    faults = [FieldProblem(where=name[:_SHOWN], message=f"There is no such parameter. {takes}") for name in unknown]
    faults += [FieldProblem(where=name, message="Give it once.") for name in twice if name in known]
    return problem(422, f"{faults[0].where}: {faults[0].message}", faults[:_MOST_FAULTS], len(faults))


def _check_body() -> Response | None:
    """Tell what is no JSON from JSON that says something wrong."""
    if request.method not in ("POST", "PUT"):
        return None
    if request.endpoint == f"{request.blueprint}.{IMPORT_VIEW}":
        request.max_content_length = MAX_BYTES + _FORM_BYTES
        return None
    request.max_content_length = MAX_BODY_BYTES
    if not request.is_json:
        return problem(415, "Send the body as JSON, with the header Content-Type: application/json.")
    try:
        body = request.get_json()
    except RequestEntityTooLarge:
        raise
    except BadRequest:
        return problem(400, "The body is not valid JSON.")
    except RecursionError:
        return problem(400, "The body is nested too deeply.")
    if not isinstance(body, dict):
        wanted = "The body is to be a JSON object, with names and values."
        return problem(422, f"body: {wanted}", [FieldProblem(where="body", message=wanted)])
    return None
