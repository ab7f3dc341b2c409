"""How Dash stands on our server: it answers for what is its own, and for nothing else.

Dash alone answers every unknown path with its page and 200, so that a proxy keeps the page as whatever was asked for;
and it serves a bundle under any fingerprint that a client makes up, for a year.
"""

import pkgutil
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from dash.backends._flask import FlaskDashServer
from dash.exceptions import DependencyException, InvalidCallbackReturnValue
from dash.fingerprint import check_fingerprint
from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest, NotFound

from dashboard.web.callback_bodies import fault_of
from dashboard.web.page_files import CALLED_AT_ONCE
from dashboard.web.plotly_bundle import PLOTLY, lean_plotly

if TYPE_CHECKING:
    from dash import Dash

__all__ = ["backend_on", "raw_path", "serve_pages"]

_FINGERPRINT = re.compile(r"\.(v[\w-]+m[0-9a-fA-F]+)\.")
_CHUNKS = re.compile(rb"""splice\(1,0,"(v[\w-]+m[0-9a-fA-F]+)\"""")
"""In a bundle: the fingerprint by which its loader asks for the chunks."""
_COMPILED_EARLY = ("react-dom@", "dash_renderer.", "dash_core_components", "dash_mantine_components.")
"""Bundles most of which a page calls before it stands."""


def backend_on(server: Flask) -> type[FlaskDashServer]:
    """Return the class by which Dash serves on `server`: without its catch-all, with bundles that are checked."""

    class Backend(FlaskDashServer):
        """Dash's own routes, and no other."""

        @staticmethod
        def create_app(name: str = "__main__", config: dict[str, Any] | None = None) -> Flask:
            """Return the server that there is."""
            del name, config
            return server

        def setup_catchall(self, dash_app: "Dash") -> None:
            """Leave what nobody knows to the server, which answers 404."""

        def serve_callback(self, dash_app: "Dash") -> Callable[[], Response]:
            """Return the view that calls callbacks; what no browser sends is 400 and no matter for the log."""
            dispatch: Callable[[], Response] = super().serve_callback(dash_app)

            def checked() -> Response:
                try:
                    body = request.get_json()
                except RecursionError as error:
                    raise BadRequest("The body is nested too deeply.") from error
                fault = fault_of(body, dash_app.callback_map)
                if fault is not None:
                    raise BadRequest(f"This is no call of a callback: {fault}.")
                try:
                    return dispatch()
                except InvalidCallbackReturnValue as error:
                    if "{" not in body["output"]:
                        raise
                    raise BadRequest("The outputs of a pattern are as many as its inputs.") from error

            return checked

        def serve_component_suites(self, dash_app: "Dash", package_name: str, fingerprinted_path: str) -> Response:
            """Serve a bundle; under a fingerprint that is not its package's, nobody may keep it."""
            if (package_name, check_fingerprint(fingerprinted_path)[0]) == ("plotly", PLOTLY):
                return _lean()
            try:
                answer: Response = super().serve_component_suites(dash_app, package_name, fingerprinted_path)
            except (DependencyException, FileNotFoundError) as error:
                raise NotFound("There is no such bundle.") from error
            name = fingerprinted_path.rsplit("/", 1)[-1]
            found = _FINGERPRINT.search(name)
            if found is not None and name.endswith(".js") and name.startswith(_COMPILED_EARLY):
                answer.set_data(CALLED_AT_ONCE + answer.get_data())
            if found is None or found[1] not in _fingerprints(dash_app, package_name):
                answer.headers["Cache-Control"] = "no-cache"
            return answer

    return Backend


def _lean() -> Response:
    """Return plotly as it is served here, by a tag of its own: the page asks for it by a name that never changes."""
    answer = Response(lean_plotly(), mimetype="text/javascript", headers={"Cache-Control": "no-cache"})
    answer.add_etag()
    answer.make_conditional(request)
    return answer


def _fingerprints(dash_app: "Dash", package: str) -> frozenset[str]:
    """Return the fingerprints by which bundles of a package are asked for, read once.

    The page names bundles by when their files were written; they name their own chunks by when they were built.
    """
    known: dict[str, frozenset[str]] = dash_app.server.extensions.setdefault("bundle fingerprints", {})
    if package not in known:
        names = re.findall(
            rf"/_dash-component-suites/{re.escape(package)}/([^\"?]+)", dash_app._generate_scripts_html()
        )
        built = (pkgutil.get_data(package, check_fingerprint(name)[0]) or b"" for name in names)
        chunks = {found.decode() for script in built for found in _CHUNKS.findall(script)}
        known[package] = frozenset({found[1] for name in names if (found := _FINGERPRINT.search(name))} | chunks)
    return known[package]


def raw_path() -> str:
    """Return the path as the client wrote it: decoded, an id with a slash is no longer one part of it."""
    target = str(request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or request.path)
    return target.partition("?")[0]


def serve_pages(app: "Dash", paths: Iterable[str], exists: Callable[[str], bool]) -> None:
    """Serve Dash's page at the pages' addresses.

    Parameters
    ----------
    app : Dash
    paths : iterable of str
        Below the prefix; a part in braces stands for an id: ``/movie/{movie_id}``.
    exists : callable
        Whether an address below the prefix, as the client wrote it, leads somewhere.
    """
    prefix = app.config.routes_pathname_prefix

    def show(**_ids: str) -> str:
        path = "/" + raw_path().removeprefix(prefix).strip("/")
        if not exists(path):
            raise NotFound(f"There is no page {path}.")
        return str(app.index())

    for path in paths:
        if path != "/":
            rule = prefix + re.sub(r"\{(\w+)\}", r"<path:\1>", path.lstrip("/"))
            app.server.add_url_rule(rule, f"page {path}", show, strict_slashes=False)
