"""The OpenAPI document is complete, and serves readers and generators of clients."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

from tests.unit.conftest import MakeClient

ROUTES = {
    "/dataset",
    "/models",
    "/models/hybrid/weights",
    "/tags",
    "/movies",
    "/movies/{movie_id}",
    "/movies/{movie_id}/similar",
    "/movies/{movie_id}/next",
    "/users/{user_id}",
    "/users/{user_id}/ratings",
    "/users/{user_id}/recommendations",
    "/recommendations",
    "/recommendations/batch",
    "/groups/recommendations",
    "/shelves",
    "/explanations",
    "/imports",
}


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
