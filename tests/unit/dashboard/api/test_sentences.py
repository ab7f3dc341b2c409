"""Sentences and tags over REST."""

import pytest
from flask.testing import FlaskClient

_LIST = "/api/v1/users/1/recommendations"


def test_a_sentence_is_read_and_its_reading_told(client: FlaskClient) -> None:
    sentence = "like film 7, fun, less known, since 1960"
    answer = client.get(_LIST, query_string={"say": sentence, "algorithm": "ease", "n": 5})
    assert answer.status_code == 200, answer.text
    reading, wish = answer.json["reading"], answer.json["wish"]
    assert [part["told"] for part in reading["parts"]] == ["like The Film 7", "less known", "from 1960 on"]
    assert [sentence[part["start"] : part["end"]] for part in reading["parts"]] == [
        "like film 7",
        "less known",
        "since 1960",
    ]
    assert (wish["closeness"], wish["popularity"]) == (0.4, -0.4)
    assert all(item["year"] >= 1960 and item["title"] != "Film 7, The (1957)" for item in answer.json["items"])
    plain = client.get(_LIST, query_string={"algorithm": "ease"}).json
    assert plain["reading"] is None


def test_a_sentence_alone_makes_a_list_for_somebody_unknown(client: FlaskClient) -> None:
    body = {"ratings": [], "say": "like film 7", "algorithm": "ease", "n": 5}
    answer = client.post("/api/v1/recommendations", json=body)
    assert answer.status_code == 200, answer.text
    assert len(answer.json["items"]) == 5


def test_tags_are_found_filter_and_steer(client: FlaskClient) -> None:
    found = client.get("/api/v1/tags?q=fu").json
    assert found == {"items": [{"tag": "fun", "films": 1}]}
    assert [movie["movie_id"] for movie in client.get("/api/v1/movies?tag=fun,heist").json["items"]] == [10, 20]
    only = client.get(_LIST, query_string={"tags": "fun", "exclude_rated": "false"}).json
    assert [item["movie_id"] for item in only["items"]] == [10]
    steered = client.get(_LIST, query_string={"near_tags": "heist", "closeness": 1, "exclude_rated": "false"}).json
    assert steered["items"][0]["movie_id"] == 20


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"tags": "nonsense"}, "no tag of toy"),
        ({"near_tags": "nonsense", "closeness": 0.4}, "no tag of toy"),
        ({"near_tags": "fun"}, "closeness is 0"),
        ({"say": "x" * 400}, "say"),
    ],
)
def test_what_cannot_be_done_is_a_problem(client: FlaskClient, query: dict[str, object], words: str) -> None:
    answer = client.get(_LIST, query_string=query)
    assert answer.status_code == 422
    assert words in answer.json["detail"]
