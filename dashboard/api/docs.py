"""The API's description as OpenAPI, and pages to read and try it without the internet."""

from importlib.resources import files
from pathlib import Path

import orjson
from flask import Blueprint, Response, redirect, request, send_from_directory
from flask_openapi import OpenAPI
from werkzeug.wrappers import Response as BaseResponse

from dashboard.api.document import describe

__all__ = ["install_docs"]

_PAGE = """<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>CineMatch API</title>
    <link rel="icon" href="docs/static/images/swagger.svg">
    <link rel="stylesheet" href="docs/static/css/swagger-ui.css">
    <style>
      .swagger-ui .info .title small { background: #5a6270; }
      .swagger-ui .info .title small.version-stamp { background: #436103; }
      .swagger-ui .json-schema-2020-12-expand-deep-button { color: #505050; }
      .swagger-ui .info .url { color: #1d5fa8; }
      .swagger-ui .opblock.opblock-get .opblock-summary-method { background: #1d5fa8; }
      .swagger-ui .opblock.opblock-post .opblock-summary-method { background: #24693f; }
    </style>
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
  deepLinking: false,
  tryItOutEnabled: true,
  validatorUrl: null,
  onComplete: function () {
    document.querySelectorAll("h3.opblock-tag, section.models h4").forEach(function (tag) {
      tag.setAttribute("aria-level", "2");
    });
    var head = document.querySelector(".information-container");
    head.setAttribute("role", "region");
    head.setAttribute("aria-label", "About this API");
  },
});
"""


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
