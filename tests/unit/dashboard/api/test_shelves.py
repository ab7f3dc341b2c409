"""A visitor's shelves over REST."""

from dataclasses import asdict

from flask.testing import FlaskClient

from core.lists.requests import ShelvesRequest
from core.service import CineMatch

ROUTE = "/api/v1/shelves"


def test_the_shelves_are_those_of_the_service(client: FlaskClient, service: CineMatch) -> None:
    ratings = {10: 5.0, 250: 2.0, 310: 4.5}
    body = {
        "ratings": [{"movie_id": movie, "rating": stars} for movie, stars in ratings.items()],
        "watchlist": [70, 300],
        "exclude": [40],
        "algorithm": "ease",
        "n": 5,
    }
    answer = client.post(ROUTE, json=body)
    assert answer.status_code == 200, answer.text
    wanted = asdict(service.shelves(ShelvesRequest(ratings, (70, 300), (40,), algorithm="ease", n=5)))
    found = answer.json
    assert [shelf["key"] for shelf in found["shelves"]] == [shelf["key"] for shelf in wanted["shelves"]]
    for shelf, expected in zip(found["shelves"], wanted["shelves"], strict=True):
        # The match is as it was measured when the model was loaded, which other tests do meanwhile.
        assert [one | {"match": None} for one in shelf["items"]] == [
            one | {"match": None} for one in expected["items"]
        ]
    assert client.post(ROUTE, json={"ratings": []}).json["shelves"] == []


def test_what_cannot_be_asked_is_refused(client: FlaskClient) -> None:
    rated = [{"movie_id": 10, "rating": 4}]
    assert client.post(ROUTE, json={}).status_code == 422
    assert client.post(ROUTE, json={"ratings": rated, "n": 51}).status_code == 422
    assert client.post(ROUTE, json={"ratings": rated, "watchlist": [999_999]}).status_code == 404
