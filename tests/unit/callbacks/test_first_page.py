"""The page that a browser opened comes with the layout; what cannot be made is asked for by itself."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from dash import Dash
from dash.development.base_component import Component

from core.errors import DataError
from core.service import CineMatch
from dashboard.app import create_app
from dashboard.pages import all_pages
from dashboard.shell_ids import Shell
from tests.conftest import Installation


@pytest.fixture(scope="module")
def app(toy_installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Dash:
    return create_app(toy_installation.with_cache(tmp_path_factory.mktemp("cache")).settings)


def component(layout: Any, wanted: str) -> Any:
    """Return what stands in a layout under an id."""
    if isinstance(layout, list):
        return next((found for one in layout if (found := component(one, wanted))), None)
    if not isinstance(layout, dict):
        return None
    if layout.get("props", {}).get("id") == wanted:
        return layout["props"]
    return component(layout.get("props", {}).get("children"), wanted)


@pytest.fixture
def ask(app: Dash) -> Callable[[str | None], dict[str, Any]]:
    """Ask for the layout as a browser does that opened an address."""

    def layout(opened: str | None) -> dict[str, Any]:
        headers = {} if opened is None else {"Referer": opened}
        answer = app.server.test_client().get("/_dash-layout", headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json

    return layout


def test_the_page_of_the_address_stands_in_the_layout(ask: Callable[[str | None], dict[str, Any]]) -> None:
    layout = ask("http://localhost/recommend?user=3&n=5")
    assert component(layout, Shell.ROUTE)["data"] == {"pathname": "/recommend", "search": "?user=3&n=5"}
    assert component(layout, Shell.TITLE)["data"] == "Recommendations · CineMatch"
    assert component(layout, "rec-user")["value"] == "3"


@pytest.mark.parametrize("opened", [None, "", "http://[", "http://localhost", "about:blank", "http://x/\x01?%00"])
def test_whatever_a_client_says_it_opened_there_is_a_layout(
    ask: Callable[[str | None], dict[str, Any]], opened: str | None
) -> None:
    assert component(ask(opened), Shell.PAGE) is not None


def test_a_page_that_cannot_be_made_is_left_to_the_callback_that_tells_why(
    ask: Callable[[str | None], dict[str, Any]], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise DataError("The data set is gone.")

    monkeypatch.setattr("callbacks.routing.render", fail)
    layout = ask("http://localhost/system")
    assert component(layout, Shell.ROUTE).get("data") is None
    assert "The data set is gone." in caplog.text
    assert "page-wait" in json.dumps(component(layout, Shell.PAGE))


def ids(part: Any) -> list[str]:
    """Return all ids below a part of a layout, sorted."""
    if isinstance(part, list | tuple):
        return sorted(found for one in part for found in ids(one))
    if isinstance(part, Component):
        part = part.to_plotly_json()
    if not isinstance(part, dict):
        return []
    below = part.get("props", {}).get("children")
    own = part.get("props", {}).get("id")
    return sorted([*([] if own is None else [json.dumps(own, sort_keys=True)]), *ids(below)])


def test_what_callbacks_address_is_mounted_on_every_page(
    app: Dash, service: CineMatch, ask: Callable[[str | None], dict[str, Any]]
) -> None:
    mounted = 0
    for name, page in all_pages().items():
        numbers = {"movie_id": 10} if "{movie_id}" in page.path else {}
        layout = ask(f"http://localhost{page.path.format(**numbers)}")
        written = ids(page.layout(service, {}, **numbers))
        assert ids(component(layout, Shell.PAGE)["children"]) == written, name
        mounted += len(written)
    assert mounted > 100
