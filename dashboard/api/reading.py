"""Views called with what an address says: what flask-openapi reads, without looking for all that is not there."""

import inspect
from collections.abc import Callable
from functools import cache, wraps
from typing import Any, get_type_hints

from flask import Response, abort, current_app, request
from pydantic import ValidationError

__all__ = ["query_names", "read_address"]

View = Callable[..., Response]


@cache
def query_names(view: View) -> dict[str, bool]:
    """Return the names that a route's query may hold, and whether each may be repeated."""
    query = get_type_hints(inspect.unwrap(view)).get("query")
    fields = {} if query is None else query.model_json_schema()["properties"]
    return {
        name: "array" in (field.get("type"), *(one.get("type") for one in field.get("anyOf", ())))
        for name, field in fields.items()
    }


def read_address(view: View) -> View:
    """Return a view that reads its path and its query itself.

    flask-openapi describes it as before, and leaves reading to it: the mark is that of its own `validate_request`. It
    would look for each of thirty names in every query, which takes longer than an algorithm that is looked up.
    """
    models = {part: model for part, model in get_type_hints(view).items() if part in ("path", "query")}
    several = query_names(view)

    @wraps(view)
    def called(**in_path: str) -> Response:
        args = request.args
        given: dict[str, dict[str, Any]] = {
            "path": in_path,
            "query": {name: args.getlist(name) if several.get(name) else args[name] for name in args},
        }
        try:
            read = {part: model.model_validate(given[part]) for part, model in models.items()}
        except ValidationError as error:
            abort(current_app.validation_error_callback(error))  # type: ignore[attr-defined]
        return view(**read)

    called.__delay_validate_request__ = True  # type: ignore[attr-defined]
    return called
