"""Wishes and the watchlist on the Recommend page: controls, lists, costs and addresses agree."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import dash
import numpy as np
import pytest
from flask.testing import FlaskClient

from callbacks.list_controls import ListControls
from callbacks.routing import render
from callbacks.visitor import Visitor, watchlist
from core.service import CineMatch
from core.store.artifact import attach_metrics, get_model_metadata
from core.views import Filters, Reranking
from dashboard.address import FilterState
from dashboard.app import create_app
from dashboard.components.lists import catalogue_list, recommendation_list
from tests.conftest import Installation
from tests.unit.dashboard.markup import nodes

_PLAIN = {
    "own-films.data": "toy||||",
    "rec-mode.value": "user",
    "rec-user.value": "3",
    "rec-algorithm.value": "popularity",
    "rec-count.value": "5",
    "rec-all-genres.checked": False,
    "rec-diversity.value": 0,
    "rec-popularity.value": 0,
    "rec-recency.value": 0,
    "rec-only-watchlist.checked": False,
}
_MEASURED = {
    "wishes": {
        "liked_ndcg@10": 0.4,
        "how": "Held out, seed 42.",
        "weights": [{"wish": "popularity", "weight": -0.2, "change": -0.01, "low": -0.02, "high": -0.005}],
    }
}

Ask = Callable[..., Any]


@pytest.fixture(autouse=True)
def root() -> None:
    """Links are made for the application that was built last."""
    dash.Dash("wishes")


@pytest.fixture
def ask(toy_installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """Call a callback by its first output, as a page does, with what the controls hold."""
    settings = toy_installation.with_cache(tmp_path_factory.mktemp("cache")).settings
    client: FlaskClient = create_app(settings).server.test_client()
    page = client.get("/").text
    end_id = re.search(r'"end_id":\s*"([^"]+)"', page)
    dependencies = client.get("/_dash-dependencies").json

    def call(output: str, changed: str, values: Mapping[str, Any] | None = None) -> Any:
        held = _PLAIN | dict(values or {})
        found = next(
            one
            for one in dependencies
            if re.search(rf"(^|\.\.){re.escape(output)}($|\.\.)", one["output"])
            and any(f"{part['id']}.{part['property']}" == changed for part in one["inputs"])
        )
        names = found["output"].strip(".").split("...")
        body = {
            "output": found["output"],
            "outputs": [dict(zip(("id", "property"), name.rsplit(".", 1), strict=True)) for name in names],
            "inputs": [{**part, "value": held.get(f"{part['id']}.{part['property']}")} for part in found["inputs"]],
            "changedPropIds": [changed],
            "state": [{**part, "value": held.get(f"{part['id']}.{part['property']}")} for part in found["state"]],
        }
        answer = client.post("/_dash-update-component", json=body, query_string={"endId": end_id and end_id[1]})
        assert answer.status_code in (200, 204), answer.text
        return answer.json["response"] if answer.status_code == 200 else None

    return call


def shown(answer: Any) -> list[int]:
    """Return the movies of the list in an answer."""
    return [film["movie"] for film in answer["rec-results"]["list"]["films"]]


def test_a_slider_moves_the_list_the_summary_and_the_address(ask: Ask, service: CineMatch) -> None:
    before = ask("rec-results.list", "rec-user.value")
    after = ask("rec-results.list", "rec-popularity.value", {"rec-popularity.value": -0.4})
    expected = service.recommend(user_id=3, algorithm="popularity", n=5, wish=Reranking(popularity=-0.4))
    assert shown(after) == [item.movie_id for item in expected.items] != shown(before)
    assert "re-ranked as wished" in after["rec-summary"]["children"]
    assert "re-ranked" not in before["rec-summary"]["children"]
    assert after["rec-address"]["data"] == "/recommend?user=3&algorithm=popularity&n=5&popularity=-0.4"


def test_costs_are_shown_as_measured_or_as_not_measured(ask: Ask, toy_installation: Installation) -> None:
    costs = ask("rec-popularity-cost.children", "rec-popularity.value", {"rec-popularity.value": -0.2})
    assert costs["rec-popularity-cost"]["children"] == "What this costs was not measured for this algorithm."
    assert costs["rec-diversity-cost"]["children"] == ""
    assert costs["rec-wish-note"]["tree"] == []


def test_measured_costs_name_how_and_that_each_was_measured_alone(
    toy_installation: Installation, request: pytest.FixtureRequest
) -> None:
    path = toy_installation.models_dir / toy_installation.dataset.name / "popularity"
    before = get_model_metadata(path)["metrics"]
    attach_metrics(path, _MEASURED)
    try:
        ask = request.getfixturevalue("ask")
        one = ask("rec-popularity-cost.children", "rec-popularity.value", {"rec-popularity.value": -0.2})
        two = ask(
            "rec-popularity-cost.children",
            "rec-recency.value",
            {"rec-popularity.value": -0.1, "rec-recency.value": 0.4},
        )
    finally:
        attach_metrics(path, before)
    told = "On held-out ratings the list hits what people like 2.5% less well (95% interval 1.2% to 5.0%)."
    assert one["rec-popularity-cost"]["children"] == told
    # The figures stand where it is told how they were measured.
    assert "seed 42" in str(one["rec-wish-note"])
    assert "cost 0.0100 NDCG@10 of liked films" in str(one["rec-wish-note"])
    assert "alone" not in str(one["rec-wish-note"])
    assert two["rec-popularity-cost"]["children"].startswith("Measured beside this: on held-out ratings")
    assert "not measured for this algorithm" in two["rec-recency-cost"]["children"]
    assert "measured alone" in str(two["rec-wish-note"])


def test_only_the_watchlist_for_a_viewer_and_for_the_visitor(ask: Ask, service: CineMatch) -> None:
    known = set(service.profile(user_id=3).items.tolist())
    kept = [10 * (movie + 1) for movie in range(40) if movie not in known][:3]

    def own(films: Iterable[int]) -> dict[str, str]:
        listed = ",".join(np.base_repr(film, 36).lower() for film in films)
        return {"own-films.data": f"{service.identity()}||||{listed}"}

    only = {"rec-only-watchlist.checked": True, **own([*kept, 999])}
    for_user = ask("rec-results.list", "rec-only-watchlist.checked", only)
    assert set(shown(for_user)) == set(kept)
    assert for_user["rec-address"]["data"].endswith("&watchlist=1")
    mine = ask("rec-results.list", "rec-mode.value", {"rec-mode.value": "me", **only})
    assert set(shown(mine)) == set(kept)
    nothing = ask("rec-results.list", "rec-mode.value", {"rec-only-watchlist.checked": True})
    assert "Your watchlist is empty" in str(nothing["rec-results"])
    seen = own(movie.movie_id for movie in service.user_ratings(3))
    rated = ask("rec-results.list", "rec-mode.value", {"rec-only-watchlist.checked": True, **seen})
    assert "rated already" in str(rated["rec-results"])


def test_a_list_waits_for_what_the_browser_keeps(ask: Ask) -> None:
    for mode in ("user", "me"):
        held = {"rec-mode.value": mode}
        assert ask("rec-results.list", "own-films.data", held) is not None
        assert ask("rec-results.list", "own-films.data", held | {"own-films.data": None}) is None


def test_resets_put_the_controls_back(ask: Ask) -> None:
    assert ask("rec-diversity.value", "rec-wish-reset.n_clicks", {"rec-wish-reset.n_clicks": 1}) == {
        "rec-diversity": {"value": 0.0},
        "rec-popularity": {"value": 0.0},
        "rec-recency": {"value": 0.0},
        "rec-love": {"value": 0.75},
        "rec-lately": {"value": 0.0},
        "rec-closeness": {"value": 0.0},
    }
    filters = ask("rec-all-genres.checked", "rec-reset.n_clicks", {"rec-reset.n_clicks": 1})
    assert filters["rec-all-genres"] == {"checked": False}


def test_the_address_sets_sliders_switch_and_folds(service: CineMatch) -> None:
    page, _ = render(service, "/recommend", "?diversity=0.3&popularity=-0.9&watchlist=1&genres=Action&all_genres=1")
    held = {node.id: node for node in nodes(page) if getattr(node, "id", None)}
    assert held["rec-diversity"].value == 0.3
    assert held["rec-popularity"].value == -0.5  # as far as the slider goes
    assert held["rec-recency"].value == 0
    assert held["rec-only-watchlist"].checked
    assert held["rec-all-genres"].checked
    assert [bool(node.open) for node in nodes(page) if getattr(node, "className", "") == "fold"] == [
        *[True] * 3,
        *[False] * 2,
    ]
    plain, _ = render(service, "/recommend", "")
    assert [bool(node.open) for node in nodes(plain) if getattr(node, "className", "") == "fold"] == [False] * 5


def test_a_watchlist_is_read_latest_first_and_checked(service: CineMatch) -> None:
    assert watchlist({"10": 5, "30": 9, "20": 9.5, "999": 3, "x": 1, "40": "now"}, service) == (20, 30, 10)
    for nonsense in (None, [], "10", {"10": None}):
        assert watchlist(nonsense, service) == ()


def test_films_waved_away_stay_away_under_a_wish(service: CineMatch) -> None:
    wish = Reranking(0.3, -0.2, 0.1)
    visitor = Visitor({10: 5.0}, frozenset())
    shown = service.recommend(ListControls(None, visitor, "popularity", 5, FilterState(), wish).request()).items
    assert shown == service.recommend(ratings={10: 5.0}, algorithm="popularity", n=5, wish=wish).items
    first = shown[0].movie_id
    visitor = Visitor({10: 5.0}, frozenset({first}))
    again = service.recommend(ListControls(None, visitor, "popularity", 5, FilterState(), wish).request())
    without_it = service.recommend(
        ratings={10: 5.0}, algorithm="popularity", n=5, wish=wish, filters=Filters(exclude_ids=(first,))
    )
    assert again.items == without_it.items
    assert first not in [item.movie_id for item in again.items]
    assert [item.rank for item in again.items] == [1, 2, 3, 4, 5]


def test_every_list_lets_its_films_be_kept(service: CineMatch) -> None:
    found = service.recommend(user_id=3, algorithm="popularity")
    lists = [
        recommendation_list(found),
        recommendation_list(found, visitor=True),
        catalogue_list([service.movie(found.items[0].movie_id)]),
    ]
    assert all("keep" in one["actions"] for one in lists)
    assert ["rate" in one["actions"] for one in lists] == [False, True, True]
