"""Traces for OpenTelemetry, where its own variables ask for them.

They are those of its specification: ``OTEL_EXPORTER_OTLP_ENDPOINT`` switches tracing on, ``OTEL_SERVICE_NAME``,
``OTEL_RESOURCE_ATTRIBUTES``, ``OTEL_TRACES_SAMPLER``, ``OTEL_EXPORTER_OTLP_HEADERS`` and ``OTEL_SDK_DISABLED`` mean
what they mean everywhere.
"""

import logging
import os
from typing import TYPE_CHECKING

from flask import Flask

from core import __version__

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

__all__ = ["install_tracing", "start_exporting"]

log = logging.getLogger("cinematch.web")

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_NOT_TRACED = "healthz,readyz,metrics"
_providers: "list[TracerProvider]" = []


def install_tracing(server: Flask) -> None:
    """Make a span of each request, health and metrics aside; nothing at all where no variable asks for it.

    Spans go nowhere until `start_exporting`: that takes a thread, and the master must not have one when it forks.
    """
    wanted = any(os.environ.get(name) for name in _ENDPOINTS)
    if not wanted or os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return
    try:
        from opentelemetry.instrumentation.flask import FlaskInstrumentor
        from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
    except ImportError as error:
        log.warning(
            "OpenTelemetry's variables are set, but nothing is traced (%s): install cinematch[telemetry]", error
        )
        return
    ours = Resource({SERVICE_NAME: "cinematch", SERVICE_VERSION: __version__})
    provider = TracerProvider(resource=ours.merge(OTELResourceDetector().detect()))
    FlaskInstrumentor().instrument_app(server, tracer_provider=provider, excluded_urls=_NOT_TRACED)
    _providers.append(provider)


def start_exporting() -> None:
    """Send spans from this process on: once in each worker, after the fork."""
    if not _providers:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    for provider in _providers:
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
