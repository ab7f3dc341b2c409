"""Pages of other origins that may ask the API from a browser: none unless they are named."""

from flask import Flask, Response, request

__all__ = ["install_cross_origin"]

_ASKED_WITH = "Authorization, Content-Type, Idempotency-Key, If-None-Match, X-API-Key, X-Request-ID"
_TOLD = "ETag, Link, RateLimit, RateLimit-Policy, Retry-After, X-Request-ID"


def install_cross_origin(server: Flask, api_path: str, origins: tuple[str, ...]) -> None:
    """Allow pages of `origins` to read answers below `api_path`; without cookies, of which there are none."""
    if not origins:
        return

    @server.after_request
    def allow(response: Response) -> Response:
        if not request.path.startswith(api_path):
            return response
        origin = request.headers.get("Origin")
        everybody = "*" in origins
        if not everybody:
            response.vary.add("Origin")
        if origin is None or not (everybody or origin in origins):
            return response
        response.headers["Access-Control-Allow-Origin"] = "*" if everybody else origin
        response.headers["Access-Control-Expose-Headers"] = _TOLD
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "GET")
            response.headers["Access-Control-Allow-Headers"] = _ASKED_WITH
            response.headers["Access-Control-Max-Age"] = "600"
        return response
