"""Keys, limits, conditional requests, pages, batches and other origins."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from core.api_keys import KeyStore
from core.recommenders.registry import algorithm_keys
from tests.unit.conftest import MakeClient

API = "/api/v1"


@pytest.fixture
def keys(tmp_path: Path) -> KeyStore:
    return KeyStore(tmp_path / "keys.json")


# --- keys -------------------------------------------------------------------------------------------------------


def test_without_keys_everybody_may_ask_and_a_wrong_key_is_told(make_client: MakeClient, keys: KeyStore) -> None:
    client = make_client(api_keys_file=keys.path, algorithms="popularity")
    assert client.get(f"{API}/dataset").status_code == 200
    for headers in ({"Authorization": "Bearer cm_00000000_x"}, {"X-API-Key": "x"}):
        answer = client.get(f"{API}/dataset", headers=headers)
        assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="CineMatch", error="invalid_token"'
    # For a proxy before us, or somebody's own profile.
    for scheme in ("Basic YTpi", "Bearer eyJhIjoxfQ.x"):
        assert client.get(f"{API}/dataset", headers={"Authorization": scheme}).status_code == 200


def test_with_keys_each_opens_its_scopes_alone(make_client: MakeClient, keys: KeyStore) -> None:
    client = make_client(api_keys_file=keys.path, api_access="keys", algorithms="popularity")
    key, text = keys.add("reader", ["catalogue", "lists"])
    assert client.get(f"{API}/dataset").status_code == 401
    assert client.get("/readyz").status_code == client.get("/api/docs").status_code == 200
    assert client.get(f"{API}/openapi.json").status_code == 200
    for headers in ({"Authorization": f"Bearer {text}"}, {"X-API-Key": text}):
        assert client.get(f"{API}/dataset", headers=headers).status_code == 200
        body = {"ratings": [], "n": 3}
        assert client.post(f"{API}/recommendations", json=body, headers=headers).status_code == 200
        refused = client.get(f"{API}/users/1", headers=headers)
        assert refused.status_code == 403
        assert "'users'" in refused.json["detail"]
        assert 'error="insufficient_scope"' in refused.headers["WWW-Authenticate"]
    keys.revoke(key.key_id)
    assert client.get(f"{API}/dataset", headers={"X-API-Key": text}).status_code == 401


# --- limits -----------------------------------------------------------------------------------------------------


def test_every_answer_says_what_is_left(make_client: MakeClient, keys: KeyStore) -> None:
    client = make_client(api_keys_file=keys.path, rate_limit="3 per hour; 2 per minute", algorithms="popularity")
    answers = [client.get(f"{API}/movies/{number}") for number in (10, 11, 10)]
    assert [answer.status_code for answer in answers] == [200, 404, 429]
    assert {answer.headers["RateLimit-Policy"] for answer in answers} == {'"60s";q=2;w=60, "3600s";q=3;w=3600'}
    left = [re.fullmatch(r'"60s";r=(\d);t=(\d+)', answer.headers["RateLimit"]) for answer in answers]
    assert [found[1] for found in left if found] == ["1", "0", "0"]
    assert all(0 < int(found[2]) <= 60 for found in left if found)


def test_a_key_has_a_limit_of_its_own_wherever_it_asks_from(make_client: MakeClient, keys: KeyStore) -> None:
    client = make_client(api_keys_file=keys.path, rate_limit="1 per hour", algorithms="popularity")
    _, text = keys.add("a", ["catalogue"], rate_limit="2 per hour")
    _, unlimited = keys.add("b", ["catalogue"], rate_limit="off")

    def ask(address: str, key: str) -> int:
        place = {"REMOTE_ADDR": address}
        return client.get(f"{API}/dataset", headers={"X-API-Key": key}, environ_base=place).status_code

    assert [ask(address, text) for address in ("10.0.0.1", "10.0.0.2", "10.0.0.3")] == [200, 200, 429]
    assert {ask("10.0.0.1", unlimited) for _ in range(5)} == {200}
    # What is no key is counted by address: guessing is limited, too.
    assert [ask("10.0.0.4", "cm_x") for _ in range(2)] == [401, 429]


# --- conditional requests and pages -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/dataset", "/movies?limit=3", "/movies/10", "/movies/10/similar", "/users/1", "/users/1/ratings"]
)
@pytest.mark.parametrize("encoding", ["identity", "gzip", "br"])
def test_what_a_client_has_is_not_sent_again(client: FlaskClient, path: str, encoding: str) -> None:
    accept = {"Accept-Encoding": encoding}
    first = client.get(API + path, headers=accept)
    tag = first.headers["ETag"]
    for known in (tag, f"W/{tag.removeprefix('W/')}", f'"other", {tag}', "*"):
        again = client.get(API + path, headers={**accept, "If-None-Match": known})
        assert (again.status_code, again.data) == (304, b""), known
        assert again.headers["ETag"].replace(":gzip", "").replace(":br", "") == tag.replace(":gzip", "").replace(
            ":br", ""
        )
    assert client.get(API + path, headers={**accept, "If-None-Match": '"other"'}).status_code == 200
    assert client.get(f"{API}/movies/11", headers={"If-None-Match": "*"}).status_code == 404


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/movies?q=film&limit=7", "movie_id"),
        ("/movies?limit=9", "movie_id"),
        ("/users/1/ratings?limit=4", "movie_id"),
    ],
)
def test_pages_together_are_the_whole(client: FlaskClient, path: str, name: str) -> None:
    seen, address = [], API + path
    while address:
        page = client.get(address)
        assert page.status_code == 200
        seen += [item[name] for item in page.json["items"]]
        following = re.search(r'<([^>]+)>; rel="next"', page.headers.get("Link", ""))
        address = following[1] if following else ""
    assert len(seen) == len(set(seen)) == page.json["total"] > 10
    whole = client.get(API + re.sub(r"limit=\d+", "limit=500", path)).json["items"]
    assert seen == [item[name] for item in whole]
    other = client.get(API + path + "&offset=4&dataset=another")
    assert other.status_code == 409
    assert "offset=0" in other.json["detail"]


# --- batches ----------------------------------------------------------------------------------------------------


def test_a_batch_is_the_lists_one_by_one(client: FlaskClient) -> None:
    body = {"profiles": [{"user_id": 1}, {"ratings": [{"movie_id": 10, "rating": 5}]}, {"user_id": 2}], "n": 4}
    lists = client.post(f"{API}/recommendations/batch", json={**body, "algorithm": "svd"}).json["lists"]
    assert [found["user_id"] for found in lists] == [1, None, 2]
    alone = client.get(f"{API}/users/2/recommendations?n=4&algorithm=svd").json
    assert lists[2]["items"] == alone["items"]
    assert "svd" in algorithm_keys()


@pytest.mark.parametrize(
    ("body", "status", "where"),
    [
        ({"profiles": [{"user_id": 1}, {"user_id": 4711}]}, 404, "profiles.1"),
        ({"profiles": [{"user_id": 1}, {"user_id": "x"}]}, 422, "profiles.1.user_id"),
        ({"profiles": [{}]}, 422, "profiles.0"),
        ({"profiles": []}, 422, "profiles"),
        ({"profiles": [{"user_id": 1}] * 101}, 422, "profiles"),
        ({"profiles": [{"user_id": 1}] * 100, "n": 51}, 422, "body"),
    ],
)
def test_a_batch_says_whose_list_cannot_be_made(client: FlaskClient, body: object, status: int, where: str) -> None:
    answer = client.post(f"{API}/recommendations/batch", json=body)
    assert answer.status_code == status
    assert answer.json["errors"][0]["where"] == where


# --- other origins ----------------------------------------------------------------------------------------------


def test_no_other_origin_may_ask_unless_it_is_named(client: FlaskClient, make_client: MakeClient) -> None:
    origin = {"Origin": "https://films.example"}
    assert "Access-Control-Allow-Origin" not in client.get(f"{API}/dataset", headers=origin).headers
    open_to_one = make_client(cors_origins="https://films.example, http://localhost:3000", algorithms="popularity")
    for path in (f"{API}/dataset", f"{API}/movies/11", f"{API}/nothing"):
        answer = open_to_one.get(path, headers=origin)
        assert answer.headers["Access-Control-Allow-Origin"] == "https://films.example"
        assert "RateLimit" in answer.headers["Access-Control-Expose-Headers"]
        assert "Origin" in answer.headers["Vary"]
    assert "Access-Control-Allow-Origin" not in open_to_one.get("/_dash-layout", headers=origin).headers
    other = open_to_one.get(f"{API}/dataset", headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in other.headers
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_a_browser_may_ask_before_it_asks(make_client: MakeClient, keys: KeyStore) -> None:
    client = make_client(cors_origins="*", api_access="keys", api_keys_file=keys.path, algorithms="popularity")
    headers = {
        "Origin": "https://films.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    answer = client.options(f"{API}/recommendations", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
