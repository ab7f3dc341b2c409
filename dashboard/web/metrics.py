"""Prometheus metrics of all workers together."""

import os
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import psutil
from flask import Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from core.views import ModelStatus
from dashboard.web.warm_up import is_warm_up

__all__ = ["install_metrics"]

_REQUESTS = Counter("cinematch_http_requests", "Requests answered.", ["method", "route", "status"])
_SECONDS = Histogram(
    "cinematch_http_request_seconds",
    "Seconds from the first line of the request's handling to its answer.",
    ["route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


class _State(Collector):
    """What is true at the moment of asking, whichever worker is asked."""

    def __init__(self, models: Callable[[], Sequence[ModelStatus]]) -> None:
        self._models = models

    def collect(self) -> Iterable[Metric]:
        """Yield the models' states and the memory of this server's processes."""
        states = GaugeMetricFamily("cinematch_model_up", "1 when the model is served.", labels=["model", "state"])
        for status in self._models():
            states.add_metric([status.key, status.state], float(status.state == "loaded"))
        yield states
        memory = GaugeMetricFamily(
            "cinematch_process_memory_bytes",
            "Memory by process: rss counts shared pages in each process, pss splits them, uss leaves them out.",
            labels=["pid", "role", "kind"],
        )
        for process, role in _server_processes():
            for kind, value in _memory(process).items():
                memory.add_metric([str(process.pid), role, kind], float(value))
        yield memory


def _server_processes() -> list[tuple[psutil.Process, str]]:
    here = psutil.Process()
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return [(here, "single")]
    parent = here.parent()
    if parent is None:
        return [(here, "worker")]
    return [(parent, "master"), *((child, "worker") for child in parent.children())]


def _memory(process: psutil.Process) -> dict[str, int]:
    try:
        facts = process.memory_full_info()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return {}  # it ended meanwhile
    return {kind: getattr(facts, kind) for kind in ("rss", "pss", "uss") if hasattr(facts, kind)}


def install_metrics(
    server: Flask, paths: Iterable[str], models: Callable[[], Sequence[ModelStatus]], *others: Collector
) -> None:
    """Count and time every request, and serve the figures.

    Parameters
    ----------
    server : Flask
    paths : iterable of str
        Where the figures are served.
    models : callable
        The state of every algorithm.
    *others : Collector
        Further figures that are the same from whichever worker.
    """
    state = _State(models)

    @server.before_request
    def start_clock() -> None:
        g.started = time.perf_counter()

    @server.after_request
    def count(response: Response) -> Response:
        if is_warm_up(request.environ):
            return response
        # The rule, not the path: ids in labels would make a series for each of them.
        route = request.url_rule.rule if request.url_rule is not None else "none"
        method = request.method if request.method in _METHODS else "other"
        _REQUESTS.labels(method, route, response.status_code).inc()
        if "started" in g:
            _SECONDS.labels(route).observe(time.perf_counter() - g.started)
        return response

    def figures() -> Response:
        registry: Any = CollectorRegistry()
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            MultiProcessCollector(registry)
        else:
            registry.register(REGISTRY)
        for collector in (state, *others):
            registry.register(collector)
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    for number, path in enumerate(paths):
        server.add_url_rule(path, f"metrics_{number}", figures)
