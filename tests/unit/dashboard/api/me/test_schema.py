"""Profiles in the API's description: who may ask, and requests made of it in all ways are answered as it says."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from flask.testing import FlaskClient
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

from core.api_keys import KeyStore
from tests.conftest import Installation
from tests.unit.dashboard.api.me.conftest import API, close, make_app

# Of routes with the same filters, one is asked for each of their values.
ALIKE = (
    f"GET {API}/recommendations",
    "GET /api/v1/users/{user_id}/recommendations",
    "POST /api/v1/recommendations/batch",
    "POST /api/v1/groups/recommendations",
)
CHOSEN: dict[str, Any] = {
    "seed": 1,
    "generation": {"mode": "all", "max-examples": 3, "deterministic": True},
    "phases": {"coverage": {"unexpected-methods": ["patch"]}},
    "operations": [{"include-name": name, "phases": {"coverage": {"enabled": False}}} for name in ALIKE],
    "headers": {"Accept-Encoding": "identity"},
    "checks": {
        # What one value says of another is not in a schema: stars belong to ratings, ids to a data set.
        "positive_data_acceptance": {"enabled": False},
        # It does not work in one process; a test beside asks all routes as nobody.
        "ignored_auth": {"enabled": False},
    },
}


@pytest.fixture(scope="module")
def server(toy_installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """An application with profiles, names among them."""
    place = tmp_path_factory.mktemp("described")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dashboard.api.me.DOORS_LIMIT", "100000 per minute")
        made = make_app(toy_installation, place, named_profiles=True, rate_limit="off", api_keys_file=place / "keys")
    made.film_key = KeyStore(place / "keys").add("films", ["films"])[1]
    yield made
    close(made)


@pytest.fixture(scope="module")
def document(server: Any) -> dict[str, Any]:
    """What is described."""
    found: dict[str, Any] = server.test_client().get("/api/v1/openapi.json").json
    return found


def operations_of(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Return path, method and description of every operation."""
    return [(path, method, one) for path, item in document["paths"].items() for method, one in item.items()]


def test_every_way_to_say_who_one_is_is_described_and_used(document: dict[str, Any]) -> None:
    schemes = document["components"]["securitySchemes"]
    operations = {
        operation["operationId"]: [tuple(choice) for choice in operation.get("security", document["security"])]
        for _, _, operation in operations_of(document)
    }
    assert {name for ways in operations.values() for way in ways for name in way} == set(schemes)
    assert operations["get_dataset"] == [(), ("key",), ("keyHeader",)]
    assert operations["post_movie"] == [("key",), ("keyHeader",)]
    assert operations["get_me"] == [("profile",), ("profileCookie",)]
    assert operations["post_me"] == [(), ("profile",), ("profileCookie",)]


def test_without_profiles_no_token_is_described(client: FlaskClient) -> None:
    described = client.get("/api/v1/openapi.json").json["components"]["securitySchemes"]
    assert set(described) == {"key", "keyHeader"}


def test_what_needs_somebody_is_refused_to_nobody(server: Any, document: dict[str, Any]) -> None:
    nobody, refused = server.test_client(), []
    for path, method, operation in operations_of(document):
        if {} in operation.get("security", [{}]):
            continue
        address = path.replace("{movie_id}", "10")
        answer = nobody.open(address, method=method, json=_least(document, operation))
        assert (answer.status_code, answer.mimetype) == (401, "application/problem+json"), address
        assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
        refused.append(operation["operationId"])
    assert len(refused) == 18


def _least(document: dict[str, Any], operation: dict[str, Any]) -> Any:
    """Return a body with what has to be in it."""
    media = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if media is None:
        return None
    schema = document["components"]["schemas"][media["schema"]["$ref"].rsplit("/", 1)[1]]
    values = {"array": [1], "number": 4, "string": "hybrid name or passphrase"}
    algorithm = {"algorithm": "hybrid", "changes": [], "events": []}
    return {
        name: algorithm.get(name, values.get(schema["properties"][name].get("type", ""), 1))
        for name in schema.get("required", ())
    }


def test_bodies_hold_numbers_and_truths_as_such(server: Any) -> None:
    me = server.test_client()
    me.post(API, json={})
    movie = 10
    for method, path, body in (
        ("put", f"/ratings/{movie}", {"rating": True}),
        ("put", f"/ratings/{movie}", {"rating": "4"}),
        ("put", f"/hidden/{movie}", {"time": "5"}),
        ("post", "/lists", {"algorithm": "hybrid", "movie_ids": [True]}),
        ("post", "/lists", {"algorithm": "hybrid", "movie_ids": [movie], "in_arm": 1}),
        ("post", "/changes", {"changes": [{"kind": "hidden", "movie_id": movie, "kept": 0}]}),
    ):
        assert me.open(f"{API}{path}", method=method, json=body).status_code == 422, (path, body)


# Schemathesis uses the module `random` in its examples.
@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisDeprecationWarning")
def test_requests_made_in_all_ways_are_answered_as_described(server: Any) -> None:
    config = SchemathesisConfig.from_dict(CHOSEN)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", server, config=config)
    client, held = server.test_client(use_cookies=False), {"token": ""}

    @schema.auth(refresh_interval=None)
    class Somebody:
        """A profile, begun anew when the one before was deleted or taken a name."""

        def get(self, case: schemathesis.Case, _: Any) -> str | None:
            if case.operation.label == "POST /api/v1/movies":
                return str(server.film_key)
            if "/me" not in case.operation.path:
                return None
            header = {"Authorization": f"Bearer {held['token']}"}
            if client.get(API, headers=header).status_code == 401:
                held["token"] = client.post(API, json={}).json["token"]
            return held["token"]

        def set(self, case: schemathesis.Case, data: str, _: Any) -> None:
            case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}

    asked: dict[str, set[str]] = {}
    wrong: list[str] = []
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            wrong.append(str(event))
        elif isinstance(event, events.ScenarioFinished):
            cases = event.recorder.cases
            asked.setdefault(event.phase.value, set()).update(one.value.operation.label for one in cases.values())
            wrong += [
                f"{cases[name].value.as_curl_command()}: {check.name}: {check.failure_info}"
                for name, checks in event.recorder.checks.items()
                for check in checks
                if check.status == Status.FAILURE
            ]
    assert not wrong, "\n".join(wrong)
    assert set(asked) == {"examples", "coverage", "fuzzing", "stateful"}
    assert asked["coverage"] >= asked["fuzzing"] - set(ALIKE)
    assert len(asked["fuzzing"]) == len(operations_of(server.test_client().get("/api/v1/openapi.json").json))
