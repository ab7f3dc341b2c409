"""Several blueprints that answer the same addresses, each by its methods."""

from flask_openapi import APIBlueprint, OpenAPI

__all__ = ["register_beside"]


def register_beside(server: OpenAPI, blueprint: APIBlueprint) -> None:
    """Register a blueprint, and keep what others describe of its addresses, which the framework would drop."""
    before = dict(server.paths)
    server.register_api(blueprint)
    for path, item in before.items():
        added = server.paths[path]
        operations = {name: value for name, value in added if value is not None}
        server.paths[path] = item.model_copy(update=operations)
