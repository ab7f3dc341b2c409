"""Prometheus metrics of all workers together."""

import os
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g, has_request_context, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from dashboard.web.processes import server_processes, total_mb
from dashboard.web.state_metrics import ServerState
from dashboard.web.traffic import Standing, Traffic, TrafficHour
from dashboard.web.warm_up import is_warm_up

if TYPE_CHECKING:
    from core.service import CineMatch

__all__ = ["install_metrics", "note_algorithm", "note_failure", "traffic_of"]

_REQUESTS = Counter("cinematch_http_requests", "Requests answered.", ["method", "route", "status"])
_SECONDS = Histogram(
    "cinematch_http_request_duration_seconds",
    "Seconds from the first line of the request's handling to its answer.",
    ["route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
_FAILURES = Counter(
    "cinematch_failures",
    "Answers from 500 on, and callbacks of a page that failed.",
    ["route", "algorithm"],
)
_ASKED = Counter("cinematch_algorithm_requests", "Requests that asked an algorithm.", ["algorithm"])
_LISTS = Counter("cinematch_lists", "Lists that were given, for pages and the API.", ["algorithm"])
_KEPT = Counter(
    "cinematch_kept_lists",
    "Questions for a list of a stored user, by whether it was made before (hit) or had to be made (miss).",
    ["result"],
)
_KEPT_BYTES = Gauge("cinematch_kept_lists_bytes", "What all workers keep of such lists.", multiprocess_mode="livesum")
_EXTENSION = "cinematch_traffic"
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


def note_algorithm(key: str) -> None:
    """Remember which algorithm the request that is being answered asks."""
    if has_request_context():
        g.algorithm = key


def note_failure() -> None:
    """Remember that the answer, whatever its status, tells of a failure."""
    if has_request_context():
        g.failed = True


def install_metrics(
    server: Flask,
    paths: Iterable[str],
    service: "CineMatch",
    jobs: Callable[[], Mapping[str, int]],
    *others: Collector,
) -> None:
    """Count and time every request, and serve the figures.

    Parameters
    ----------
    server : Flask
    paths : iterable of str
        Where the figures are served.
    service : CineMatch
        Whose lists are counted and whose state is told.
    jobs : callable
        Returns the number of background jobs by state.
    *others : Collector
        Further figures that are the same from whichever worker.
    """
    state = ServerState(service, jobs)
    service.on_list(lambda algorithm: _LISTS.labels(algorithm).inc())
    service.kept_lists.tell = _note_kept
    shared = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    traffic = Traffic(_standing, None if shared is None else Path(shared))

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
        algorithm = g.get("algorithm")
        if algorithm is not None:
            _ASKED.labels(algorithm).inc()
        if response.status_code >= 500 or g.get("failed"):
            _FAILURES.labels(route, algorithm or "").inc()
        # Once the client has its answer: a note takes some milliseconds, once a minute.
        response.call_on_close(traffic.note)
        return response

    def figures() -> Response:
        registry = _counters()
        for collector in (state, *others):
            registry.register(collector)
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    for number, path in enumerate(paths):
        server.add_url_rule(path, f"metrics_{number}", figures)
    server.extensions[_EXTENSION] = traffic


def _note_kept(found: bool, size: int) -> None:
    _KEPT.labels("hit" if found else "miss").inc()
    _KEPT_BYTES.set(size)


def traffic_of(server: Flask) -> TrafficHour:
    """Return what a server was asked in the last hour, by the counters of all its workers."""
    traffic: Traffic = server.extensions[_EXTENSION]
    return traffic.last_hour()


def _counters() -> Any:
    """Return a registry with the counters of all workers."""
    registry: Any = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)
    else:
        registry.register(REGISTRY)
    return registry


def _standing() -> Standing:
    memory = total_mb(server_processes())
    now = Standing(time.time(), memory_mb=memory)
    for family in _counters().collect():
        for sample in family.samples:
            labels = sample.labels
            if sample.name == "cinematch_http_requests_total":
                _add(now.answers, labels["route"], sample.value)
                if labels["status"].startswith("4"):
                    _add(now.refused, labels["route"], sample.value)
            elif sample.name == "cinematch_http_request_duration_seconds_bucket":
                _add(now.seconds.setdefault(labels["route"], {}), labels["le"], sample.value)
            elif sample.name == "cinematch_failures_total":
                _add(now.failed, f"{labels['route']}|{labels['algorithm']}", sample.value)
            elif sample.name == "cinematch_algorithm_requests_total":
                _add(now.asked, labels["algorithm"], sample.value)
    return now


def _add(counts: dict[str, float], name: str, value: float) -> None:
    counts[name] = counts.get(name, 0.0) + value
