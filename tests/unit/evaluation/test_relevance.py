"""Lists are judged by what was liked and by all that was rated, and say where liking begins."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.data.scale import Scale
from core.data.splits import Split
from core.errors import DataError, InvalidInputError
from core.evaluation.benchmark import evaluate
from core.evaluation.measure import Measured, judge_lists, measure_ranking, predicted_below
from core.evaluation.protocols import Protocol
from core.evaluation.relevance import check_relevance, metric_name, relevance_of, scale_of
from core.evaluation.runs import EvaluationRun
from core.recommenders.popularity import Popularity
from core.testing.toy import toy_dataset, toy_movies

PROTOCOL = Protocol(k=(4,))


@pytest.fixture(scope="module")
def data() -> Dataset:
    return toy_dataset()


def _split(test_ratings: list[float], *, highest: float = 5.0) -> Split:
    """User 0 has held-out movies 0, 1, 2 ...; user 1 none that was liked."""
    train = Dataset.from_interactions([1, 2, 2], [60, 60, 50], [highest, 3, 1], None, toy_movies(6))
    count = len(test_ratings)
    return Split(
        train,
        np.array([0] * count + [1], dtype=np.int32),
        np.array([*range(count), 0], dtype=np.int32),
        np.array([*test_ratings, 1.0], dtype=np.float32),
    )


def _judged(lists: list[list[int]], split: Split, **changes: Any) -> Measured:
    protocol = replace(PROTOCOL, **changes)
    return judge_lists(np.array(lists, dtype=np.int32), np.array([0, 1], dtype=np.int32), split, protocol)


def test_one_list_two_judgements() -> None:
    # Of user 0's list movie 0 was loved, 1 hated, 2 found fair and 4 never rated.
    split = _split([5.0, 1.0, 3.0, 4.0])
    found = _judged([[1, 0, 2, 4], [0, 1, 2, 3]], split)
    of_user = {name: statistic.numerators[0] for name, statistic in found.statistics.items()}
    assert of_user["rated_recall@4"] == pytest.approx(3 / 4)
    assert of_user["liked_recall@4"] == pytest.approx(1 / 2)
    assert of_user["liked_ndcg@4"] == pytest.approx((1 / np.log2(3)) / (1 + 1 / np.log2(3)))
    assert (of_user["liked@4"], of_user["disliked@4"]) == (1, 1)
    discounts = 1 / np.log2(np.arange(2, 6))
    gained, ideal = np.array([1, 31, 7, 0]) @ discounts, np.array([31, 15, 7, 1]) @ discounts
    assert of_user["graded_ndcg@4"] == pytest.approx(gained / ideal)
    # User 1 liked nothing: no value among the liked, but a list with a disliked film.
    assert found.statistics["liked_ndcg@4"].denominators.tolist() == [1, 0]
    assert found.statistics["rated_ndcg@4"].denominators.tolist() == [1, 1]
    assert found.statistics["disliked@4"].value == 1
    assert found.details["relevance"] == {"liked_from": 4.0, "disliked_below": 3.0, "highest": 5.0}


def test_where_liking_begins() -> None:
    assert scale_of(_split([5.0])) == Scale(4.0, 3.0, 5.0) == Scale.of(_split([]).train)
    four = _split([4.0, 3.5, 3.0], highest=4.0)
    assert scale_of(four) == Scale(3.5, 2.5, 4.0)
    assert _judged([[0, 1, 2, 3], [1, 2, 3, 4]], four).statistics["liked@4"].numerators.tolist() == [2, 0]
    # The highest rating may be among the held-out ones.
    assert scale_of(_split([5.0], highest=4.0)).highest == 5
    assert scale_of(_split([5.0]), 4.5) == Scale(4.5, 3.0, 5.0)
    assert "4.5 stars" in Protocol(liked_from=4.5).sentence()
    with pytest.raises(InvalidInputError, match="Liking begins"):
        Protocol(liked_from=7)


def test_everything_is_liked_where_all_ratings_are_alike(data: Dataset) -> None:
    users = data.rating_users()
    films = data.movies.ids[data.user_items]
    watched = Dataset.from_interactions(users, films, np.ones(len(users)), None, data.movies)
    split = next(Protocol().splits(watched))
    model = Popularity().fit(split.train)
    found = measure_ranking(model, split, Protocol(), lambda _share, _text: None).statistics
    assert found["liked_ndcg@10"].value == found["rated_ndcg@10"].value == found["graded_ndcg@10"].value
    assert found["disliked@10"].value == 0


def test_listed_films_below_the_profiles_mean(data: Dataset) -> None:
    class Told(Popularity):
        def _predict(self, profile: Profile, items: np.ndarray) -> np.ndarray:
            return np.array([2.9, 3.1, 3.0, np.nan], dtype=np.float32)[: len(items)]

    model = Told().fit(data)
    profile = Profile.of([0, 1], [2.0, 4.0])
    assert predicted_below(model, profile, np.arange(4, dtype=np.int32)) == pytest.approx(1 / 3)
    assert np.isnan(predicted_below(model, Profile.empty(), np.arange(4, dtype=np.int32)))
    split = next(PROTOCOL.splits(data))
    found = measure_ranking(Popularity().fit(split.train), split, PROTOCOL, lambda _share, _text: None)
    assert 0 <= found.statistics["below_mean@4"].value <= 1


def test_names_tell_the_relevance() -> None:
    assert metric_name("ndcg", "liked", 10) == "liked_ndcg@10"
    assert relevance_of("liked_ndcg@10") == "liked"
    assert relevance_of("rated_hit_rate@5") == "rated"
    assert [relevance_of(name) for name in ("rmse", "liked@10", "graded_ndcg@10")] == [None] * 3
    assert check_relevance("rated") == "rated"
    with pytest.raises(InvalidInputError, match="liked or rated"):
        check_relevance("loved")


def test_a_run_holds_both_and_leads_with_the_liked(data: Dataset) -> None:
    run = evaluate(data, ["popularity"], "ranking")
    assert run.relevances == ["liked", "rated"]
    assert run.primary_of("rated") == ["rated_ndcg@10", "rated_recall@20"]
    metrics = run.algorithms["popularity"].metrics
    assert metrics["liked@10"].value + metrics["disliked@10"].value <= 10 * metrics["rated_precision@10"].value + 1e-9
    assert metrics["rated_ndcg@10"].value != metrics["liked_ndcg@10"].value
    assert evaluate(data, ["popularity"], "ratings").relevances == []


def _former(run: EvaluationRun, least: float | None) -> dict[str, Any]:
    """Return a run as the format before kept it."""
    document = run.to_dict()
    del document["protocol"]["liked_from"]
    document |= {"format_version": 1, "primary": ["ndcg@10", "recall@20"]}
    document["protocol"]["relevance"] = least
    document["leaders"] = {"ndcg@10": ["popularity"], "recall@20": ["popularity"]}
    prefix = "rated_" if least is None else "liked_"
    for result in document["algorithms"].values():
        for part in ("metrics", "per_split"):
            result[part] = {
                name.removeprefix(prefix): value
                for name, value in result[part].items()
                if name.startswith((prefix, "coverage"))
            }
    return document


@pytest.mark.parametrize(("least", "relevance"), [(None, "rated"), (4.5, "liked")])
def test_runs_of_the_format_before_are_read_by_their_relevance(
    data: Dataset, least: float | None, relevance: str
) -> None:
    run = evaluate(data, ["popularity"], Protocol(liked_from=least))
    read = EvaluationRun.from_json(json.dumps(_former(run, least)))
    assert read.relevances == [relevance]
    assert read.primary == [f"{relevance}_ndcg@10", f"{relevance}_recall@20"]
    assert read.leaders[f"{relevance}_ndcg@10"] == ["popularity"]
    name = f"{relevance}_ndcg@10"
    assert read.algorithms["popularity"].metrics[name] == run.algorithms["popularity"].metrics[name]
    assert "coverage@10" in read.algorithms["popularity"].metrics
    assert Protocol.from_dict(read.protocol).liked_from == least
    assert read.table()[0]["algorithm"] == "popularity"
    broken = _former(run, least)
    del broken["leaders"]
    with pytest.raises(DataError, match="not complete"):
        EvaluationRun.from_dict(broken)
