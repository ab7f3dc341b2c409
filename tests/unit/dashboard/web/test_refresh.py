"""What is new is looked for now and then, and a request sees one version to its end."""

from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from core.views import Learning
from dashboard.web.refresh import install_refresh


def make_server(service: Any, every_s: float) -> Flask:
    server = Flask("test")
    server.add_url_rule("/", "root", lambda: "")
    server.add_url_rule("/fault", "fault", lambda: 1 / 0)
    install_refresh(server, service, every_s)
    return server


def test_what_is_new_is_looked_for_now_and_then() -> None:
    seen: list[int] = []
    clock = SimpleNamespace(now=0.0)
    service = SimpleNamespace(refresh=lambda: seen.append(1), pin=lambda: None, unpin=lambda: None, learning=None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dashboard.web.refresh.time.monotonic", lambda: clock.now)
        client = make_server(service, 5).test_client()
        for clock.now in (0.0, 4.9, 5.0, 5.1, 9.9, 10.0):
            client.get("/")
        assert len(seen) == 2
        service.learning = Learning("running")
        for clock.now in (10.9, 11.0, 11.9, 12.1):
            client.get("/")
        assert len(seen) == 4
        # A training that ended without finishing says so until the next one: nothing comes of it meanwhile.
        service.learning = service.learning.stopped()
        for clock.now in (13.2, 14.3, 17.1):
            client.get("/")
    assert len(seen) == 5


def test_a_version_is_pinned_after_the_look_and_let_go_whatever_happens() -> None:
    events: list[str] = []
    names = ("refresh", "pin", "unpin")
    service = SimpleNamespace(learning=None, **{name: lambda name=name: events.append(name) for name in names})
    client = make_server(service, 0).test_client()
    client.get("/")
    client.get("/fault")
    assert events == list(names) * 2
