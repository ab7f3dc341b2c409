"""What notebooks do with answers: tables of them, JSON of them, and questions with numpy's values."""

import dataclasses
import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from core.errors import InvalidInputError
from core.evaluation.runs import AlgorithmResult, EvaluationRun, MetricValue
from core.lists.requests import GroupRequest, ProfileRequest
from core.service import CineMatch
from core.views import ListComparison, ListItem, RecommendationList, Reranking

COLUMNS = [field.name for field in dataclasses.fields(ListItem)]
RATED = pd.Series([5.0, 4.5, 1.0], index=pd.Index([10, 30, 40], name="movieId"))


def test_a_list_is_a_table(service: CineMatch) -> None:
    found = service.recommend(user_id=1, algorithm="hybrid", n=5)
    frame = found.to_frame()
    assert list(frame.columns) == COLUMNS
    assert frame["movie_id"].tolist() == [item.movie_id for item in found.items]
    assert frame["genres"].tolist() == [item.genres for item in found.items]
    assert {name: str(frame[name].dtype) for name in ("rank", "year", "score", "predicted_rating")} == {
        "rank": "int64",
        "year": "Int64",
        "score": "float64",
        "predicted_rating": "float64",
    }
    empty = RecommendationList("svd", "toy", None, [], 0.0).to_frame()
    assert list(empty.columns) == COLUMNS
    assert empty.dtypes.to_dict() == frame.dtypes.to_dict()


def test_a_comparison_is_one_table(service: CineMatch) -> None:
    found = service.compare(["popularity", "svd"], user_id=1, n=3)
    frame = found.to_frame()
    assert list(frame.columns) == ["algorithm", *COLUMNS]
    assert frame["algorithm"].tolist() == ["popularity"] * 3 + ["svd"] * 3
    assert frame.query("algorithm == 'svd'")["title"].tolist() == [item.title for item in found["svd"].items]
    assert list(ListComparison().to_frame().columns) == ["algorithm", *COLUMNS]


def test_a_run_is_a_table_of_algorithms_and_metrics() -> None:
    metrics = {"rmse": MetricValue(0.9, 0.8, 1.0), "coverage": MetricValue(0.5)}
    result = AlgorithmResult("svd", "SVD", {}, metrics, {}, {}, 1.0, 1.0)
    run = EvaluationRun("1", "now", {}, {}, "", [], {}, {"svd": result}, ["rmse"])
    frame = run.to_frame()
    assert frame["metric"].tolist() == ["rmse", "coverage"]
    assert frame.loc[0, ["value", "low", "high"]].tolist() == [0.9, 0.8, 1.0]
    assert frame.loc[1, ["low", "high"]].isna().all()


def test_all_ratings_and_movies_are_tables(service: CineMatch) -> None:
    ratings, movies = service.frames()
    assert (len(ratings), len(movies)) == (service.dataset_view().ratings, service.dataset_view().movies)
    assert ratings["rating"].mean() == pytest.approx(service.dataset_view().mean_rating)
    assert movies.set_index("movieId").loc[10, "title"] == service.movie(10).title


@pytest.mark.parametrize("kind", [np.int16, np.uint64, np.float32, np.float64, float, str, np.str_])
def test_ids_may_be_numpys(service: CineMatch, kind: type) -> None:
    assert service.movie(kind(20)) == service.movie(20)
    assert service.taste(kind(3)) == service.taste(3)
    stars = {kind(10): np.float32(5), kind(30): np.int64(4)}
    found = service.recommend(ratings=stars, algorithm="item_knn", n=np.int64(4))
    assert found.items == service.recommend(ratings={10: 5.0, 30: 4.0}, algorithm="item_knn", n=4).items


def test_a_series_is_somebodys_ratings(service: CineMatch) -> None:
    mapping = {10: 5.0, 30: 4.5, 40: 1.0}
    assert service.recommend(ratings=RATED).items == service.recommend(ratings=mapping).items
    assert service.recommend(ratings=RATED.iloc[:0]).items == service.recommend(ratings={}).items
    with pytest.raises(InvalidInputError, match="rated twice"):
        service.recommend(ratings=pd.concat([RATED, RATED]))
    with pytest.raises(InvalidInputError, match="rated twice"):
        service.recommend(ratings={10: 5.0, "10": 4.0})


@pytest.mark.parametrize("strange", [1.5, np.float32(0.5), float("nan"), np.inf, True, np.bool_(True), None, [1]])
def test_what_is_no_whole_number_is_no_id(service: CineMatch, strange: object) -> None:
    with pytest.raises(InvalidInputError, match="movie_id must be a whole number"):
        service.movie(strange)  # type: ignore[arg-type]


def test_a_member_is_named_once_however_the_id_is_written() -> None:
    with pytest.raises(InvalidInputError, match="in the group twice"):
        GroupRequest([ProfileRequest(np.float64(1)), ProfileRequest(1)])


def test_every_answer_is_json(service: CineMatch) -> None:
    user, film, n = np.int64(1), np.int32(20), np.int16(3)
    wish = Reranking(diversity=np.float32(0.2), popularity=np.float64(-0.2))
    answers = [
        service.dataset_view(),
        service.movie(film),
        service.search("film", limit=n, offset=np.int64(1)),
        *service.similar(film, n=n),
        *service.similar(film, algorithm="item_knn", n=n),
        *service.models(),
        service.model_memory(),
        service.hybrid_weights(np.int64(3)),
        service.taste(user),
        service.taste(ratings=RATED),
        *service.user_ratings(user, limit=n),
        *service.users(keep=[user]),
        service.recommend(user_id=user, n=n, wish=wish),
        *service.compare(ratings=RATED, n=n).values(),
        service.recommend_group(GroupRequest([ProfileRequest(user), ProfileRequest(ratings=RATED)], n=n)),
        *(service.explain(film, ratings=RATED, algorithm=one.key, counterfactuals=True) for one in service.models()),
        service.explain(film, user_id=user, counterfactuals=True),
        service.wish("svd", wish, n),
    ]
    for answer in answers:
        json.dumps(dataclasses.asdict(answer), allow_nan=False)
    json.dumps([service.overview(), service.genre_pairs(), service.genre_names(), service.year_span()])
    json.dumps([service.first_films(), service.user_named("1"), service.film_links(["10"])])


def test_pandas_waits_until_a_table_is_wanted() -> None:
    script = "import sys, core.utils, core.service, core.data.frames; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
