"""One's own profile over REST: kept, told, changed, exported, deleted, and nobody else's business."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from core.errors import ProfilesUnavailableError
from dashboard.api.me_tokens import COOKIE
from tests.conftest import Installation
from tests.unit.conftest import MakeClient
from tests.unit.dashboard.api.me.conftest import API, Visitor, close, make_app, started


@pytest.fixture
def me(visitor: Visitor) -> FlaskClient:
    """Somebody new."""
    return visitor()


@pytest.fixture(scope="module")
def movies(toy_installation: Installation) -> list[int]:
    """Movies that the data set holds."""
    return [int(movie) for movie in toy_installation.dataset.movies.ids[:6]]


def stars(client: FlaskClient) -> dict[int, float]:
    """Return what somebody has rated."""
    return {one["movie_id"]: one["rating"] for one in client.get(API).json["ratings"]}


def test_without_a_database_there_are_no_profiles(make_client: MakeClient) -> None:
    client = make_client()
    assert client.get(API).status_code == 404
    assert not any("/me" in path for path in client.get("/api/v1/openapi.json").json["paths"])


def test_a_rating_is_kept_and_taken_back(me: FlaskClient, movies: list[int]) -> None:
    assert me.put(f"{API}/ratings/{movies[0]}", json={"rating": 4.5, "time": 1_500_000_000_000}).json == {"kept": 1}
    me.put(f"{API}/ratings/{movies[1]}", json={"rating": 2})
    assert stars(me) == {movies[0]: 4.5, movies[1]: 2.0}
    assert me.get(API).json["ratings"][0]["time"] == 1_500_000_000_000
    assert me.delete(f"{API}/ratings/{movies[0]}").json == {"kept": 1}
    assert stars(me) == {movies[1]: 2.0}


@pytest.mark.parametrize("kind", ["watchlist", "hidden", "watched"])
def test_a_film_is_marked_and_unmarked(me: FlaskClient, movies: list[int], kind: str) -> None:
    assert me.put(f"{API}/{kind}/{movies[0]}", json={}).status_code == 200
    assert [one["movie_id"] for one in me.get(API).json[kind]] == [movies[0]]
    me.delete(f"{API}/{kind}/{movies[0]}")
    assert me.get(API).json[kind] == []


def test_changes_are_kept_together_and_once(me: FlaskClient, movies: list[int]) -> None:
    changes = [{"kind": "rating", "movie_id": movie, "rating": 3.5} for movie in movies[:3]]
    changes += [{"kind": "watchlist", "movie_id": str(movies[3])}]
    key = {"Idempotency-Key": "one"}
    for _ in range(2):
        assert me.post(f"{API}/changes", json={"changes": changes}, headers=key).json == {"kept": 4}
    refused = me.post(f"{API}/changes", json={"changes": changes[:1]}, headers=key)
    assert refused.status_code == 422
    assert "another request" in refused.json["detail"]
    unknown = [{"kind": "rating", "movie_id": movies[4], "rating": 1}, {"kind": "rating", "movie_id": 10**9}]
    assert me.post(f"{API}/changes", json={"changes": unknown}).status_code == 404
    late = {"kind": "rating", "movie_id": movies[0], "rating": 1, "age_ms": 60_000}
    assert me.post(f"{API}/changes", json={"changes": [late]}).json == {"kept": 0}
    assert stars(me) == dict.fromkeys(movies[:3], 3.5)


def test_a_rating_counts_in_the_next_list(me: FlaskClient, movies: list[int]) -> None:
    before = me.get(f"{API}/recommendations?n=50").json
    listed = [item["movie_id"] for item in before["items"]]
    me.put(f"{API}/ratings/{listed[0]}", json={"rating": 5})
    me.put(f"{API}/hidden/{listed[1]}", json={})
    me.put(f"{API}/watched/{listed[2]}", json={})
    after = me.get(f"{API}/recommendations?n=50").json
    assert not set(listed[:3]) & {item["movie_id"] for item in after["items"]}
    assert [item["score"] for item in after["items"]] != [item["score"] for item in before["items"]]
    same = me.post("/api/v1/recommendations", json={"ratings": [{"movie_id": listed[0], "rating": 5}], "n": 50})
    of_both = [item["movie_id"] for item in same.json["items"] if item["movie_id"] not in listed[1:3]]
    chosen = me.get(f"{API}/recommendations?n=50&algorithm=hybrid").json
    assert [item["movie_id"] for item in chosen["items"]][: len(of_both)] == of_both
    assert chosen["variant"] == ""


def test_an_experiment_splits_people_and_stays(visitor: Visitor) -> None:
    seen = {}
    for _ in range(12):
        one = visitor()
        arm = one.get(API).json["arm"]
        found = one.get(f"{API}/recommendations").json
        assert found["variant"] == f"{arm['label']}: {arm['text']}"
        assert found["algorithm"] == arm["algorithm"]
        assert one.get(API).json["arm"] == arm
        seen[arm["label"]] = [item["movie_id"] for item in found["items"]]
    assert set(seen) == {"A", "B"}


def test_feedback_is_told_of_ones_own_lists(visitor: Visitor, me: FlaskClient) -> None:
    found = me.get(f"{API}/recommendations?n=3").json
    movie = found["items"][0]["movie_id"]
    event = {"list_id": found["list_id"], "movie_id": movie, "kind": "rated", "rating": 4.5}
    assert me.post(f"{API}/feedback", json={"events": [event]}).json == {"kept": 1}
    assert visitor().post(f"{API}/feedback", json={"events": [event]}).status_code == 404
    for wrong in ({"movie_id": 10**9}, {"kind": "shown"}, {"rating": None}, {"rating": 4.4}, {"kind": "sold"}):
        assert me.post(f"{API}/feedback", json={"events": [{**event, **wrong}]}).status_code == 422
    shown = me.post(f"{API}/lists", json={"algorithm": "ease", "movie_ids": [movie, 10**9]}).json
    told = {one["list_id"]: one for one in me.get(f"{API}/export").json["lists"]}
    assert [one["kind"] for one in told[found["list_id"]]["feedback"]] == ["rated"]
    assert told[shown["list_id"]]["feedback"][0]["kind"] == "shown"


def test_everything_is_told_and_everything_is_deleted(me: FlaskClient, movies: list[int]) -> None:
    me.put(f"{API}/ratings/{movies[0]}", json={"rating": 4.5})
    me.get(f"{API}/recommendations")
    told = me.get(f"{API}/export")
    assert "attachment" in told.headers["Content-Disposition"]
    (films,) = told.json["films"].values()
    assert (films[0]["rating"], films[0]["movie_id"], len(told.json["lists"])) == (4.5, movies[0], 1)
    token = me.get_cookie(COOKIE).value
    gone = me.delete(API)
    assert (gone.json["rating"], gone.json["lists"]) == (1, 1)
    assert me.get_cookie(COOKIE) is None
    me.set_cookie(COOKIE, token)
    assert me.get(API).status_code == 401


def test_another_device_takes_the_profile_up(visitor: Visitor, me: FlaskClient, movies: list[int]) -> None:
    device = visitor()
    me.put(f"{API}/ratings/{movies[0]}", json={"rating": 4.5})
    device.put(f"{API}/ratings/{movies[1]}", json={"rating": 2})
    code = me.post(f"{API}/code", json={}).json["code"]
    assert device.post(f"{API}/redeem", json={"code": code}).status_code == 200
    assert stars(device) == stars(me) == {movies[0]: 4.5, movies[1]: 2.0}
    assert device.post(f"{API}/redeem", json={"code": code}).status_code == 404


def test_a_name_and_a_passphrase(visitor: Visitor, me: FlaskClient, movies: list[int]) -> None:
    other = visitor()
    code = me.post(f"{API}/code", json={}).json["code"]
    other.post(f"{API}/redeem", json={"code": code})
    named = {"name": "Ann", "passphrase": "four quite ordinary words"}
    assert me.post(f"{API}/name", json=named).json["name"] == "ann"
    me.put(f"{API}/ratings/{movies[0]}", json={"rating": 4.5})
    # The token that was out before is worthless.
    assert other.get(API).status_code == 401
    assert other.post(f"{API}/sign-in", json={**named, "passphrase": "four quite other words"}).status_code == 401
    assert other.post(f"{API}/sign-in", json=named).status_code == 200
    assert stars(other) == {movies[0]: 4.5}
    assert other.post(f"{API}/sign-out", json={}).status_code == 200
    assert other.get(API).status_code == 401


def test_names_are_the_operators_choice_and_tries_are_few(toy_installation: Installation, tmp_path: Any) -> None:
    server = make_app(toy_installation, tmp_path, rate_limit="off")
    client = server.test_client()
    named = {"name": "Ann", "passphrase": "four quite ordinary words"}
    assert client.post(f"{API}/sign-in", json=named).status_code == 404
    tried = [client.post(f"{API}/redeem", json={"code": "AAAA-BBBB-CCCC"}).status_code for _ in range(25)]
    assert tried == [404] * 20 + [429] * 5
    close(server)


def test_the_cookie_is_for_this_site_alone(me: FlaskClient, visitor: Visitor) -> None:
    answer = me.post(API, json={}, base_url="https://localhost")
    cookie = answer.headers["Set-Cookie"]
    for part in ("HttpOnly", "SameSite=Strict", "Path=/", "Secure"):
        assert part in cookie
    for method, path in (("put", "/hidden/1"), ("delete", ""), ("post", "/code")):
        for site in ("cross-site", "same-site"):
            asked = getattr(me, method)(f"{API}{path}", json={}, headers={"Sec-Fetch-Site": site})
            assert asked.status_code == 403
    assert me.post(f"{API}/code", data="x").status_code == 415
    assert me.get(API).status_code == 200


def test_a_token_is_a_bearer_too_and_cannot_be_made(visitor: Visitor, me: FlaskClient, movies: list[int]) -> None:
    token = me.post(API, json={}).json["token"]
    stranger = visitor()
    stranger.delete_cookie(COOKIE)
    bearer = {"Authorization": f"Bearer {token}"}
    assert stranger.put(f"{API}/ratings/{movies[0]}", json={"rating": 1}, headers=bearer).status_code == 200
    assert stars(me) == {movies[0]: 1.0}
    for forged in (token[:-1], f"{token}x", "x" * 300, "WzEsMl0.x", ""):
        assert stranger.get(API, headers={"Authorization": f"Bearer {forged}"}).status_code == 401
    assert stranger.put(f"{API}/ratings/{movies[0]}", json={"rating": 1}).status_code == 401


def test_a_database_that_does_not_answer_is_503(me: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ProfilesUnavailableError("The database does not answer.")

    monkeypatch.setattr("core.profiles.people.find_person", fail)
    answer = me.get(API)
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    assert answer.headers["Retry-After"] == "5"


def test_what_is_kept_outlives_the_server(toy_installation: Installation, tmp_path: Any, movies: list[int]) -> None:
    server = make_app(toy_installation, tmp_path)
    client = started(server.test_client())
    client.put(f"{API}/ratings/{movies[0]}", json={"rating": 4.5})
    token = client.get_cookie(COOKIE).value
    close(server)
    again = make_app(toy_installation, tmp_path)
    client = again.test_client()
    client.set_cookie(COOKIE, token)
    assert stars(client) == {movies[0]: 4.5}
    close(again)
