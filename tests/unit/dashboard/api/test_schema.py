"""The OpenAPI document is true: generated requests are answered as it says."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import one_of
from jsonschema import Draft202012Validator
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from dashboard.app import create_app
from tests.conftest import Installation
from tests.unit.conftest import MakeClient

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]
ROUTES = {
    "/dataset",
    "/models",
    "/models/hybrid/weights",
    "/tags",
    "/movies",
    "/movies/{movie_id}",
    "/movies/{movie_id}/similar",
    "/users/{user_id}",
    "/users/{user_id}/ratings",
    "/users/{user_id}/recommendations",
    "/recommendations",
    "/recommendations/batch",
    "/groups/recommendations",
    "/explanations",
    "/imports",
}


@pytest.fixture(scope="module")
def api(toy_installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The schema as a client reads it, bound to the application."""
    installation = toy_installation.with_cache(tmp_path_factory.mktemp("cache"), rate_limit="off")
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", create_app(installation.settings).server)


@pytest.mark.parametrize("route", sorted(ROUTES))
def test_generated_requests_are_answered_as_described(api: Any, route: str) -> None:
    found = [result.ok() for result in api.get_all_operations()]
    operation = next(one for one in found if one.path == f"/api/v1{route}")
    modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
    strategies = [operation.as_strategy(generation_mode=mode) for mode in modes if mode in _modes(route)]

    @settings(
        max_examples=10, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=one_of(strategies))
    def check(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=CHECKS, headers={"Accept-Encoding": "identity"})

    check()


def _modes(route: str) -> set[GenerationMode]:
    takes_nothing = route in ("/dataset", "/models")
    return {GenerationMode.POSITIVE} if takes_nothing else set(GenerationMode)


def test_the_document_describes_every_route_below_the_prefix(make_client: MakeClient) -> None:
    client = make_client(url_prefix="/films")
    document = client.get("/films/api/v1/openapi.json").json
    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) == {f"/films/api/v1{route}" for route in ROUTES}
    served = {
        re.sub(r"<([^>]+)>", r"{\1}", rule.rule)
        for rule in client.application.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
    }
    assert served == set(document["paths"])
    for path in document["paths"].values():
        for operation in path.values():
            assert operation["summary"]
            errors = {code: answer for code, answer in operation["responses"].items() if code not in ("200", "304")}
            assert {"401", "403", "429", "500"} <= set(errors)
            for answer in errors.values():
                assert list(answer["content"]) == ["application/problem+json"]


def test_the_document_is_revalidated_not_sent_again(client: FlaskClient) -> None:
    first = client.get("/api/v1/openapi.json")
    again = client.get("/api/v1/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")


@pytest.mark.parametrize("prefix", ["/", "/films/"])
def test_the_documentation_needs_nothing_from_elsewhere(make_client: MakeClient, prefix: str) -> None:
    client = make_client(url_prefix=prefix)
    assert client.get(f"{prefix}api/").headers["Location"] == f"{prefix}api/docs"
    page = client.get(f"{prefix}api/docs")
    assert page.status_code == 200
    assert "://" not in page.text
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(loaded) >= 4
    for reference in loaded:
        with client.get(f"{prefix}api/{reference}") as found:
            assert found.status_code == 200, reference
            assert found.data
    assert "<script>" not in page.text


def test_the_documentation_cannot_be_used_to_read_files(client: FlaskClient) -> None:
    for name in ("../__init__.py", "..%2f__init__.py", "/etc/passwd", "js/../../__init__.py"):
        answer = client.get(f"/api/docs/static/{name}")
        assert answer.status_code in (404, 308), name


# --- what generators of clients need -----------------------------------------------------------------------------


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from nodes(inner)


def test_every_thing_has_one_name(client: FlaskClient) -> None:
    document = client.get("/api/v1/openapi.json").json
    schemas = document["components"]["schemas"]
    assert "AlgorithmKey" in schemas
    for name, schema in schemas.items():
        assert schema["title"] == name
        assert "$ref" not in schema, f"{name} is another name for {schema['$ref']}"
    titles = [node["title"] for node in nodes(document) if isinstance(node.get("title"), str)]
    assert sorted(titles) == sorted([*schemas, document["info"]["title"], *_titles_of_examples(document)])
    used = {node["$ref"] for node in nodes(document) if "$ref" in node}
    assert {f"#/components/schemas/{name}" for name in schemas} <= used
    operations = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    assert len(operations) == len(set(operations))


def _titles_of_examples(document: dict[str, Any]) -> list[str]:
    examples = [node["example"] for node in nodes(document) if "example" in node]
    return [node["title"] for node in nodes(examples) if isinstance(node.get("title"), str)]


def test_examples_and_servers_are_there_and_true(client: FlaskClient) -> None:
    document = client.get("/api/v1/openapi.json").json
    assert [server["url"] for server in document["servers"]] == ["/"]
    shared = {"components": document["components"]}
    for path in document["paths"].values():
        for operation in path.values():
            media = [operation["responses"]["200"]["content"]["application/json"]]
            media += operation.get("requestBody", {}).get("content", {}).values()
            for one in media:
                if one["schema"].get("format") != "binary":
                    Draft202012Validator({**one["schema"], **shared}).validate(one["example"])
            for parameter in operation.get("parameters", ()):
                if "example" in parameter:
                    Draft202012Validator({**parameter["schema"], **shared}).validate(parameter["example"])
