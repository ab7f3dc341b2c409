"""The application is set up before anybody asks, and what that takes is no traffic."""

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from dash import Dash
from flask import Flask, Response
from prometheus_client import REGISTRY

from dashboard.app import create_app
from dashboard.web.warm_up import warm_up
from tests.conftest import Installation

_BUNDLE = re.compile(r'src="([^"]*_dash-component-suites/[^"]+)"')


@pytest.fixture
def slow_setup(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a second thread all the time that it needs to come while Dash is being set up."""
    real = Dash._generate_scripts_html

    def slow(app: Dash) -> Any:
        time.sleep(0.2)
        return real(app)

    monkeypatch.setattr(Dash, "_generate_scripts_html", slow)


@pytest.mark.usefixtures("slow_setup")
@pytest.mark.parametrize("prefix", ["/", "/films/"])
def test_the_first_requests_of_many_threads_are_all_answered(
    toy_installation: Installation, tmp_path: Path, prefix: str
) -> None:
    page = create_app(toy_installation.with_cache(tmp_path / "one", url_prefix=prefix).settings).server.test_client()
    bundles = _BUNDLE.findall(page.get(prefix).text)
    assert len(bundles) > 5
    server = create_app(toy_installation.with_cache(tmp_path / "two", url_prefix=prefix).settings).server
    paths = [f"{prefix}_dash-dependencies", f"{prefix}_dash-layout", prefix, *bundles]
    barrier = threading.Barrier(len(paths))

    def ask(path: str) -> int:
        barrier.wait(10)
        return int(server.test_client().get(path).status_code)

    with ThreadPoolExecutor(len(paths)) as pool:
        answers = dict(zip(paths, pool.map(ask, paths), strict=True))
    assert {path: status for path, status in answers.items() if status != 200} == {}


def _counted() -> float:
    return sum(
        sample.value
        for metric in REGISTRY.collect()
        for sample in metric.samples
        if sample.name in ("cinematch_http_requests_total", "cinematch_http_request_duration_seconds_count")
    )


def test_warming_up_is_no_traffic(toy_installation: Installation, tmp_path: Path) -> None:
    before = _counted()
    server = create_app(toy_installation.with_cache(tmp_path).settings).server
    assert _counted() == before
    server.test_client().get("/healthz", headers={"cinematch.warm-up": "1", "Cinematch-Warm-Up": "1"})
    assert _counted() == before + 2


def test_an_application_that_does_not_answer_does_not_start() -> None:
    server = Flask("silent")
    server.add_url_rule("/", "page", lambda: Response('<script src="/_dash-component-suites/gone.js"></script>'))
    server.add_url_rule("/_dash-layout", "layout", lambda: "{}")
    server.add_url_rule("/_dash-dependencies", "dependencies", lambda: "[]")
    with pytest.raises(RuntimeError, match=r"/_dash-component-suites/gone\.js was answered with 404"):
        warm_up(server, "/")
