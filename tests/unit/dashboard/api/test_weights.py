"""The what-if on the hybrid's weights over REST."""

from dataclasses import asdict
from typing import Any

import pytest
from flask.testing import FlaskClient

from core.lists.requests import WhatIf
from core.service import CineMatch

BODY = {"ratings": [{"movie_id": 10, "rating": 5}, {"movie_id": 40, "rating": 2}], "algorithm": "hybrid", "n": 6}


def test_the_list_is_that_of_the_changed_hybrid(client: FlaskClient, service: CineMatch) -> None:
    weights = {"ranking": {"ease": 0, "svd": 2}, "rating": {"item_knn": 0}}
    answer = client.post("/api/v1/recommendations", json={**BODY, "weights": weights})
    assert answer.status_code == 200, answer.text
    wanted = service.recommend(
        ratings={10: 5, 40: 2}, algorithm="hybrid", n=6, what_if=WhatIf({"ease": 0, "svd": 2}, {"item_knn": 0})
    )
    assert [(item["movie_id"], item["predicted_rating"]) for item in answer.json["items"]] == [
        (item.movie_id, item.predicted_rating) for item in wanted.items
    ]


def test_weights_are_told_for_a_profile_of_any_length(client: FlaskClient, service: CineMatch) -> None:
    for length in (1, 100):
        answer = client.get("/api/v1/models/hybrid/weights", query_string={"length": length})
        assert answer.status_code == 200, answer.text
        assert answer.json == asdict(service.hybrid_weights(length))
    assert client.get("/api/v1/models/hybrid/weights").json == asdict(service.hybrid_weights())
    assert client.get("/api/v1/models/hybrid/weights?length=-1").status_code == 422


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"weights": {"ranking": {"content": 1}}}, "has no part in the hybrid"),
        ({"weights": {"ranking": {"ease": -1}}}, "greater than or equal to 0"),
        ({"weights": {"stars": {}}}, "stars"),
        ({"weights": {}, "algorithm": "svd"}, "no weights to change"),
    ],
)
def test_what_cannot_be_changed_is_a_problem(client: FlaskClient, change: dict[str, Any], words: str) -> None:
    answer = client.post("/api/v1/recommendations", json={**BODY, **change})
    assert answer.status_code == 422
    assert words in answer.text
