"""What each route answers, and that it is what the service says."""

from dataclasses import asdict
from typing import Any

import pytest
from flask.testing import FlaskClient

from core.recommenders.registry import algorithm_keys, recommender_class
from core.service import CineMatch
from core.views import Filters, Reranking

API = "/api/v1"


def ok(client: FlaskClient, path: str, **query: Any) -> Any:
    answer = client.get(API + path, query_string=query)
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/json"
    return answer.json


def test_dataset(client: FlaskClient, service: CineMatch) -> None:
    assert ok(client, "/dataset") == asdict(service.dataset_view())


def test_models_are_listed_by_key_with_their_state(client: FlaskClient) -> None:
    document = ok(client, "/models")
    assert tuple(document["models"]) == algorithm_keys()
    assert document["default"] in algorithm_keys()
    for key, model in document["models"].items():
        assert model["state"] == "loaded", model
        assert {"name", "reason", "config", "metrics", "disk_mb", "mapped_mb", "resident_mb"} <= model.keys()
        assert model["key"] == key
        assert model["disk_mb"] > 0


def test_movies_are_searched_and_paged(client: FlaskClient) -> None:
    first, second = ok(client, "/movies", limit=3), ok(client, "/movies", limit=3, offset=3)
    assert first["total"] == second["total"] == 60
    assert len({movie["movie_id"] for page in (first, second) for movie in page["items"]}) == 6
    found = ok(client, "/movies", q="Film 12")["items"]
    assert found[0]["movie_id"] == 130
    horror = ok(client, "/movies", genre="Horror", year_max=1980, limit=100)["items"]
    assert horror
    assert all("Horror" in movie["genres"] and movie["year"] <= 1980 for movie in horror)


def test_movie(client: FlaskClient, service: CineMatch) -> None:
    assert ok(client, "/movies/10") == asdict(service.movie(10))


@pytest.mark.parametrize("algorithm", [key for key in algorithm_keys() if recommender_class(key).similarity])
def test_similar_movies_by_an_algorithm(client: FlaskClient, algorithm: str) -> None:
    document = ok(client, "/movies/10/similar", algorithm=algorithm, n=4)
    assert document["algorithm"] == algorithm
    assert len(document["items"]) <= 4
    assert 10 not in [movie["movie_id"] for movie in document["items"]]


def test_similar_movies_say_who_liked_them(client: FlaskClient) -> None:
    document = ok(client, "/movies/10/similar", n=4)
    assert document["algorithm"] is None
    assert len(document["items"]) == 4
    for movie in document["items"]:
        assert movie["share"] is None or 0 <= movie["share"] <= 1
        assert movie["text"].startswith(("Liked by", "Nobody"))


def test_what_was_watched_next_says_how_it_was_counted(client: FlaskClient, service: CineMatch) -> None:
    document = ok(client, "/movies/10/next", n=4)
    assert document == asdict(service.company.watched_next(10, 4))
    assert document["people"] <= document["raters"] == service.movie(10).rating_count
    assert client.get("/api/v1/movies/4711/next").status_code == 404


def test_popularity_knows_no_similar_movies(client: FlaskClient) -> None:
    answer = client.get("/api/v1/movies/10/similar?algorithm=popularity")
    assert answer.status_code == 422
    assert "knows no likeness of films" in answer.get_data(as_text=True)


def test_user_and_history(client: FlaskClient, service: CineMatch) -> None:
    assert ok(client, "/users/1")["rating_count"] == len(service.profile(user_id=1))
    history = ok(client, "/users/1/ratings", limit=5, offset=2)
    assert history["items"] == [asdict(row) for row in service.user_ratings(1, 5, 2)]
    assert history["total"] == len(service.profile(user_id=1))


@pytest.mark.parametrize("algorithm", algorithm_keys())
def test_recommendations_of_a_user_and_of_a_visitor_with_the_same_ratings(
    client: FlaskClient, service: CineMatch, algorithm: str
) -> None:
    document = ok(client, "/users/1/recommendations", algorithm=algorithm, n=7)
    assert set(document) == {"algorithm", "dataset", "user_id", "items", "took_ms", "wish", "reading"}
    expected = service.recommend(user_id=1, algorithm=algorithm, n=7)
    assert document["items"] == [asdict(item) for item in expected.items]
    assert [item["rank"] for item in document["items"]] == [1, 2, 3, 4, 5, 6, 7]
    ratings = [{"movie_id": row.movie_id, "rating": row.rating} for row in service.user_ratings(2)]
    answer = client.post(f"{API}/recommendations", json={"ratings": ratings, "algorithm": algorithm, "n": 7})
    assert answer.status_code == 200, answer.text
    assert answer.json["user_id"] is None
    assert len(answer.json["items"]) == 7
    assert not {row["movie_id"] for row in ratings} & {item["movie_id"] for item in answer.json["items"]}


def test_filters_reach_the_service(client: FlaskClient, service: CineMatch) -> None:
    filters = Filters(("Comedy", "Horror"), ("Romance",), 1955, 1990, 3)
    expected = [
        item.movie_id for item in service.recommend(user_id=1, n=50, exclude_rated=False, filters=filters).items
    ]
    query = {"exclude_genres": "Romance", "year_min": 1955, "year_max": 1990, "min_ratings": 3, "n": 50}
    for genres in ("Comedy,Horror", "Comedy|Horror", ["Comedy", "Horror"]):
        document = ok(client, "/users/1/recommendations", genres=genres, exclude_rated="false", **query)
        assert [item["movie_id"] for item in document["items"]] == expected
    body = {"ratings": [], "genres": ["Horror"], "year_max": 1980}
    answer = client.post(f"{API}/recommendations", json=body)
    assert answer.json["items"]
    assert all("Horror" in item["genres"] and item["year"] <= 1980 for item in answer.json["items"])


def test_wishes_and_watchlists_reach_the_service(client: FlaskClient, service: CineMatch) -> None:
    weights = {"diversity": 0.3, "popularity": -0.4, "recency": 0.2}
    document = ok(client, "/users/1/recommendations", n=6, **weights)
    expected = service.recommend(user_id=1, n=6, wish=Reranking(**weights))
    assert document["items"] == [asdict(item) for item in expected.items]
    assert document["items"] != ok(client, "/users/1/recommendations", n=6)["items"]
    assert {name: document["wish"][name] for name in weights} == weights
    assert [cost["wish"] for cost in document["wish"]["costs"]] == list(weights)
    assert ok(client, "/users/1/recommendations", n=6)["wish"] is None
    listed = [item["movie_id"] for item in ok(client, "/users/1/recommendations", n=9)["items"]]
    for only in (f"{listed[4]},{listed[8]}", [listed[8], listed[4]]):
        items = ok(client, "/users/1/recommendations", only=only)["items"]
        assert [item["movie_id"] for item in items] == [listed[4], listed[8]]
    rest = ok(client, "/users/1/recommendations", n=7, exclude=f"{listed[0]},{listed[2]}")["items"]
    assert [item["movie_id"] for item in rest] == [listed[1], *listed[3:9]]
    both = ok(client, "/users/1/recommendations", n=50, genres="Action,Sci-Fi", all_genres="true")["items"]
    assert both
    assert all({"Action", "Sci-Fi"} <= set(item["genres"]) for item in both)
    body = {"ratings": [{"movie_id": 10, "rating": 5}], "only": [20, 30], "recency": 1}
    answer = client.post(f"{API}/recommendations", json=body)
    assert {item["movie_id"] for item in answer.json["items"]} == {20, 30}
    assert answer.json["wish"]["recency"] == 1
    assert client.get(f"{API}/users/1/recommendations?only=5").status_code == 404
    for wrong in ("diversity=-0.1", "popularity=1.5", "recency=nan", "only=x"):
        assert client.get(f"{API}/users/1/recommendations?{wrong}").status_code == 422, wrong


def test_of_a_movie_rated_twice_the_last_rating_counts(client: FlaskClient) -> None:
    def items(*stars: float) -> Any:
        body = {"ratings": [{"movie_id": 10, "rating": value} for value in stars]}
        answer = client.post(f"{API}/recommendations", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json["items"]

    assert items(0.5, 5.0) == items(5.0)


@pytest.mark.parametrize("algorithm", algorithm_keys())
def test_explanations_add_up(client: FlaskClient, algorithm: str) -> None:
    listed = ok(client, "/users/1/recommendations", algorithm=algorithm, n=1)["items"][0]
    body = {"user_id": 1, "movie_id": listed["movie_id"], "algorithm": algorithm}
    document = client.post(f"{API}/explanations", json=body).json
    assert document["algorithm"] == algorithm
    assert document["score"] == pytest.approx(listed["score"], rel=1e-5)
    parts = [part["value"] for part in document["contributions"]]
    assert sum(parts) == pytest.approx(document["score"], abs=1e-3 * max(map(abs, parts)))
    assert document["text"]
    visitor = {"ratings": [{"movie_id": 10, "rating": 5}], "movie_id": 20, "algorithm": algorithm}
    answer = client.post(f"{API}/explanations", json=visitor)
    assert answer.status_code in (200, 422), answer.text


def test_counterfactuals_are_ranks_of_lists_that_can_be_asked_for(client: FlaskClient) -> None:
    ratings = [{"movie_id": movie, "rating": stars} for movie, stars in ((10, 5), (30, 4.5), (50, 4), (80, 1))]

    def ranked(given: list[dict[str, float]]) -> list[int]:
        body = {"ratings": given, "algorithm": "ease", "n": 60}
        items = client.post(f"{API}/recommendations", json=body).json["items"]
        return [item["movie_id"] for item in items]

    now = ranked(ratings)
    body = {"ratings": ratings, "movie_id": now[2], "algorithm": "ease", "counterfactuals": True}
    document = client.post(f"{API}/explanations", json=body).json
    assert len(document["counterfactuals"]) == 3
    for found in document["counterfactuals"]:
        without = ranked([given for given in ratings if given["movie_id"] != found["movie_id"]])
        without.remove(found["movie_id"])
        assert (found["rank"], found["rank_without"]) == (3, without.index(now[2]) + 1)
        assert found["text"].startswith("Without your rating of ")
    stored = client.post(f"{API}/explanations", json={"user_id": 3, "movie_id": 20, "algorithm": "ease"}).json
    assert (stored["user_id"], stored["counterfactuals"]) == (3, None)
    assert "ser 3" in stored["text"]
    assert "you" not in stored["text"].split()


def test_times_of_ratings_count_and_not_only_their_order(client: FlaskClient) -> None:
    day, last = 86_400_000, 1_700_000_000_000
    asked = {"algorithm": "slist", "movie_id": 120}

    def film(times: list[int | None]) -> float:
        rated = [
            {"movie_id": movie, "rating": 4.5} | ({} if time is None else {"time": time})
            for movie, time in zip((30, 10, 70), times, strict=True)
        ]
        found = client.post(f"{API}/explanations", json={**asked, "ratings": rated}).json
        assert sum(part["value"] for part in found["contributions"]) == pytest.approx(found["score"], abs=1e-6)
        return float({part["id"]: part["value"] for part in found["contributions"]}[30])

    untimed = film([None, None, None])
    assert film([last, last + 60_000, last + 120_000]) == pytest.approx(untimed)
    assert film([last, last + 60_000, None]) == pytest.approx(untimed)
    assert film([last - 7 * day, last, last + 60_000]) == pytest.approx(0.7 * untimed, rel=1e-5)
    assert abs(film([last, last, last])) > abs(untimed)


@pytest.mark.parametrize("time", [1_700_000_000, 0, -1, 2**32 * 1000, 10**20])
def test_a_time_in_seconds_is_refused_with_what_to_do(client: FlaskClient, time: int) -> None:
    rated = [{"movie_id": 10, "rating": 4.5, "time": time}]
    answer = client.post(f"{API}/recommendations", json={"ratings": rated})
    assert answer.status_code == 422
    assert "milliseconds since 1970, such as 1700000000000" in answer.json["detail"]
    assert "multiplied by 1000" in answer.json["detail"]


def test_answers_are_not_kept_by_shared_caches(client: FlaskClient) -> None:
    assert "private" in client.get(f"{API}/users/1").headers["Cache-Control"]
