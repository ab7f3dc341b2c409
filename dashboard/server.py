"""The Flask server underneath: health, metrics, security headers, compression, limits and the REST API."""

import io
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from flask import Flask, Request, Response, redirect
from flask.sessions import NullSession, SessionInterface, SessionMixin
from flask_openapi import OpenAPI
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response as BaseResponse

from core import __version__
from core.service import people_of
from core.settings import Settings
from dashboard.api import install_api
from dashboard.web.compression import install_compression
from dashboard.web.feedback_metrics import FeedbackFigures
from dashboard.web.health import install_health
from dashboard.web.metrics import install_metrics, note_algorithm
from dashboard.web.problems import install_problems, validation_problem
from dashboard.web.refresh import REFRESH_EVERY_S, install_refresh
from dashboard.web.request_ids import install_request_ids
from dashboard.web.run_downloads import install_run_downloads
from dashboard.web.secret import secret_key
from dashboard.web.security import install_relative_redirects, install_security_headers
from dashboard.web.tracing import install_tracing

if TYPE_CHECKING:
    from core.service import CineMatch

__all__ = ["MAX_BODY_BYTES", "make_server"]

MAX_BODY_BYTES = 2 * 1024 * 1024
"""Largest body of any request; the API allows less."""


class _NoSessions(SessionInterface):
    """Nothing here keeps a session: no cookie is read, signed or sent."""

    def open_session(self, app: Flask, request: Request) -> NullSession:
        """Return a session that refuses to be written to."""
        del request
        return self.make_null_session(app)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep nothing."""


class _Request(Request):
    """A request whose files stay in memory, where werkzeug would write those above 500 kB to the disk."""

    def _get_file_stream(self, *_: Any, **__: Any) -> io.BytesIO:
        return io.BytesIO()


class _Server(OpenAPI):
    """Flask without what costs every request something and is not used here."""

    request_class = _Request
    session_interface = _NoSessions()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function: there are no coroutines among our views and hooks."""
        return func


def make_server(
    settings: Settings,
    service: "CineMatch",
    page: Callable[[], str],
    jobs: Callable[[], Mapping[str, int]],
    jobs_trouble: Callable[[], str | None],
) -> Flask:
    """Build the server, without the dashboard's pages.

    Parameters
    ----------
    settings : Settings
    service : CineMatch
    page : callable
        Renders the dashboard's HTML, for the content security policy; called with the first HTML answer.
    jobs : callable
        Returns the number of background jobs by state.
    jobs_trouble : callable
        Returns why background jobs are not done now, None where they are.
    """
    prefix = settings.url_prefix
    server = _Server(
        "dashboard",
        info={
            "title": "CineMatch",
            "version": __version__,
            "description": "Movie recommendations with reasons, from MovieLens ratings.",
        },
        doc_ui=False,
        validation_error_callback=validation_problem,
        static_folder=None,
    )
    # The document is served by our own route; 3.1 is what generators and testers read.
    server.openapi_version = "3.1.0"
    server.secret_key = secret_key(settings)
    server.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        server.wsgi_app = ProxyFix(server.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]

    # Hooks after a request run last first: names and figures see the answer as it leaves.
    install_tracing(server)
    service.on_ask = note_algorithm
    install_request_ids(server)
    people = people_of(service)
    figures = FeedbackFigures(None if people is None else people.online)
    install_metrics(server, [f"{base}metrics" for base in _bases(prefix)], service, jobs, figures)
    install_compression(server, settings.cache_dir)
    install_security_headers(server, page)
    install_relative_redirects(server)
    # Who has what is published looked for more often wants it to be served as soon.
    follows = settings.artifacts_url is not None
    install_refresh(server, service, min(REFRESH_EVERY_S, settings.artifacts_poll_s) if follows else REFRESH_EVERY_S)
    install_health(server, _bases(prefix), service, jobs_trouble)
    install_problems(server, prefix, page)
    install_run_downloads(server, prefix, service.measurements.exported)
    install_api(server, settings, service)
    if prefix != "/":

        def to_prefix() -> BaseResponse:
            return redirect(prefix)

        server.add_url_rule("/", "to_prefix", to_prefix)
    return server


def _bases(prefix: str) -> list[str]:
    # Operations answer at the root too: a container's health check need not know the prefix.
    return list(dict.fromkeys(("/", prefix)))
