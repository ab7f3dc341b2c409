"""Traces are sent to whom OpenTelemetry's variables name, and nothing happens without them."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from flask import Flask

from dashboard.web import tracing
from dashboard.web.tracing import install_tracing, start_exporting


class Collector(HTTPServer):
    """Takes what is sent to it."""

    received: list[tuple[str, bytes]]


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Collector)
        self.server.received.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector(("127.0.0.1", 0), _Handler) as server:
        server.received = []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def _film(number: int) -> str:
    return str(number)


@pytest.fixture
def application(monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setattr(tracing, "_providers", [])
    server = Flask(__name__)
    server.add_url_rule("/films/<int:number>", "film", view_func=_film)
    server.add_url_rule("/readyz", "readyz", lambda: "ready")
    return server


def test_a_request_is_a_span_with_its_rule(
    application: Flask, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{collector.server_port}")
    install_tracing(application)
    start_exporting()
    client = application.test_client()
    assert client.get("/films/7").text == "7"
    assert client.get("/readyz").text == "ready"
    for provider in tracing._providers:
        assert provider.force_flush()
        provider.shutdown()
    ((path, body),) = collector.received
    assert path == "/v1/traces"
    assert b"cinematch" in body
    assert b"/films/<int:number>" in body
    assert b"readyz" not in body


@pytest.mark.parametrize("variables", [{}, {"OTEL_SDK_DISABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://x"}])
def test_without_its_variables_nothing_is_traced(
    application: Flask, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    install_tracing(application)
    start_exporting()
    assert tracing._providers == []
    assert not hasattr(application, "_is_instrumented_by_opentelemetry")


def test_without_the_package_it_is_said_and_served(
    application: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    monkeypatch.setitem(__import__("sys").modules, "opentelemetry.instrumentation.flask", None)
    install_tracing(application)
    assert "cinematch[telemetry]" in caplog.text
    assert tracing._providers == []
