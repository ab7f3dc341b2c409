"""Every error of the API is a problem document (RFC 9457)."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from core.errors import ArtifactError
from core.service import CineMatch
from tests.unit.conftest import MakeClient

API = "/api/v1"


def problem(answer: Any, status: int) -> Any:
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    document = answer.json
    assert document["status"] == status
    assert document["title"]
    assert document["type"] == "about:blank"
    assert document["instance"] == answer.request.path
    assert document["request_id"] == answer.headers["X-Request-ID"]
    return document


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/users/1/recommendations?n=0", "n"),
        ("/users/1/recommendations?n=501", "n"),
        ("/users/1/recommendations?n=ten", "n"),
        ("/users/1/recommendations?algoritm=svd", "algoritm"),
        ("/users/1/recommendations?algorithm=oracle", "algorithm"),
        ("/users/1/recommendations?exclude_rated=perhaps", "exclude_rated"),
        ("/users/one/recommendations", "user_id"),
        ("/users/99999999999999999999", "user_id"),
        ("/users/-1", "user_id"),
        ("/movies?limit=-1", "limit"),
        ("/movies?q=" + "x" * 201, "q"),
    ],
)
def test_what_is_not_valid_is_named(client: FlaskClient, path: str, where: str) -> None:
    document = problem(client.get(API + path), 422)
    assert [error["where"] for error in document["errors"]] == [where]
    assert where in document["detail"]


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("/users/1/recommendations?genres=Opera", "Choose from"),
        ("/users/1/recommendations?year_min=1990&year_max=1980", "exchange"),
    ],
)
def test_what_the_service_refuses_is_422(client: FlaskClient, path: str, hint: str) -> None:
    assert hint in problem(client.get(API + path), 422)["detail"]


@pytest.mark.parametrize("path", ["/movies/11", "/movies/11/similar", "/users/4711", "/users/4711/recommendations"])
def test_unknown_ids_are_404(client: FlaskClient, path: str) -> None:
    assert "There is no" in problem(client.get(API + path), 404)["detail"]


def test_unknown_paths_are_404_and_not_the_dashboard(client: FlaskClient) -> None:
    problem(client.get(f"{API}/nothing"), 404)
    problem(client.post(f"{API}/nothing", json={}), 404)
    problem(client.get("/api/v2/movies"), 404)


def test_other_methods_are_405_with_those_that_are_allowed(client: FlaskClient) -> None:
    answer = client.delete(f"{API}/movies")
    problem(answer, 405)
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert client.get(f"{API}/recommendations").headers["Allow"] == "OPTIONS, POST"


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "ratings"),
        ({"ratings": [{"movie_id": 10, "rating": 5.5}]}, "ratings.0.rating"),
        ({"ratings": [{"movie_id": 10}]}, "ratings.0.rating"),
        ({"ratings": [{"movie_id": 10, "rating": 3, "note": "x"}]}, "ratings.0.note"),
        ({"ratings": "10:5"}, "ratings"),
        ({"ratings": [{"movie_id": 10, "rating": 3}] * 10_001}, "ratings"),
        ([], "body"),
        ("text", "body"),
        (7, "body"),
    ],
)
def test_bodies_that_say_something_wrong_are_422(client: FlaskClient, body: Any, where: str) -> None:
    document = problem(client.post(f"{API}/recommendations", json=body), 422)
    assert document["errors"][0]["where"] == where


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e400"])
def test_numbers_that_are_none_are_422(client: FlaskClient, number: str) -> None:
    body = f'{{"ratings": [{{"movie_id": 10, "rating": {number}}}]}}'
    problem(client.post(f"{API}/recommendations", data=body, content_type="application/json"), 422)


def test_a_visitor_who_rated_an_unknown_movie_is_told(client: FlaskClient) -> None:
    body = {"ratings": [{"movie_id": 11, "rating": 3}]}
    assert "11" in problem(client.post(f"{API}/recommendations", json=body), 404)["detail"]


def test_a_profile_is_given_once(client: FlaskClient) -> None:
    for body in ({"movie_id": 10}, {"movie_id": 10, "user_id": 1, "ratings": []}):
        document = problem(client.post(f"{API}/explanations", json=body), 422)
        assert document["detail"] == "body: give either user_id or ratings, not both and not neither"


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "\x00", b"\xff\xfe{}"])
def test_what_is_no_json_is_400(client: FlaskClient, text: str | bytes) -> None:
    answer = client.post(f"{API}/recommendations", data=text, content_type="application/json")
    problem(answer, 400)


def test_other_kinds_of_body_are_415(client: FlaskClient) -> None:
    problem(client.post(f"{API}/recommendations", data={"ratings": "1"}), 415)


def test_large_bodies_are_413(client: FlaskClient) -> None:
    body = b'{"ratings": [' + b" " * (1024 * 1024) + b"]}"
    answer = client.post(f"{API}/recommendations", data=body, content_type="application/json")
    assert "too large" in problem(answer, 413)["detail"]


def test_a_model_that_is_not_loaded_is_503(make_client: MakeClient) -> None:
    client = make_client(memory_budget_mb=1, algorithms="popularity", models_dir="/nowhere")
    problem(client.get(f"{API}/users/1/recommendations"), 503)
    assert "popularity" in problem(client.get(f"{API}/users/1/recommendations?algorithm=popularity"), 503)["detail"]
    assert client.get(f"{API}/models").json["default"] is None


@pytest.mark.parametrize("fault", [RuntimeError("secret path /etc"), ArtifactError("secret path /etc")])
def test_a_fault_is_500_and_tells_nothing(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fault: Exception
) -> None:
    def fail(self: CineMatch) -> None:
        raise fault

    monkeypatch.setattr(CineMatch, "dataset_view", fail)
    answer = client.get(f"{API}/dataset")
    problem(answer, 500)
    assert "secret" not in answer.text
    assert "secret path /etc" in caplog.text


def test_too_many_requests_are_429(make_client: MakeClient) -> None:
    client = make_client(rate_limit="3 per hour")
    assert [client.get(f"{API}/dataset").status_code for _ in range(3)] == [200, 200, 200]
    answer = client.get(f"{API}/models")
    assert "3 per 1 hour" in problem(answer, 429)["detail"]
    assert 0 < int(answer.headers["Retry-After"]) <= 3601
    other = client.get(f"{API}/dataset", environ_base={"REMOTE_ADDR": "10.1.2.3"})
    assert other.status_code == 200
    assert client.get("/readyz").status_code == 200
    assert client.get("/_dash-layout").status_code == 200


def test_no_limit_when_it_is_off(make_client: MakeClient) -> None:
    client = make_client(rate_limit="off")
    assert {client.get(f"{API}/movies/10").status_code for _ in range(50)} == {200}


def test_addresses_that_a_client_made_up_do_not_help_it(make_client: MakeClient) -> None:
    def ask(client: FlaskClient, number: int) -> int:
        headers = {"X-Forwarded-For": f"10.0.0.{number}"}
        return client.get(f"{API}/movies/10", headers=headers).status_code

    direct = make_client(rate_limit="1 per hour")
    assert [ask(direct, number) for number in (1, 2)] == [200, 429]
    behind_proxy = make_client(rate_limit="1 per hour", trusted_proxies=1)
    assert [ask(behind_proxy, number) for number in (1, 2, 2)] == [200, 200, 429]


# --- forms ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/users/1/recommendations?n=1_0", "n"),
        ("/users/1/recommendations?n=%2B5", "n"),
        ("/users/1/recommendations?n=%C2%B2", "n"),
        ("/users/1/recommendations?n=5&n=6", "n"),
        ("/users/1/recommendations?diversity=1_0", "diversity"),
        ("/users/1/recommendations?diversity=nan", "diversity"),
        ("/movies?offset=%D9%A3", "offset"),
        ("/movies?limit=5&limit=5", "limit"),
        ("/movies/1_0", "movie_id"),
        ("/movies/10?x=1", "x"),
        ("/users/1?n=5", "n"),
        ("/dataset?x=1", "x"),
        ("/models?x=1", "x"),
        ("/users/1/recommendations?only=" + ",".join(["10"] * 301), "only"),
    ],
)
def test_what_an_address_holds_has_one_form(client: FlaskClient, path: str, where: str) -> None:
    document = problem(client.get(API + path), 422)
    assert [error["where"].partition(".")[0] for error in document["errors"]] == [where]


@pytest.mark.parametrize(
    "change",
    [
        {"ratings": [{"movie_id": 10, "rating": True}]},
        {"ratings": [{"movie_id": 10, "rating": "5"}]},
        {"ratings": [{"movie_id": True, "rating": 5}]},
        {"n": "5"},
        {"n": True},
        {"n": 5.5},
        {"exclude_rated": 1},
        {"exclude_rated": "true"},
        {"diversity": "0.5"},
        {"diversity": True},
        {"year_min": "1990"},
        {"only": [True]},
        {"weights": {"ranking": {"svd": True}}, "algorithm": "hybrid"},
    ],
)
def test_in_a_body_a_number_is_a_number(client: FlaskClient, change: dict[str, Any]) -> None:
    problem(client.post(f"{API}/recommendations", json={"ratings": [], **change}), 422)
    problem(client.post(f"{API}/recommendations?x=1", json={"ratings": []}), 422)


def test_a_body_takes_as_many_ids_as_it_says(client: FlaskClient) -> None:
    answer = client.post(f"{API}/recommendations", json={"ratings": [], "only": [10] * 1000, "diversity": 1, "n": 5})
    assert answer.status_code == 200
    problem(client.post(f"{API}/recommendations", json={"ratings": [], "only": [10] * 1001}), 422)


def test_json_inside_of_a_json_string_is_no_body(client: FlaskClient) -> None:
    problem(client.post(f"{API}/recommendations", json='{"ratings": []}'), 422)


def test_many_faults_are_counted_and_the_first_are_told(client: FlaskClient) -> None:
    answer = client.post(f"{API}/recommendations", json={"ratings": [{}] * 10_000})
    document = problem(answer, 422)
    assert (len(document["errors"]), document["error_count"]) == (20, 20_000)
    assert "19999 more" in document["detail"]
    assert len(answer.data) < 4000


@pytest.mark.parametrize("path", ["//healthz", "//api/v1//dataset", "/api", "//evil.example//healthz"])
def test_a_redirect_names_no_host(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers={"Host": "evil.example"})
    assert answer.status_code in (301, 302, 308, 404)
    location = answer.headers.get("Location", "/")
    assert location.startswith("/")
    assert not location.startswith("//")
