"""Name every request, so that an answer and the log lines about it can be brought together."""

import random
import re

from flask import Flask, Response, g, has_request_context, request

__all__ = ["current_request_id", "install_request_ids"]

_HEADER = "X-Request-ID"
_SANE = re.compile(r"[A-Za-z0-9._-]{8,64}")


def current_request_id() -> str | None:
    """Return the id of the request being handled, if there is one."""
    return g.get("request_id") if has_request_context() else None


def install_request_ids(server: Flask) -> None:
    """Take the id that a proxy gave, or make one, and send it back."""

    @server.before_request
    def name_request() -> None:
        given = request.headers.get(_HEADER, "")
        g.request_id = given if _SANE.fullmatch(given) else f"{random.getrandbits(64):016x}"

    @server.after_request
    def tell(response: Response) -> Response:
        response.headers[_HEADER] = g.get("request_id", "")
        return response
