"""Errors as RFC 9457 problem documents, and for somebody who looks for a page as a page."""

import logging
from collections.abc import Callable, Iterable
from functools import cache
from http import HTTPStatus
from typing import Any

import orjson
from flask import Flask, Response, g, request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from core.display.paths import without_directories
from core.errors import CineMatchError, InvalidIdError, InvalidInputError, ModelUnavailableError, UnknownIdError

__all__ = ["CHALLENGE", "FieldProblem", "Problem", "install_problems", "problem", "validation_problem"]

log = logging.getLogger("cinematch.web")

MIMETYPE = "application/problem+json"
CHALLENGE = 'Bearer realm="CineMatch"'
"""How one says who one is, which an answer of 401 has to name (RFC 9110)."""

_MOST_ERRORS = 20
"""Errors that are told one by one: an answer must not be much larger than the question."""

_READ_TO_THE_END = 12 * 1024 * 1024
"""Bytes of a refused body that are read all the same; as much as the proxy lets through."""


class FieldProblem(BaseModel):
    """What is wrong with one value of a request."""

    where: str
    """The parameter or the path into the body, such as `ratings.0.rating`."""
    message: str


class Problem(BaseModel):
    """Why a request failed (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    """What happened and what to do about it."""
    instance: str
    """The path that was asked."""
    request_id: str | None = None
    """The same as in the header `X-Request-ID` and in the server's log."""
    errors: list[FieldProblem] | None = None
    """The first twenty of what is wrong with values."""
    error_count: int | None = None
    """How many values are wrong in all."""


def problem(
    status: int, detail: str, errors: Iterable[FieldProblem] = (), error_count: int | None = None
) -> Response:
    """Return a problem document as an answer; `error_count` says of how many errors those listed are the first."""
    listed = list(errors)
    document = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        instance=request.path,
        request_id=g.get("request_id"),
        errors=listed or None,
        error_count=error_count or len(listed) or None,
    )
    answer = Response(orjson.dumps(document.model_dump(exclude_none=True)), status, mimetype=MIMETYPE)
    if status == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = CHALLENGE
    return answer


def validation_problem(error: ValidationError) -> Response:
    """Return 422 with an entry for each of the first values that are not valid, and how many there are."""
    told = error.errors(include_url=False, include_context=False, include_input=False)[:_MOST_ERRORS]
    listed = [
        FieldProblem(
            where=".".join(map(str, item["loc"])) or "body", message=item["msg"].removeprefix("Value error, ")
        )
        for item in told
    ]
    first, count = listed[0], error.error_count()
    rest = f" (and {count - 1} more)" if count > 1 else ""
    return problem(422, f"{first.where}: {first.message}{rest}", listed, count)


def install_problems(server: Flask, prefix: str, page: Callable[[], str]) -> None:
    """Answer errors with problem documents, and a browser that asks for a page that is not there with the dashboard.

    Parameters
    ----------
    server : Flask
    prefix : str
        The path that the application is served at.
    page : callable
        Renders the dashboard's HTML, which says by itself that there is no such page.
    """
    not_found_page = cache(page)

    def wants_page() -> bool:
        # Neither the API nor what Dash's own scripts ask for.
        is_page = not request.path.startswith((f"{prefix}api/", f"{prefix}_"))
        return is_page and request.method in ("GET", "HEAD") and "text/html" in request.accept_mimetypes.values()

    @server.after_request
    def read_to_the_end(response: Response) -> Response:
        # A connection that is closed on a client who is still sending is reset, and the answer lost with it.
        length = request.content_length or 0
        if response.status_code >= 400 and 0 < length <= _READ_TO_THE_END:
            body = request.environ["wsgi.input"]
            while body.read(65536):
                pass
        return response

    @server.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response | HTTPException:
        if error.response is not None or error.code is None:
            return error
        if error.code == 404 and wants_page():
            return Response(not_found_page(), 404, mimetype="text/html")
        answer = problem(error.code, _detail(error, f"{prefix}api/"))
        for name, value in error.get_headers():
            if name.lower() not in ("content-type", "content-length"):
                answer.headers[name] = value
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            answer.headers["Allow"] = ", ".join(sorted(error.valid_methods))
        return answer

    @server.errorhandler(CineMatchError)
    def known_error(error: CineMatchError) -> Response:
        status = _status(error)
        if status == 500:
            return unexpected_error(error)
        # Of several questions in one request, a note says in which it was.
        places = [*getattr(error, "__notes__", ()), *([error.field] if isinstance(error, InvalidIdError) else ())]
        told = without_directories(str(error)) if isinstance(error, ModelUnavailableError) else str(error)
        return problem(status, told, [FieldProblem(where=".".join(places), message=told)] if places else [])

    @server.errorhandler(Exception)
    def unexpected_error(error: Exception) -> Response:
        # The client learns the request's id alone: the reason may tell of paths or data.
        log.error("%s %s failed", request.method, request.path, exc_info=error)
        return problem(500, "The server failed to answer this request. Its log has the reason under request_id.")


def _status(error: CineMatchError) -> int:
    if isinstance(error, UnknownIdError):
        return 404
    if isinstance(error, InvalidInputError):
        return 422
    return 503 if isinstance(error, ModelUnavailableError) else 500


def _detail(error: HTTPException, api: str) -> str:
    if isinstance(error, NotFound) and error.description == NotFound.description:
        hint = " The API's documentation at api/docs lists what there is." if request.path.startswith(api) else ""
        return f"There is no {request.path}.{hint}"
    if isinstance(error, MethodNotAllowed):
        return f"{request.method} is not possible here. The header Allow lists what is."
    if isinstance(error, RequestEntityTooLarge):
        return "The request's body is too large. Send fewer ratings, or the files of an export one by one."
    return str(error.description or HTTPStatus(error.code or 500).phrase)


def problem_responses(*codes: int) -> dict[int, Any]:
    """Return the OpenAPI description of error answers."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        code: {"description": HTTPStatus(code).phrase, "content": {MIMETYPE: {"schema": schema}}} for code in codes
    }
