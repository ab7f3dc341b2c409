"""Pages are pure functions of service and address; every control of theirs does something."""

import csv
import io
import json

import dash
import pytest
from dash import Dash
from dash.development.base_component import Component

from callbacks.recommend import ListRequest, to_csv
from callbacks.routing import render
from callbacks.starters import starting_films
from callbacks.visitor import Visitor, films_as_ratings
from core.evaluation.runs import RunSummary
from core.service import CineMatch
from core.views import ListItem, RecommendationList
from dashboard.address import FilterState
from dashboard.app import create_app
from dashboard.pages.analytics.compare_panel import compare_panel, run_options
from dashboard.pages.analytics.similar_panel import similar_panel
from dashboard.pages.analytics.what_if_panel import what_if_panel
from dashboard.pages.recommend.layout import mode_of
from dashboard.pages.recommend.rating_lists import films_to_rate
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
_BY_SCRIPT = {"header-search", "nav-search"}
"""Fields that a script reads when Enter is pressed; tests/e2e covers them."""


@pytest.fixture(scope="module")
def app(toy_installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Dash:
    return create_app(toy_installation.with_cache(tmp_path_factory.mktemp("cache")).settings)


@pytest.fixture(autouse=True)
def root(app: Dash) -> None:
    """Links are made for the application that was built last."""
    dash.Dash("pages")


def _everything(service: CineMatch) -> list[Component]:
    pages = [
        render(service, path, "")[0]
        for path in ("/", "/recommend", "/together", "/analytics", "/search", "/system", "/movie/10")
    ]
    statuses = service.models()
    weights = what_if_panel(service.dataset, service.hybrid_weights(), 1, {})
    panels = [compare_panel(statuses, [], None), similar_panel(statuses, [], None, None), weights]
    return [build_layout(service), *pages, *panels]


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


def test_the_address_sets_the_controls(service: CineMatch) -> None:
    page, _ = render(
        service, "/recommend", "?user=3&algorithm=popularity&n=7&genres=Comedy&min_ratings=5&year_min=1955"
    )
    held = {node.id: node.value for node in nodes(page) if getattr(node, "id", None) and hasattr(node, "value")}
    assert held["rec-user"] == "3"
    assert held["rec-algorithm"] == "popularity"
    assert held["rec-count"] == "7"
    assert held["rec-genres"] == ["Comedy"]
    assert held["rec-min-ratings"] == "5"
    assert held["rec-years"][0] == 1955
    assert next(node for node in nodes(page) if type(node).__name__ == "Details").open


def test_a_user_in_the_address_wins_over_the_visitor() -> None:
    assert mode_of({"mode": "me"}) == "me"
    assert mode_of({"mode": "me", "user": "1"}) == "user"


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
    assert controls - listened == _BY_SCRIPT


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


def test_what_a_browser_sends_is_checked(service: CineMatch) -> None:
    data = {"ratings": {"10": 4.5, "20": 9, "x": 3, "999": 4, "30": "4"}, "hidden": {"40": 1, "-1": 1, "999": 1}}
    visitor = Visitor.of(data, service)
    assert visitor.ratings == {10: 4.5}
    assert visitor.hidden == {40}
    for nonsense in (None, {}, {"ratings": [1]}, {"ratings": None, "hidden": "x"}):
        assert Visitor.of(nonsense, service) == Visitor({}, frozenset())
    assert films_as_ratings("10,x,20") == {10: 4.5, 20: 4.5}


def test_films_waved_away_make_room_for_the_next(service: CineMatch) -> None:
    def asked(hidden: set[int]) -> RecommendationList:
        visitor = Visitor({10: 5.0}, frozenset(hidden))
        return ListRequest(None, visitor, "popularity", 5, FilterState()).run(service)

    before = asked(set())
    gone = before.items[1].movie_id
    after = asked({gone})
    assert [item.rank for item in after.items] == [1, 2, 3, 4, 5]
    assert gone not in [item.movie_id for item in after.items]
    assert [item.movie_id for item in after.items[:4]] == [
        item.movie_id for item in before.items if item.movie_id != gone
    ]


def test_the_address_of_a_request_asks_the_same() -> None:
    state = FilterState(("Comedy",), (), (1960, 1970), 5)
    assert ListRequest(3, None, "svd", 20, state).address() == (
        "/recommend?user=3&algorithm=svd&n=20&genres=Comedy&year_min=1960&year_max=1970&min_ratings=5"
    )
    visitor = Visitor({10: 5.0}, frozenset())
    assert ListRequest(None, visitor, "svd", 10, FilterState()).address() == "/recommend?mode=me&algorithm=svd"


def test_csv_is_read_back_and_starts_no_formula() -> None:
    items = [
        ListItem(1, 5, "=HYPERLINK(1)", 1999, ["Drama", "War"], 1.5, None),
        ListItem(2, 6, 'A "quoted", title', None, [], 1.0, 4.5),
    ]
    rows = list(csv.DictReader(io.StringIO(to_csv(RecommendationList("svd", "toy", 1, items, 1.0)))))
    assert rows[0]["title"] == "'=HYPERLINK(1)"
    assert rows[0]["genres"] == "Drama|War"
    assert rows[0]["predicted_rating"] == ""
    assert rows[1]["title"] == 'A "quoted", title'
    assert rows[1]["predicted_rating"] == "4.5"


def test_stored_runs_name_question_data_and_date() -> None:
    run = RunSummary("id", "2026-01-02T03:04:05+00:00", "toy", "ranking", "Held out.", ["a", "b"], {})
    assert run_options([run]) == [
        {"value": "id", "label": "Ranking films · toy · 2 algorithms · 2026-01-02 03:04 UTC"}
    ]


def test_a_newcomer_is_asked_about_films_that_people_rated(service: CineMatch) -> None:
    films = starting_films(service.dataset)
    assert len(set(films)) == len(films) == 40
    assert all(service.movie(film).rating_count > 0 for film in films)
    assert "tells most" in text_of(films_to_rate([service.movie(films[0])], ""))
    assert "tells most" not in text_of(films_to_rate([service.movie(films[0])], "film"))
