"""Ratings that do not count, over REST."""

from typing import Any

import pytest
from flask.testing import FlaskClient

_GIVEN = [{"movie_id": 10, "rating": 5}, {"movie_id": 20, "rating": 1}]
_EASE = {"algorithm": "ease", "n": 5}


def _films(client: FlaskClient, path: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    answer = client.post(f"/api/v1/{path}", json={**_EASE, **body})
    assert answer.status_code == 200, answer.text
    listed: list[dict[str, Any]] = (
        answer.json["lists"][0]["items"] if "lists" in answer.json else answer.json["items"]
    )
    return listed


def test_a_rating_that_does_not_count_is_as_if_it_were_not_given(client: FlaskClient) -> None:
    wanted = _films(client, "recommendations", {"ratings": _GIVEN[1:], "exclude": [10]})
    assert _films(client, "recommendations", {"ratings": _GIVEN, "without": [10]}) == wanted
    profiles = [{"ratings": _GIVEN, "without": [10]}]
    assert _films(client, "recommendations/batch", {"profiles": profiles}) == wanted
    assert _films(client, "recommendations", {"ratings": _GIVEN}) != wanted


def test_a_stored_users_rating_can_be_left_out(client: FlaskClient) -> None:
    ratings = client.get("/api/v1/users/1/ratings?limit=500").json["items"]
    one, rest = ratings[0], [{"movie_id": film["movie_id"], "rating": film["rating"]} for film in ratings[1:]]
    found = client.get("/api/v1/users/1/recommendations", query_string={**_EASE, "without": one["movie_id"]}).json
    wanted = _films(client, "recommendations", {"ratings": rest, "exclude": [one["movie_id"]]})
    assert [film["movie_id"] for film in found["items"]] == [film["movie_id"] for film in wanted]


def test_an_explanation_is_of_the_ratings_that_count(client: FlaskClient) -> None:
    def score(**whose: Any) -> float:
        answer = client.post("/api/v1/explanations", json={"movie_id": 30, "algorithm": "ease", **whose})
        assert answer.status_code == 200, answer.text
        return float(answer.json["score"])

    assert score(ratings=_GIVEN, without=[10]) == score(ratings=_GIVEN[1:]) != score(ratings=_GIVEN)


def test_a_group_is_not_listed_a_film_that_does_not_count(client: FlaskClient) -> None:
    seen = {film["movie_id"] for film in client.get("/api/v1/users/1/ratings?limit=500").json["items"]}
    films = [film for film in range(10, 200, 10) if film not in seen][:3]
    given = [{"movie_id": film, "rating": stars} for film, stars in zip(films, (5, 1, 4), strict=True)]
    body = {"members": [{"user_id": 1}, {"ratings": given, "without": films[:1]}], "n": 60}
    found = _films(client, "groups/recommendations", body)
    assert not {film["movie_id"] for film in found} & set(films)
    fewer = {"members": [{"user_id": 1}, {"ratings": given[1:]}], "n": 60, "exclude": films[:1]}
    assert found == _films(client, "groups/recommendations", fewer)
    every = {"members": [{"user_id": 1}, {"ratings": given}], "n": 60}
    assert found != _films(client, "groups/recommendations", every)


@pytest.mark.parametrize("say", [None, "like film 7"])
def test_a_rating_that_was_not_given_cannot_be_left_out(client: FlaskClient, say: str | None) -> None:
    for given in ([], _GIVEN):
        answer = client.post("/api/v1/recommendations", json={"ratings": given, "without": [30], "say": say})
        assert answer.status_code == 422
        assert "was not rated" in answer.json["detail"]
