"""The tab with the hybrid's weights: its address, its lists, its verdicts, its callbacks."""

import json
from pathlib import Path
from typing import Any

import pytest
from dash import Dash
from flask.testing import FlaskClient

from callbacks import what_if as callbacks
from callbacks.jobs.asked import AskedJobs
from callbacks.jobs.forked import make_background_manager
from callbacks.what_if import address, register, stored_under
from core.lists.requests import WhatIf
from core.service import CineMatch
from core.views import ListItem, MemberWeight
from dashboard.address import query_of
from dashboard.pages.analytics.weight_sliders import weight_bar
from dashboard.pages.analytics.what_if_panel import factors_of, measured_view, moved_lists, panel
from tests.unit.dashboard.markup import nodes, text_of


@pytest.fixture
def application(tmp_path: Path) -> Dash:
    manager = make_background_manager(tmp_path, fingerprint=lambda: "toy")
    return Dash("what-if", suppress_callback_exceptions=True, background_callback_manager=manager)


@pytest.fixture(autouse=True)
def root() -> None:
    """Links are made for the application that was built last."""
    Dash("links")


def test_the_address_holds_what_was_changed() -> None:
    asked = WhatIf({"ease": 0.5, "svd": 1.0}, {"svd": 0})
    told = address("3", asked)
    assert told == "/analytics?tab=what-if&user=3&ranking=ease%3A0.5&rating=svd%3A0"
    assert factors_of(query_of(told.partition("?")[2])) == {"ranking": {"ease": 0.5}, "rating": {"svd": 0}}
    assert factors_of({"ranking": "ease:3,svd,als:x,item_knn:-1,svd:nan"}) == {"ranking": {}, "rating": {}}


def test_every_member_has_a_slider_at_the_factor_of_the_address(service: CineMatch) -> None:
    page = panel(service, {"user": "3", "ranking": "ease:0.5"})
    sliders = {
        (node.id["part"], node.id["key"]): node.value for node in nodes(page) if type(node).__name__ == "Slider"
    }
    weights = service.hybrid_weights()
    assert sliders.keys() == {(part, one.key) for part in ("ranking", "rating") for one in getattr(weights, part)}
    assert sliders.pop(("ranking", "ease")) == 0.5
    assert set(sliders.values()) == {1.0}


def test_bars_tell_the_learned_weight_too() -> None:
    weights = [MemberWeight("a", "A", 0.5), MemberWeight("b", "B", -0.25)]
    assert weight_bar(weights[0], 0.5, weights)[1].children == "0.50"
    assert weight_bar(MemberWeight("c", "C", 0.0), 0.0, weights)[1].children == "not heard"
    bar, told = weight_bar(weights[1], -0.5, weights)
    assert told.children == "-0.50, learned -0.25"
    assert "div-minus" in bar.children.className


def items(*movies: int) -> list[ListItem]:
    return [ListItem(rank, movie, f"Film {movie}", 1999, [], 1.0, 4.0) for rank, movie in enumerate(movies, start=1)]


def test_moves_are_marked() -> None:
    shown = moved_lists(items(1, 2, 3, 4, 5), items(1, 3, 5, 9, 2), 4, active=True)
    left, right = (node for node in nodes(shown) if type(node).__name__ == "Ol")
    assert [text_of(row.children[-1]) for row in left.children] == ["", "falls out", "", "falls out"]
    assert [text_of(row.children[-1]) for row in right.children] == ["same", "up from 3", "up from 5", "new"]
    down = moved_lists(items(1, 2), items(2, 1), 2, active=True)
    assert "down from 1" in text_of(down)
    assert "both lists are the same" in text_of(moved_lists(items(1), items(1), 1, active=False))
    assert "nothing to say" in text_of(moved_lists([], [], 10, active=True))


def metric(name: str, difference: float, significant: bool) -> dict[str, Any]:
    return {
        "name": name,
        "learned": 0.4,
        "changed": 0.4 + difference,
        "difference": difference,
        "low": difference - 0.01,
        "high": difference + 0.01,
        "p_value": 0.5,
        "significant": significant,
    }


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (metric("liked_ndcg@10", 0.02, True), "better"),
        (metric("liked_ndcg@10", -0.02, True), "worse"),
        (metric("rmse", -0.02, True), "better"),
        (metric("rmse", 0.02, True), "worse"),
        (metric("rmse", 0.02, False), "inside the noise"),
        (metric("rmse", 0.0, False), "no difference"),
    ],
)
def test_a_verdict_knows_which_way_is_better(found: dict[str, Any], verdict: str) -> None:
    result = {
        "what_if": {"ranking": {"ease": 0.5, "svd": 1}, "rating": {"svd": 1}},
        "metrics": [found],
        "how": "Held out, seed 42.",
        "users": 12,
        "code_version": "x",
    }
    text = text_of(measured_view(result))
    assert verdict in text
    assert "Measured with order: ease ×0.5." in text
    assert "seed 42" in text


def sliders(service: CineMatch, **changed: float) -> list[dict[str, Any]]:
    weights = service.hybrid_weights()
    return [
        {
            "id": {"key": one.key, "part": part, "type": "what-slider"},
            "property": "value",
            "value": changed.get(one.key, 1),
        }
        for part in ("ranking", "rating")
        for one in getattr(weights, part)
    ]


def call(client: FlaskClient, output: str, outputs: Any, inputs: Any, state: Any, trigger: str) -> Any:
    """Send a callback's request as a browser does."""
    body = {"output": output, "outputs": outputs, "inputs": inputs, "state": state, "changedPropIds": [trigger]}
    return client.post("/_dash-update-component", json=body)


def output_of(client: FlaskClient, part: str) -> str:
    return next(one["output"] for one in client.get("/_dash-dependencies").json if part in one["output"])


def outputs_of(client: FlaskClient, button: str) -> list[str]:
    return [
        one["output"]
        for one in client.get("/_dash-dependencies").json
        if [part["id"] for part in one["inputs"]] == [button]
    ]


def test_sliders_change_bars_list_and_address(service: CineMatch, application: Dash) -> None:
    register(application, service)
    client = application.server.test_client()
    client.get("/_dash-layout")
    moved = sliders(service, ease=0.0)
    ids = [{**one, "property": "id", "value": one["id"]} for one in moved]
    bars = [{"id": {**one["id"], "type": "what-bar"}, "property": "children"} for one in moved]
    answered = call(
        client,
        output_of(client, "what-lists.children"),
        [
            bars,
            {"id": "what-length", "property": "children"},
            {"id": "what-lists", "property": "children"},
            {"id": "what-address", "property": "data"},
        ],
        [moved, {"id": "what-user", "property": "value", "value": "3"}],
        [ids],
        "what-user.value",
    )
    assert answered.status_code == 200, answered.text
    found = answered.json["response"]
    assert found["what-address"]["data"] == "/analytics?tab=what-if&user=3&ranking=ease%3A0"
    text = json.dumps(found)
    assert '"0.00, learned ' in text
    assert "With your weights" in text
    assert f"the {len(service.user_ratings(3))} ratings of user 3" in text
    titles = [
        item.title
        for item in service.recommend(user_id=3, algorithm="hybrid", n=10, what_if=WhatIf({"ease": 0})).items
    ]
    assert all(f"/movie/{int(title.split(',')[0].split()[1]) * 10 + 10}" in text for title in titles if title)


def test_an_order_is_answered_from_what_is_stored_or_starts_a_job(
    service: CineMatch, application: Dash, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: dict[str, Any] = {}
    store = callbacks.stored_results(application)
    monkeypatch.setattr(type(store), "get", lambda _self, _name, asked, version=1: kept.get(json.dumps(asked)))
    register(application, service)
    client = application.server.test_client()
    client.get("/_dash-layout")

    asked: list[Any] = []
    monkeypatch.setattr(AskedJobs, "ask", lambda _self, *question: asked.append(question))

    def order(**changed: float) -> Any:
        moved = sliders(service, **changed)
        states = [
            moved,
            [{**one, "property": "id", "value": one["id"]} for one in moved],
            {"id": "what-user", "property": "value", "value": "3"},
        ]
        # Browsers know a shared output by a name of its own.
        output = next(name for name in outputs_of(client, "what-run") if "jobs-asked" in name)
        outputs = [
            {"id": part.rpartition(".")[0], "property": part.rpartition(".")[2]}
            for part in output.strip(".").split("...")
        ]
        inputs = [{"id": "what-run", "property": "n_clicks", "value": 1}]
        return call(client, output, outputs, inputs, states, "what-run.n_clicks").json

    assert "move a slider first" in json.dumps(order())
    assert "jobs-asked" in order(ease=0.5)["response"]
    ((kind, title, question, address_of_it),) = asked
    assert (kind, title) == ("what-if", "What if: EASE x 0.5 in the order")
    assert question["ranking"]["ease"] == 0.5
    assert address_of_it == "/analytics?tab=what-if&user=3&ranking=ease%3A0.5"
    whole = {key: int(factor) if factor == int(factor) else factor for key, factor in question["ranking"].items()}
    stored = stored_under({**question, "ranking": whole}, service.measurements.code_version())
    kept[json.dumps(stored)] = {"metrics": []}
    answered = order(ease=0.5)["response"]
    assert len(asked) == 1
    assert answered["what-finished"]["data"] == {"metrics": []}
