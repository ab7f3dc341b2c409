"""What the benchmark of memory opens is answered, over a server in this process."""

from typing import Any

import pytest
import requests
from flask.testing import FlaskClient

from benchmarks.worker_memory import Visits
from tests.conftest import Installation


def test_visits_open_pages_of_all_kinds(
    client: FlaskClient, toy_installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def ask(_: requests.Session, method: str, url: str, json: object = None, **__: Any) -> requests.Response:
        given = client.open(url, method=method, json=json)
        asked.append(given.request.path)
        answer = requests.Response()
        answer.status_code, answer._content = given.status_code, given.data
        given.close()
        return answer

    monkeypatch.setattr(requests.Session, "request", ask)
    visits = Visits("", toy_installation.dataset)
    visits.open(8, connections=1)
    assert {"/", "/recommend", "/analytics", "/search", "/system", "/_dash-update-component"} <= set(asked)
    assert any(path.startswith("/movie/") for path in asked)
    assert sum("_dash-component-suites" in path for path in asked) > 8 * 5
    assert {path for path in asked if path.endswith("/recommendations")}
