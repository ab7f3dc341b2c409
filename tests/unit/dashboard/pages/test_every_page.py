"""Pages are pure functions of service and address; every control of theirs does something."""

import json

import dash
import pytest
from dash import Dash
from dash.development.base_component import Component

from callbacks.routing import render
from core.progress import silent
from core.service import CineMatch
from dashboard.app import create_app
from dashboard.pages import all_pages
from dashboard.pages.analytics.layout import TABS
from dashboard.shell import build_layout
from tests.conftest import Installation
from tests.unit.dashboard.markup import nodes, text_of

_CONTROLS = {
    "Button",
    "Burger",
    "Checkbox",
    "ChipGroup",
    "MultiSelect",
    "NumberInput",
    "Pagination",
    "RangeSlider",
    "SegmentedControl",
    "Select",
    "Slider",
    "Switch",
    "Tabs",
    "TextInput",
}

PATHS = [page.path.format(movie_id=10) for page in all_pages().values()]


@pytest.fixture(scope="module")
def app(toy_installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Dash:
    return create_app(toy_installation.with_cache(tmp_path_factory.mktemp("cache")).settings)


@pytest.fixture(autouse=True)
def root(app: Dash) -> None:
    """Links are made for the application that was built last."""
    dash.Dash("pages")


@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_there_and_the_navigation_leads_to_it(service: CineMatch, path: str) -> None:
    page, title = render(service, path, "")
    assert [type(node).__name__ for node in nodes(page)].count("H1") == 1
    assert title.endswith("CineMatch")
    assert "Not found" not in title
    links = {node.href for node in nodes(build_layout(service)) if getattr(node, "href", None)}
    labelled = {page.path for page in all_pages().values() if page.label is not None}
    assert path in links or path not in labelled


def _everything(service: CineMatch) -> list[Component]:
    pages = [render(service, path, "")[0] for path in PATHS]
    service.film_maps.draw("als", silent)
    addresses = [*TABS, "map&algorithm=als"]
    tabs = [render(service, "/analytics", f"?tab={address}")[0] for address in addresses]
    return [build_layout(service), *pages, *tabs]


@pytest.mark.parametrize(
    ("path", "search", "heading"),
    [
        ("/", "", "Find the next film"),
        ("/recommend", "?user=3&algorithm=nonsense&n=x&genres=Comedy,Nope", "Recommendations"),
        ("/recommend/", "?mode=me&n=20&year_min=1960", "Recommendations"),
        ("/together", "?users=1,x,99999&method=nonsense&n=x", "Together"),
        ("/analytics", "?tab=nonsense", "Analytics"),
        ("/search", "?q=%C3%A9&page=-4", "Films"),
        ("/movie/10", "?user=abc", "Film 0"),
        ("/movie/99", "", "Not here"),
        ("/movie/abc", "", "Not here"),
        ("/nowhere", "", "Not here"),
        ("/system", "", "System"),
    ],
)
def test_every_address_gives_a_page(service: CineMatch, path: str, search: str, heading: str) -> None:
    page, title = render(service, path, search)
    headings = [text_of(node) for node in nodes(page) if type(node).__name__ == "H1"]
    assert len(headings) == 1
    assert heading in headings[0]
    assert "CineMatch" in title
    json.dumps(page.to_plotly_json(), cls=_Encoder)


class _Encoder(json.JSONEncoder):
    def default(self, value: object) -> object:
        assert isinstance(value, Component), f"{value!r} is no plain value"
        return value.to_plotly_json()


def _wired_as(component_id: str | dict[str, str]) -> str:
    """Return the name under which callbacks know a component; parts of a pattern are known by their type."""
    if isinstance(component_id, str):
        return component_id
    pattern = {name: value if name == "type" else ["ALL"] for name, value in component_id.items()}
    return json.dumps(pattern, sort_keys=True, separators=(",", ":"))


def test_no_control_is_without_effect(service: CineMatch, app: Dash) -> None:
    with app.server.test_client() as client:
        client.get("/_dash-layout")
        wired = client.get("/_dash-dependencies").text
    controls = {
        _wired_as(node.id)
        for part in _everything(service)
        for node in nodes(part)
        if type(node).__name__ in _CONTROLS and getattr(node, "id", None)
    }
    assert len(controls) > 30
    listened = {part["id"] for callback in json.loads(wired) for part in [*callback["inputs"], *callback["state"]]}
    assert controls <= listened


def test_every_callback_finds_its_components(service: CineMatch, app: Dash) -> None:
    with app.server.test_client() as client:
        client.get("/_dash-layout")
        dependencies = client.get("/_dash-dependencies").json
    present = {str(node.id) for part in _everything(service) for node in nodes(part) if getattr(node, "id", None)}
    wanted = {part["id"] for callback in dependencies for part in [*callback["inputs"], *callback["state"]]}
    assert not {name for name in wanted if not name.startswith("{")} - present


def test_ids_are_unique_on_every_page(service: CineMatch) -> None:
    shell, *pages = _everything(service)
    shared = [node.id for node in nodes(shell) if getattr(node, "id", None)]
    for page in pages:
        names = shared + [str(node.id) for node in nodes(page) if getattr(node, "id", None)]
        assert len(names) == len(set(names))
