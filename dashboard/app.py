"""The composition root: settings, service, server, pages and callbacks become one application."""

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from flask import has_request_context, request

import callbacks
from callbacks.errors import notify_error
from callbacks.jobs.forked import make_background_manager
from core import __version__
from core.errors import ConfigurationError
from core.logs import configure_logging
from core.settings import Settings, load_settings
from dashboard import shell
from dashboard.components.light import framed
from dashboard.pages import all_pages, leads_somewhere
from dashboard.server import make_server
from dashboard.web.dash_backend import backend_on, serve_pages
from dashboard.web.logs import make_formatter
from dashboard.web.page_files import LeanDash, PageFiles
from dashboard.web.warm_up import warm_up

if TYPE_CHECKING:
    from celery import Celery
    from dash import Dash
    from dash.development.base_component import Component

    from callbacks.jobs.manager import BackgroundManager
    from core.service import CineMatch

__all__ = ["create_app", "job_queue"]

log = logging.getLogger("cinematch.web")

_ASSETS = Path(__file__).with_name("assets")


def create_app(
    settings: Settings | None = None,
    service: "CineMatch | None" = None,
    ready: "Callable[[CineMatch], None]" = lambda _service: None,
) -> "Dash":
    """Build the application.

    Parameters
    ----------
    settings : Settings, optional
        By default those of the service, or of the environment.
    service : CineMatch, optional
        By default one over the configured data set, with its models loaded.
    ready : callable
        Called with the service before the first answer is made; returns when there is something to serve.

    Returns
    -------
    Dash
        Its `server` is the WSGI application.

    Raises
    ------
    ConfigurationError, DataError
        When a setting is not valid or the data set is not installed; the message says what to do.
    """
    if settings is None:
        settings = load_settings() if service is None else service.settings
    configure_logging(make_formatter(settings.log_format))
    if service is None:
        from core.service import open_service

        service = open_service(settings)
    app = _assembled(settings, service)
    ready(service)
    warm_up(app.server, settings.url_prefix)
    log.info("%s is served at %s", service.dataset_view().name, settings.url_prefix)
    return app


def job_queue(settings: Settings, service: "CineMatch") -> "Celery":
    """Return the Celery application that does the jobs of the application; settings with Redis.

    A worker knows what all pages have done as jobs. It answers no requests, and gets ready for none.
    """
    from callbacks.jobs.cluster.manager import CeleryManager
    from callbacks.jobs.manager import manager_of

    configure_logging(make_formatter(settings.log_format))
    manager = manager_of(_assembled(settings, service))
    if not isinstance(manager, CeleryManager):
        raise ConfigurationError("A worker takes its jobs from Redis: set CINEMATCH_REDIS_URL.")
    return manager.queue


def _assembled(settings: Settings, service: "CineMatch") -> LeanDash:
    """Return the application with its pages and callbacks, before the first request."""
    app: LeanDash

    def page() -> str:
        with app.server.test_request_context(settings.url_prefix):
            return str(app.index())

    manager = _job_manager(settings, service)
    server = make_server(settings, service, page, manager.counts, manager.trouble)
    if settings.redis_url is not None:
        # A link to a measurement may be opened at a replica that nobody has told of it.
        server.before_request(manager.catch_up_now_and_then)
    files = PageFiles(_ASSETS, settings.url_prefix)
    files.install(server)
    app = LeanDash(
        "dashboard",
        backend=backend_on(server),
        url_base_pathname=settings.url_prefix,
        assets_folder=str(_ASSETS),
        include_assets_files=False,
        external_stylesheets=[files.style],
        external_scripts=[files.script],
        title="CineMatch",
        update_title=None,
        index_string=shell.INDEX_STRING,
        suppress_callback_exceptions=True,
        serve_locally=True,
        compress=False,
        on_error=notify_error,
        background_callback_manager=manager,
    )

    app.page_files = files

    def layout() -> "Component":
        opened = request.headers.get("Referer") if has_request_context() else None
        around = shell.build_layout(service, **callbacks.first_page(app, service, opened))
        around.children = framed(around.children)
        return around

    app.layout = layout
    callbacks.register_all(app, service)
    serve_pages(app, [found.path for found in all_pages().values()], partial(leads_somewhere, service))
    return app


def _job_manager(settings: Settings, service: "CineMatch") -> "BackgroundManager":
    """Return who has background jobs done: this machine, or Celery's workers where there is Redis."""

    def fingerprint() -> str:
        return f"{__version__} {service.dataset_view().fingerprint}"

    def before_job() -> None:
        service.refresh(verify=False)

    if settings.redis_url is None:
        return make_background_manager(settings.cache_dir, fingerprint=fingerprint, before_job=before_job)
    try:
        from callbacks.jobs.cluster.manager import make_celery_manager
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            "With CINEMATCH_REDIS_URL background jobs are done by Celery's workers, and Celery is not installed. "
            "Install it with `pip install 'cinematch[cluster]'`, or unset the variable."
        ) from error
    from callbacks.jobs.asked import AskedJobs
    from callbacks.jobs.cluster.commands import add_commands

    manager = make_celery_manager(
        settings.redis_url, settings.cache_dir, fingerprint=fingerprint, before_job=before_job
    )
    add_commands(AskedJobs(manager))
    return manager
