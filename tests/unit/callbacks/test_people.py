"""Friends as a browser sends them, and what is read of two people."""

import json
from typing import Any

import pytest
from dash import Dash

from callbacks.friends import Friend, chosen_friends
from callbacks.people import register
from core.errors import UnknownIdError
from core.lists.requests import ProfileRequest
from core.service import CineMatch
from core.views import Interval
from dashboard.components.interval import interval_bar
from dashboard.pages.people.layout import mode_of
from dashboard.pages.people.like_me import like_me
from dashboard.pages.people.pair import Somebody, pair
from tests.unit.dashboard.markup import text_of

OUTPUT = "..ppl-pair.tree...ppl-address.data.."


@pytest.fixture
def application(service: CineMatch) -> Dash:
    app = Dash("people", suppress_callback_exceptions=True)
    register(app, service)
    return app


@pytest.mark.parametrize("data", [None, "x", 5, {}, [None, 3, "x"]])
def test_what_is_no_friend_is_left_out(service: CineMatch, data: Any) -> None:
    assert chosen_friends(data, service) == []


def test_a_friend_has_a_name_and_the_films_that_are_known_here(service: CineMatch) -> None:
    sent = {
        "key": "k",
        "name": "A" * 99,
        "ratings": [[10, 4.5], ["20", 3], [77, 3], [30, 0], [40, True], [50, "4"], 6],
    }
    assert chosen_friends([sent, {}], service) == [
        Friend("k", "A" * 40, {10: 4.5, 20: 3.0}),
        Friend("", "A friend", {}),
    ]


def asked(app: Dash, mode: str, user: str | None, friend: Any, ratings: dict[int, float]) -> Any:
    visitor = {"ratings": [{"movie": movie, "rating": stars} for movie, stars in ratings.items()]}
    values = {"ppl-mode.value": mode, "ppl-user.value": user, "ppl-friend.chosen": friend, "visitor.data": visitor}
    body = {
        "output": OUTPUT,
        "outputs": [{"id": "ppl-pair", "property": "tree"}, {"id": "ppl-address", "property": "data"}],
        "inputs": [
            {"id": name.partition(".")[0], "property": name.partition(".")[2], "value": value}
            for name, value in values.items()
        ],
        "changedPropIds": [],
    }
    client = app.server.test_client()
    client.get("/_dash-layout")
    return client.post("/_dash-update-component", json=body)


def test_two_people_are_told_how_alike_they_are_and_the_address_says_who_they_are(
    service: CineMatch, application: Dash
) -> None:
    mine = {film.movie_id: film.rating for film in service.user_ratings(1)}
    ana = {"key": "k", "name": "Ana", "ratings": [[film.movie_id, film.rating] for film in service.user_ratings(3)]}
    answer = asked(application, "friend", None, [ana], mine).json["response"]
    assert answer["ppl-address"]["data"] == "/people?mode=friend"
    shown = json.dumps(answer["ppl-pair"]["tree"])
    found = service.company.likeness(ProfileRequest(ratings=mine), ProfileRequest(user_id=3))
    assert found.correlation is not None
    assert f"{found.common} films in common" in shown
    assert f"{found.correlation.value:.2f} ({found.correlation.low:.2f} to {found.correlation.high:.2f})" in shown
    assert "What Ana loves and you have not rated" in shown
    of_user = asked(application, "user", "3", [], mine).json["response"]
    assert of_user["ppl-address"]["data"] == "/people?user=3"
    assert "Where you differ most" in json.dumps(of_user["ppl-pair"]["tree"])


def test_nobody_is_told_before_the_browser_has_said_who_came(application: Dash) -> None:
    assert asked(application, "friend", None, None, {}).status_code == 204
    nobody = asked(application, "friend", None, [], {}).json["response"]
    assert "Nobody to look at yet" in json.dumps(nobody)


def test_who_has_rated_nothing_reads_what_the_friend_loves(service: CineMatch, application: Dash) -> None:
    ana = {"key": "k", "name": "Ana", "ratings": [[10, 5], [20, 2]]}
    shown = json.dumps(asked(application, "friend", None, [ana], {}).json["response"]["ppl-pair"]["tree"])
    assert "You have rated nothing in this browser yet" in shown
    assert "What Ana loves" in shown
    assert "Where you differ most" not in shown


def test_too_few_films_in_common_say_how_many_are_needed(service: CineMatch) -> None:
    found = service.company.likeness(ProfileRequest(ratings={10: 5, 20: 1}), ProfileRequest(ratings={10: 4, 20: 2}))
    text = text_of(pair(Somebody("Ana", 2, 3.0, "k"), found, 2)[1])
    assert "From 4 films that both rated on" in text


def test_people_like_me_lead_to_their_pages_and_say_how_sure_it_is(service: CineMatch) -> None:
    found = service.company.like_minded(ProfileRequest(user_id=1), 5)
    shown = json.dumps([part if isinstance(part, dict) else text_of(part) for part in like_me(found, 12)])
    assert len(found) == 5
    for person in found:
        assert f"User {person.user_id}" in shown
    assert like_me(found, 0) == []
    assert "Nobody in the data set has rated 4 of your films" in text_of(like_me([], 1)[1])
    with pytest.raises(UnknownIdError):
        service.company.like_minded(ProfileRequest(user_id=999_999))


def test_an_interval_is_drawn_where_it_lies() -> None:
    bar = interval_bar(Interval(0.5, 0.0, 2.0), -1, 1, "words")
    line, dot = bar["props"]["children"]
    assert line["props"]["style"] == {"left": "50.0%", "right": "0.0%"}
    assert dot["props"]["style"] == {"left": "75.0%"}
    assert bar["props"]["aria-label"] == "words"


def test_an_address_is_about_a_user_where_it_names_one() -> None:
    assert (mode_of({}), mode_of({"mode": "friend"}), mode_of({"user": "3"})) == ("friend", "friend", "user")
