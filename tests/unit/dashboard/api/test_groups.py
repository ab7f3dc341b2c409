"""Groups over REST."""

from dataclasses import asdict
from typing import Any

import pytest
from flask.testing import FlaskClient

from core.lists.requests import GroupRequest, ProfileRequest
from core.service import CineMatch

ROUTE = "/api/v1/groups/recommendations"
TWO = [{"user_id": 1}, {"ratings": [{"movie_id": 10, "rating": 4.5}]}]


def test_the_list_is_what_the_service_says(client: FlaskClient, service: CineMatch) -> None:
    body = {"members": TWO, "algorithm": "ease", "n": 4, "method": "least-misery", "genres": ["Drama"]}
    answer = client.post(ROUTE, json=body)
    assert answer.status_code == 200, answer.text
    found = answer.json
    people = [ProfileRequest(user_id=1), ProfileRequest(ratings={10: 4.5})]
    wanted = asdict(service.recommend_group(GroupRequest(people, "ease", 60, "least-misery")))
    drama = [item for item in wanted["items"] if "Drama" in item["genres"]][:4]
    assert [item["movie_id"] for item in found["items"]] == [item["movie_id"] for item in drama]
    assert [item["members"] for item in found["items"]] == [item["members"] for item in drama]
    assert found["members"] == wanted["members"]
    assert found["method"] == "least-misery"


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"members": TWO[:1]}, 422, "at least 2"),
        ({"members": [{"user_id": user} for user in range(1, 7)]}, 422, "at most 5"),
        ({"members": [{"user_id": 1}, {"user_id": 1}]}, 422, "twice"),
        ({"members": [{"user_id": 1}, {}]}, 422, "either user_id or ratings"),
        ({"members": [{"user_id": 1}, {"user_id": 999_999}]}, 404, "no user 999999"),
        ({"method": "dictator"}, 422, "least-misery"),
        ({"exclude_rated": False}, 422, "exclude_rated"),
    ],
)
def test_what_is_no_group_is_a_problem(client: FlaskClient, change: dict[str, Any], status: int, words: str) -> None:
    answer = client.post(ROUTE, json={"members": TWO, **change})
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert words in answer.text


def test_the_route_is_described(client: FlaskClient) -> None:
    document = client.get("/api/v1/openapi.json").json
    operation = document["paths"][ROUTE]["post"]
    assert operation["operationId"] == "post_group_recommendations"
    assert {"200", "404", "422"} <= operation["responses"].keys()
    assert document["components"]["schemas"]["GroupBody"]["properties"]["members"]["maxItems"] == 5
