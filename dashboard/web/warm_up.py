"""Answer the first requests before there is anybody to wait for them, or to meet half a setup.

Dash sets itself up inside the first request of a process and says that it is done before it is: a second thread that
comes meanwhile finds bundles that nobody knows and callbacks that are missing. Here the first request comes from the
process itself, and under gunicorn from the master before the fork, so that workers share what it leaves behind.
"""

import re
from collections.abc import Mapping
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

__all__ = ["is_warm_up", "warm_up"]

_BUNDLE = re.compile(r"""src="([^"]*_dash-component-suites/[^"]+)\"""")
_MARK = "cinematch.warm_up"
"""In a WSGI environment. No client can set it: what clients send begins with ``HTTP_``."""


def is_warm_up(environ: Mapping[str, Any]) -> bool:
    """Return whether a request is the application's own, which is no traffic."""
    return _MARK in environ


def warm_up(server: Flask, prefix: str) -> None:
    """Ask for the page, for what Dash's renderer asks first, and for every bundle that the page names.

    Parameters
    ----------
    server : Flask
        With all pages and callbacks.
    prefix : str
        The path that the application is served at, with a slash at both ends.

    Raises
    ------
    RuntimeError
        When one of them is not answered with 200: what fails now would fail for everybody.
    """
    client = server.test_client()

    def ask(path: str) -> TestResponse:
        answer = client.get(path, environ_overrides={_MARK: True})
        if answer.status_code != 200:
            raise RuntimeError(
                f"{path} was answered with {answer.status_code} before the start. The log above says why; "
                "where a file is missing, install the packages of requirements.lock anew."
            )
        return answer

    bundles = _BUNDLE.findall(ask(prefix).text)
    for path in (f"{prefix}_dash-layout", f"{prefix}_dash-dependencies", *bundles):
        ask(path)
