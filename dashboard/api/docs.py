"""The API's description as OpenAPI, and pages to read and try it without the internet."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson
from flask import Blueprint, Response, redirect, request, send_from_directory
from flask_openapi import OpenAPI
from werkzeug.wrappers import Response as BaseResponse

from dashboard.web.problems import FieldProblem, Problem

__all__ = ["install_docs"]

_PAGE = """<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>CineMatch API</title>
    <link rel="icon" href="docs/static/images/swagger.svg">
    <link rel="stylesheet" href="docs/static/css/swagger-ui.css">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <noscript>The description of the API is at <a href="v1/openapi.json">v1/openapi.json</a>.</noscript>
    <script src="docs/static/js/swagger-ui-bundle.js"></script>
    <script src="docs/start.js"></script>
  </body>
</html>
"""
_START = """SwaggerUIBundle({
  url: new URL("v1/openapi.json", window.location.href).href,
  dom_id: "#swagger-ui",
  deepLinking: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
"""

_FILE = {
    "required": True,
    "description": "An export of another service: zip, CSV or JSON, at most 10 MB; or a form with one file.",
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}


def _bundle() -> Path:
    return Path(str(files("flask_openapi_swagger"))) / "templates" / "swagger"


def install_docs(server: OpenAPI, prefix: str) -> None:
    """Serve `api/v1/openapi.json` and `api/docs` below the prefix."""
    bundle = _bundle()
    blueprint = Blueprint("api_docs", __name__, url_prefix=f"{prefix}api")
    document = b""

    @blueprint.get("/v1/openapi.json")
    def description() -> Response:
        nonlocal document
        document = document or orjson.dumps(describe(server))
        answer = Response(document, mimetype="application/json")
        answer.add_etag()
        return answer.make_conditional(request)  # type: ignore[return-value]

    @blueprint.get("/")
    def start_page() -> BaseResponse:
        return redirect(f"{prefix}api/docs")

    @blueprint.get("/docs")
    def page() -> Response:
        return Response(_PAGE, mimetype="text/html")

    @blueprint.get("/docs/start.js")
    def start() -> Response:
        return Response(_START, mimetype="text/javascript")

    @blueprint.get("/docs/static/<path:name>")
    def static(name: str) -> Response:
        return send_from_directory(bundle, name, max_age=86400)

    server.register_blueprint(blueprint)


def describe(server: OpenAPI) -> dict[str, Any]:
    """Return the OpenAPI document: what the routes say of themselves, and problem documents for all errors."""
    document: dict[str, Any] = server.api_doc
    schemas = document["components"]["schemas"]
    for model in (Problem, FieldProblem):
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
        schema.pop("$defs", None)
        schemas[model.__name__] = schema
    schemas.pop("ValidationErrorModel", None)
    for name, path in document["paths"].items():
        for operation in path.values():
            if name.endswith("/imports"):
                operation["requestBody"] = _FILE
            # Added by the framework to routes that take nothing which could be wrong.
            if "application/json" in operation["responses"].get("422", {}).get("content", {}):
                del operation["responses"]["422"]
    return document
