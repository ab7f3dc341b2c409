"""A page is added by files of its own, and by nothing else."""

import importlib
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from dash import html
from flask.testing import FlaskClient

import callbacks
from core.service import CineMatch
from dashboard import pages
from dashboard.app import create_app
from dashboard.page import Page
from dashboard.pages import all_pages
from tests.conftest import Installation

_FILES = {
    "pages/about/ids.py": '''"""Names of this page's components, for its callbacks."""

__all__ = ["About"]


class About:
    """Who made this."""

    ADDRESS = "about-address"
    NAME = "about-name"
    GREETING = "about-greeting"
''',
    "pages/about/layout.py": '''"""Who made this."""

from dash import dcc, html

from dashboard.pages.about.ids import About

__all__ = ["layout"]


def layout(service, query):
    """Return the page."""
    return html.Div(
        [
            html.H1("About"),
            dcc.Input(id=About.NAME, value=query.get("name", "")),
            html.P(id=About.GREETING),
            dcc.Store(id=About.ADDRESS),
        ]
    )
''',
    "pages/about/__init__.py": '''"""Who made this."""

from dashboard.page import Page
from dashboard.pages.about.ids import About
from dashboard.pages.about.layout import layout

__all__ = ["PAGE"]

PAGE = Page(
    path="/about", title="Who made this", layout=layout, order=35, label="About", addresses=(About.ADDRESS,)
)
''',
    "callbacks/about.py": '''"""Who made this."""

from dash import Input, Output

from dashboard.address import href
from dashboard.pages.about.ids import About

__all__ = ["register"]


def register(app, service):
    """Register the callbacks."""

    @app.callback(
        Output(About.GREETING, "children"), Output(About.ADDRESS, "data"), Input(About.NAME, "value")
    )
    def greet(name):
        return f"Hello, {name}.", href("/about", name=name)
''',
}
"""All that a page with a callback and an address takes. A style sheet in assets/css would be a fifth file."""


def _forget(name: str) -> None:
    for module in [known for known in sys.modules if known == name or known.startswith(f"{name}.")]:
        del sys.modules[module]
    package, _, attribute = name.rpartition(".")
    vars(sys.modules[package]).pop(attribute, None)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory whose pages and callbacks are looked for, too."""
    for package in (pages, callbacks):
        room = tmp_path / package.__name__.rpartition(".")[2]
        room.mkdir()
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(room)])
    all_pages.cache_clear()
    yield tmp_path
    for name in ("dashboard.pages.about", "callbacks.about"):
        _forget(name)
    all_pages.cache_clear()


def _write(place: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_text(text)
    importlib.invalidate_caches()


def _ask(client: FlaskClient, output: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Call the callback of an output as a page does."""
    entry = next(
        entry for entry in client.get("/_dash-dependencies").get_json() if output in entry["output"].strip(".")
    )
    named = [one.rsplit(".", 1) for one in entry["output"].strip(".").split("...")]
    outputs = [{"id": component, "property": prop} for component, prop in named]
    inputs = [{**one, "value": values[one["id"]]} for one in entry["inputs"]]
    body = {"output": entry["output"], "outputs": outputs, "inputs": inputs, "state": [], "changedPropIds": []}
    answer = client.post("/_dash-update-component", json=body)
    assert answer.status_code == 200
    return dict(answer.get_json()["response"])


def test_a_page_of_four_files_is_shown_linked_titled_and_wired(
    toy_installation: Installation, tmp_path: Path, place: Path
) -> None:
    _write(place, _FILES)
    names = ["home", "recommend", "together", "people", "search", "about", "compare", "analytics"]
    assert list(all_pages())[:8] == names
    client = create_app(toy_installation.with_cache(tmp_path / "cache").settings).server.test_client()
    frame = json.dumps(client.get("/_dash-layout").get_json())
    assert '"href": "/about"' in frame
    shown = _ask(client, "page-title.data", {"route": {"pathname": "/about", "search": "?name=Ada"}})
    assert shown["page-title"]["data"] == "Who made this · CineMatch"
    assert '"value": "Ada"' in json.dumps(shown["page"])
    greeted = _ask(client, "about-greeting.children", {"about-name": "Ada"})
    assert greeted["about-greeting"]["children"] == "Hello, Ada."
    assert greeted["about-address"]["data"] == "/about?name=Ada"
    writes = next(e for e in client.get("/_dash-dependencies").get_json() if e["output"] == "about-address.id")
    assert writes["clientside_function"]["function_name"] == "write_address"


def test_a_page_without_callbacks_needs_no_module_of_them(
    toy_installation: Installation, tmp_path: Path, place: Path
) -> None:
    _write(place, {name: text for name, text in _FILES.items() if not name.startswith("callbacks")})
    client = create_app(toy_installation.with_cache(tmp_path / "cache").settings).server.test_client()
    shown = _ask(client, "page-title.data", {"route": {"pathname": "/about", "search": ""}})
    assert "About" in json.dumps(shown["page"])


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("", TypeError, "declares no page: say PAGE"),
        (
            'from dashboard.page import Page\nPAGE = Page(path="/system", title="", layout=print, order=1)\n',
            ValueError,
            "have the same path /system",
        ),
    ],
)
def test_a_package_that_is_no_page_is_refused(place: Path, text: str, error: type[Exception], said: str) -> None:
    _write(place, {"pages/about/__init__.py": text})
    with pytest.raises(error, match=said):
        all_pages()


def test_a_path_holds_ids() -> None:
    page = Page("/movie/{movie_id}/as/{user}", "Film", html.Div, 1)
    assert page.match("/movie/10/as/3") == {"movie_id": 10, "user": 3}
    assert page.match("/movie/tt01%20x/as/-3") == {"movie_id": "tt01 x", "user": "-3"}
    for path in ("/movie/10", f"/movie/{'x' * 601}/as/3", "/movie/10/as/3/", "/movie//as/3"):
        assert page.match(path) is None
    assert Page("/system", "System", html.Div, 1).match("/system") == {}


def test_a_title_may_depend_on_the_path(service: CineMatch) -> None:
    page = Page("/{number}", lambda _, number: f"Number {number}", html.Div, 1)
    assert page.title_for(service, number=3) == "Number 3"
    assert Page("/", "Title", html.Div, 1).title_for(service) == "Title"
