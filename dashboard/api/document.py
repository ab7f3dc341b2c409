"""The API's description (OpenAPI 3.1), from which clients are generated: each thing has one name and stands once."""

from collections.abc import Iterator
from typing import Any

from flask_openapi import OpenAPI

from core.api_keys import SCOPES
from core.service import algorithm_keys
from dashboard.api.access import KEYS
from dashboard.api.examples import ANSWERS, BODIES, PARAMETERS
from dashboard.api.me_tokens import COOKIE
from dashboard.web.problems import FieldProblem, Problem

__all__ = ["describe"]

_REF = "#/components/schemas/"
_FILE = {
    "required": True,
    "description": "An export of another service: zip, CSV or JSON, at most 10 MB; or a form with one file.",
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}
_TAGS = {
    "data": "The data set and the models that are trained on it.",
    "movies": "Search, describe, and what is similar.",
    "users": "Stored users, and one's own films from elsewhere.",
    "recommendations": "Lists, for one, for many and for groups, and their reasons.",
}
_HEADERS = {
    "RateLimit": ("How many requests are left in this window, and when it begins anew.", '"1s";r=999;t=1'),
    "RateLimit-Policy": ("How many requests a window takes.", '"1s";q=1000;w=1'),
    "X-Request-ID": ("Names this request in the server's log.", "1f0c3b5a7d9e2f48"),
}
_SCHEMES = {
    "key": {
        "type": "http",
        "scheme": "bearer",
        "description": "A key of `cinematch keys add`, with scopes: "
        + "; ".join(f"`{scope}`, {text}" for scope, text in SCOPES.items()),
    },
    "keyHeader": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "The same key."},
    "profile": {
        "type": "http",
        "scheme": "bearer",
        "description": "The token of one's own profile, as `POST /me`, `/me/redeem` and `/me/sign-in` answer it.",
    },
    "profileCookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "The same token, as those answers set it in a browser.",
    },
}
_CONDITIONAL = "Sent with `If-None-Match`, it spares an answer that one has: 304."


def describe(server: OpenAPI) -> dict[str, Any]:
    """Return the OpenAPI document: what the routes say of themselves, and problem documents for all errors."""
    document: dict[str, Any] = server.api_doc
    schemas = document["components"]["schemas"]
    for model in (Problem, FieldProblem):
        schema = model.model_json_schema(ref_template=_REF + "{model}", mode="serialization")
        schema.pop("$defs", None)
        schemas[model.__name__] = schema
    schemas.pop("ValidationErrorModel", None)
    schemas["AlgorithmKey"] = {
        "title": "AlgorithmKey",
        "type": "string",
        "enum": list(algorithm_keys()),
        "description": "An algorithm, by the key by which everything calls it.",
    }
    # A wrapper around one view would be a second name for the same thing.
    views = {name: schema["$ref"] for name, schema in schemas.items() if "$ref" in schema}
    for node in _nodes(document):
        if (name := str(node.get("$ref", "")).removeprefix(_REF)) in views:
            node["$ref"] = views[name]
        if node.get("enum") == list(algorithm_keys()) and node is not schemas["AlgorithmKey"]:
            node.clear()
            node["$ref"] = _REF + "AlgorithmKey"
    for name in views:
        del schemas[name]
    for schema in schemas.values():
        _untitle(schema)
    document["servers"] = [{"url": "/", "description": "The server that this document comes from"}]
    others = [tag for tag in document.get("tags", ()) if tag["name"] not in _TAGS]
    document["tags"] = [*({"name": name, "description": text} for name, text in _TAGS.items()), *others]
    document["components"]["headers"] = {
        name: {"description": text, "schema": {"type": "string"}, "example": example}
        for name, (text, example) in _HEADERS.items()
    }
    # Whether a key is needed, the operator decides.
    document["security"] = [{}, *KEYS]
    document["components"]["securitySchemes"] = _schemes_in(document)
    for name, path in document["paths"].items():
        for method, operation in path.items():
            _complete(name, method, operation)
    return document


def _schemes_in(document: dict[str, Any]) -> dict[str, Any]:
    """Return the ways to say who one is that this server's operations name."""
    named = {name for node in _nodes(document) for choice in node.get("security", ()) for name in choice}
    return {name: scheme for name, scheme in _SCHEMES.items() if name in named}


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    if path.endswith("/imports"):
        operation["requestBody"] = _FILE
    answers = operation["responses"]
    # Added by the framework to routes that take nothing which could be wrong.
    if "application/json" in answers.get("422", {}).get("content", {}):
        del answers["422"]
    for parameter in operation.get("parameters", ()):
        _untitle({"properties": {"": parameter["schema"]}})
        # Told once, beside the parameter.
        parameter["schema"].pop("description", None)
        if parameter["name"] in PARAMETERS:
            parameter["example"] = PARAMETERS[parameter["name"]]
    key = operation["operationId"]
    for media in operation.get("requestBody", {}).get("content", {}).values():
        if key in BODIES:
            media["example"] = BODIES[key]
    for answer in answers.values():
        answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in _HEADERS}
    if key not in ANSWERS:
        return
    good = answers["200"]
    good["content"]["application/json"]["example"] = ANSWERS[key]
    if method == "get" and "took_ms" not in ANSWERS[key]:
        good["headers"]["ETag"] = {"description": _CONDITIONAL, "schema": {"type": "string"}}
        answers["304"] = {"description": "Not Modified", "headers": dict(good["headers"])}


def _untitle(schema: dict[str, Any]) -> None:
    """Leave the name of a property out of what it holds: generators would make types of it, several of one name."""
    for part in schema.get("properties", {}).values():
        for node in _nodes(part):
            if isinstance(node.get("title"), str):
                del node["title"]


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every object of a document, the outer before the inner."""
    if isinstance(value, dict):
        yield value
        for inner in list(value.values()):
            yield from _nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _nodes(inner)
