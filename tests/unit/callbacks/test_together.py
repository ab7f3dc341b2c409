"""The page for several people: its address, its requests, its rows."""

import json
from typing import Any

import pytest
from dash import Dash
from flask.testing import FlaskClient

from callbacks.together import GroupControls, _summary, register
from callbacks.visitor import Visitor
from core.lists.groups import recommend_group
from core.service import CineMatch
from core.views import Filters, GroupList, GroupViewer
from dashboard.address import FilterState, query_of
from dashboard.components.user_select import user_options
from dashboard.pages.together.group_list import group_list
from dashboard.pages.together.ids import Together
from dashboard.pages.together.layout import layout, viewers_of
from tests.unit.dashboard.markup import nodes


@pytest.fixture(autouse=True)
def application() -> Dash:
    """Links are made for the application that was built last."""
    return Dash("together", suppress_callback_exceptions=True)


def asked(
    service: CineMatch, users: list[str], me: bool = False, friends: Any = None, **visitor: Any
) -> GroupControls:
    filters = {"genres": ["Comedy"], "exclude_genres": [], "years": [1960, 2009], "min_ratings": "0"}
    held = {"users": users, "me": me, "algorithm": "ease", "method": "least-misery", "count": "4"}
    own = {"love": 0.75, "lately": 0.0}
    return GroupControls.of(service, {**held, "own": own, "filters": filters, "visitor": visitor, "friends": friends})


def test_the_address_names_the_group(service: CineMatch) -> None:
    assert viewers_of(service, {}) == ([1, 2], False)
    assert viewers_of(service, {"users": "3,x,3,99999,1"}) == ([3, 1], False)
    assert viewers_of(service, {"me": "1"}) == ([], True)


def test_the_address_of_a_request_asks_the_same(service: CineMatch) -> None:
    request = asked(service, ["3", "1"], me=True)
    address = request.address()
    assert address == (
        "/together?users=3,1&me=1&algorithm=ease&method=least-misery&n=4&genres=Comedy&year_min=1960&year_max=2009"
    )
    page = layout(service, query_of(address.partition("?")[2]))
    held = {node.id: node for node in nodes(page) if getattr(node, "id", None)}
    assert held[Together.USERS].value == ["3", "1"]
    assert held[Together.ME].checked
    assert held[Together.METHOD].value == "least-misery"
    assert held[Together.GENRES].value == ["Comedy"]
    plain = GroupControls((1, 2), None, "svd", "average", 10, FilterState())
    assert plain.address() == "/together?users=1,2&algorithm=svd"


def test_a_group_may_go_by_what_everybody_watched_lately(service: CineMatch) -> None:
    held = {"users": ["1", "2"], "me": False, "algorithm": "hybrid", "method": "average", "count": "4"}
    filters = {"genres": [], "exclude_genres": [], "years": None, "min_ratings": "0"}
    rest = {"filters": filters, "visitor": {}, "friends": None}
    lately = GroupControls.of(service, {**held, **rest, "own": {"love": 0.75, "lately": 1.0}})
    assert lately.address() == "/together?users=1,2&algorithm=hybrid&n=4&lately=1"
    page = layout(service, query_of(lately.address().partition("?")[2]))
    (slider,) = [node for node in nodes(page) if getattr(node, "id", None) == Together.wish("lately")]
    assert slider.value == 1
    found = service.recommend_group(lately.request())
    model = service.model_cache.get("hybrid").ordered(lately=1.0)
    expected = recommend_group(model, [service.profile(1), service.profile(2)], 4)
    assert [one.movie_id for one in found.items] == service.dataset.movies.ids[expected.items].tolist()
    assert group_list(found, lately.own)["asked"]["own"] == {"lately": 1.0}
    usual = GroupControls.of(service, {**held, **rest, "own": {"love": 0.75, "lately": None}})
    assert [one.score for one in service.recommend_group(usual.request()).items] != [one.score for one in found.items]


def test_films_waved_away_by_the_visitor_make_room_for_the_next(service: CineMatch) -> None:
    before = service.recommend_group(asked(service, ["1"], me=True, ratings=[{"movie": 10, "rating": 5}]).request())
    gone = before.items[0].movie_id
    after = service.recommend_group(
        asked(service, ["1"], me=True, ratings=[{"movie": 10, "rating": 5}], hidden=[{"movie": gone}]).request()
    )
    assert [member.user_id for member in after.members] == [None, 1]
    assert gone not in [item.movie_id for item in after.items]
    assert [item.movie_id for item in after.items[:3]] == [item.movie_id for item in before.items[1:]]
    assert [item.rank for item in after.items] == [1, 2, 3, 4]


def test_a_film_waved_away_that_does_not_qualify_changes_nothing(service: CineMatch) -> None:
    comedies = {movie.movie_id for movie in service.search(filters=Filters(genres=("Comedy",)), limit=500).items}
    other = next(movie.movie_id for movie in service.search(limit=500).items if movie.movie_id not in comedies)
    before = service.recommend_group(asked(service, ["2"], me=True, ratings={"10": 5}).request())
    after = service.recommend_group(
        asked(service, ["2"], me=True, ratings={"10": 5}, hidden={str(other): 1}).request()
    )
    assert after.items == before.items


def test_every_film_says_what_everybody_is_predicted_to_give(service: CineMatch) -> None:
    held = GroupControls((1, 4), Visitor({10: 5.0}, frozenset()), "ease", "average", 3, FilterState())
    found = service.recommend_group(held.request())
    shown = group_list(found)
    assert [(one["name"], one["user"], one["mean"]) for one in shown["viewers"]] == [
        ("You", None, 5.0),
        ("User 1", 1, found.members[1].mean_rating),
        ("User 4", 4, found.members[2].mean_rating),
    ]
    for film, item in zip(shown["films"], found.items, strict=True):
        assert film["href"] == f"/movie/{item.movie_id}"
        assert [one["predicted"] for one in film["opinions"]] == [one.predicted_rating for one in item.members]
        lowest = min(one.predicted_rating or 0 for one in item.members)
        assert [one["predicted"] for one in film["opinions"] if one["least"]] == [lowest]


def test_friends_stand_in_the_group_by_name_with_the_ratings_of_their_link(service: CineMatch) -> None:
    friends = [{"key": "k1", "name": "Ana", "ratings": [[10, 5], [30, 1.5], [999_999, 4], [20, 9], "x", [40]]}]
    held = asked(service, ["1"], me=True, ratings=[{"movie": 10, "rating": 5}], friends=friends)
    assert held.size == 3
    assert held.address().startswith("/together?users=1&me=1&friends=1&")
    found = service.recommend_group(held.request())
    assert [member.rating_count for member in found.members][:2] == [1, 2]
    names, keys = held.visitors
    shown = group_list(found, None, names, keys)
    assert [(one["name"], one["friend"]) for one in shown["viewers"]] == [
        ("You", None),
        ("Ana", "k1"),
        ("User 1", None),
    ]
    assert "for you, Ana and user 1, by EASE" in _summary(found, 4, "EASE", names)
    # Nobody but the friend is named: the first two users are not put into the group.
    assert viewers_of(service, {"friends": "1"}) == ([], False)


def test_an_empty_list_says_so() -> None:
    found = GroupList("ease", "toy", "average", [GroupViewer(1, 2), GroupViewer(2, 3)], [], 1.0)
    assert "Widen the filters" in group_list(found)["state"]["advice"]


def test_options_hold_who_is_chosen(service: CineMatch) -> None:
    values = [option["value"] for option in user_options(service.users("2", [7, 1]))]
    assert values[:2] == ["7", "1"]
    assert "2" in values
    assert len(values) == len(set(values))


def call(
    client: FlaskClient, app: Dash, output: str, inputs: list[tuple[str, str, Any]], *, friends_come: bool = False
) -> Any:
    """Send a callback's request as a browser does and return its answer."""
    body = {
        "output": output,
        "outputs": [
            {"id": part.rpartition(".")[0], "property": part.rpartition(".")[2]}
            for part in output.strip(".").split("...")
        ],
        "inputs": [{"id": name, "property": prop, "value": value} for name, prop, value in inputs],
        "state": [{"id": "tog-friends", "property": "needed", "value": friends_come}],
        "changedPropIds": [f"{inputs[0][0]}.{inputs[0][1]}"],
    }
    if not output.startswith(".."):
        body["outputs"] = body["outputs"][0]
    return client.post("/_dash-update-component", json=body)


def test_the_callback_answers_groups_and_says_what_is_missing(service: CineMatch, application: Dash) -> None:
    register(application, service)
    client = application.server.test_client()
    client.get("/_dash-layout")
    output = "..tog-results.list...tog-summary.children...tog-address.data.."

    def answered(users: list[str], me: bool, friends: Any, *, friends_come: bool) -> Any:
        values = [users, friends, me, "ease", "average", 0.75, 0, "3", [], [], None, "0", "toy||||"]
        names = [
            ("tog-users", "value"),
            ("tog-friends", "chosen"),
            ("tog-me", "checked"),
            ("tog-algorithm", "value"),
            ("tog-method", "value"),
            ("tog-love", "value"),
            ("tog-lately", "value"),
            ("tog-count", "value"),
            ("tog-genres", "value"),
            ("tog-exclude", "value"),
            ("tog-years", "value"),
            ("tog-min-ratings", "value"),
            ("own-films", "data"),
        ]
        inputs = [(name, prop, value) for (name, prop), value in zip(names, values, strict=True)]
        return call(client, application, output, inputs, friends_come=friends_come)

    def answer(users: list[str], me: bool = False, friends: Any = ()) -> dict[str, Any]:
        found = answered(users, me, friends, friends_come=False)
        assert found.status_code == 200
        return found.json["response"]

    # Who comes with the address is waited for.
    assert answered(["1", "2"], False, None, friends_come=True).status_code == 204

    shown = answer(["1", "2"])
    assert "3 films for user 1 and user 2, by EASE" in shown["tog-summary"]["children"]
    assert "3 films for you, user 1 and user 2" in answer(["1", "2"], me=True)["tog-summary"]["children"]
    alone = answer(["1"])
    assert "Who watches together?" in json.dumps(alone["tog-results"])
    ana = {"key": "k1", "name": "Ana", "ratings": [[10, 4]]}
    assert "for Ana and user 1, by" in answer(["1"], friends=[ana])["tog-summary"]["children"]
    crowd = answer(["1", "2", "3", "4", "5"], me=True)
    assert "2 to 5 viewers, not 6" in json.dumps(crowd["tog-results"])
