"""Newly trained models and the next data set are taken up between two requests."""

import threading
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from dashboard.web.refresh import Gate, install_refresh


def make_server(service: Any) -> Flask:
    """Return a server that looks with every request."""
    server = Flask("test")
    server.add_url_rule("/", "root", lambda: "")
    install_refresh(server, service, every_s=0.0)
    return server


def test_what_is_new_is_looked_for_now_and_then() -> None:
    server = Flask("test")
    server.add_url_rule("/", "root", lambda: "")
    seen: list[int] = []
    clock = SimpleNamespace(now=0.0)
    service: Any = SimpleNamespace(refresh=lambda: seen.append(1), successor=lambda: None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dashboard.web.refresh.time.monotonic", lambda: clock.now)
        install_refresh(server, service, every_s=5)
        client = server.test_client()
        for clock.now in (0.0, 4.9, 5.0, 5.1, 9.9, 10.0):
            client.get("/")
    assert len(seen) == 2


def test_the_next_data_set_is_taken_up_while_nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.web.refresh._PATIENCE_S", 0.05)
    taken: list[str] = []
    inside, go = threading.Event(), threading.Event()
    waiting = ["next"]
    service: Any = SimpleNamespace(
        refresh=list,
        successor=lambda: waiting[0] if waiting and go.is_set() else None,
        succeed=lambda found: (taken.append(found), waiting.clear()),
        identity=lambda: "toy",
    )
    server = make_server(service)
    held = threading.Event()

    def slow() -> str:
        inside.set()
        held.wait(10)
        return ""

    server.add_url_rule("/slow", "slow", slow)
    request = threading.Thread(target=lambda: server.test_client().get("/slow"))
    request.start()
    assert inside.wait(10)
    go.set()
    server.test_client().get("/")
    assert taken == []
    held.set()
    request.join(10)
    server.test_client().get("/")
    assert taken == ["next"]
    assert server.test_client().get("/").status_code == 200


def test_whoever_is_alone_keeps_others_out() -> None:
    gate = Gate()
    gate.enter()
    order: list[str] = []

    def other() -> None:
        gate.enter()
        order.append("other")
        gate.leave()

    with gate.alone() as alone:
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(0.1)
        order.append("alone")
        assert alone
    thread.join(10)
    gate.leave()
    assert order == ["alone", "other"]
