"""Headers that every answer carries, with a content security policy for the HTML that is really served."""

import base64
import hashlib
import re
from collections.abc import Callable, Iterable
from functools import cache
from urllib.parse import urlsplit, urlunsplit

from flask import Flask, Response
from werkzeug.datastructures import Headers

__all__ = [
    "content_security_policy",
    "inline_script_hashes",
    "install_relative_redirects",
    "install_security_headers",
]

# Neither scripts with an address nor blocks of data, which are not run.
_INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE
)
_STATIC = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def inline_script_hashes(html: str) -> list[str]:
    """Return the CSP source expressions of a page's inline scripts, each once, in order of appearance."""
    digests = (hashlib.sha256(match.encode()).digest() for match in _INLINE.findall(html))
    return list(dict.fromkeys(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests))


def content_security_policy(script_hashes: Iterable[str] = ()) -> str:
    """Return the policy: everything from this server alone, and of inline scripts only those that are named."""
    return "; ".join(
        (
            "default-src 'none'",
            " ".join(("script-src 'self'", *script_hashes)),
            # Mantine and plotly set style attributes and add style elements.
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "object-src 'none'",
        )
    )


def install_security_headers(server: Flask, page: Callable[[], str]) -> None:
    """Send the headers with every answer.

    Parameters
    ----------
    server : Flask
    page : callable
        Renders the page whose inline scripts are allowed, without anything that a client sent. It is called once,
        with the first HTML answer: by then all callbacks, which add scripts, are defined.
    """
    page_headers = cache(lambda: _headers(content_security_policy(inline_script_hashes(page()))))
    plain_headers = _headers(content_security_policy())

    @server.after_request
    def add_headers(response: Response) -> Response:
        response.headers.extend(page_headers() if response.mimetype == "text/html" else plain_headers)
        return response


def install_relative_redirects(server: Flask) -> None:
    """Redirect by path alone: an address with a host would be built from what the client calls us."""

    @server.after_request
    def leave_out_the_host(response: Response) -> Response:
        if response.location:
            target = urlsplit(response.location)
            response.location = urlunsplit(("", "", "/" + target.path.lstrip("/"), target.query, target.fragment))
        return response


def _headers(policy: str) -> Headers:
    return Headers([("Content-Security-Policy", policy), *_STATIC.items()])
