"""Runs person by person: what is kept, cohorts, trade-offs, one run against another."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.data.dataset import Dataset
from core.errors import DataError, InvalidInputError
from core.evaluation import EvaluationRun, RunStore, evaluate
from core.evaluation.cohorts import LEAST_PEOPLE, cohort_table, cohorts_of
from core.evaluation.people import People
from core.evaluation.runs import AlgorithmResult, MetricValue
from core.evaluation.tradeoffs import trade_off, trade_off_metrics
from core.evaluation.versus import versus
from core.testing.toy import toy_dataset


@pytest.fixture(scope="module")
def data() -> Dataset:
    return toy_dataset()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> RunStore:
    return RunStore(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def ranking(data: Dataset, store: RunStore) -> EvaluationRun:
    return evaluate(data, ["popularity", "content"], "ranking", cache_dir=store.directory.parent)


@pytest.fixture(scope="module")
def ratings(data: Dataset, store: RunStore) -> EvaluationRun:
    return evaluate(data, ["popularity", "content"], "ratings", folds=2, cache_dir=store.directory.parent)


def _people(store: RunStore, run: EvaluationRun) -> People:
    found = store.people(run.run_id)
    assert found is not None
    return found


def test_the_people_of_a_run_add_up_to_its_metrics(
    store: RunStore, ranking: EvaluationRun, ratings: EvaluationRun
) -> None:
    for run in (ranking, ratings):
        people = _people(store, run)
        for key, result in run.algorithms.items():
            for metric in people.values[key]:
                assert people.statistic(key, metric).value == pytest.approx(
                    result.metrics[metric].value, rel=1e-4, nan_ok=True
                )


def test_people_come_back_as_a_frame_and_damaged_ones_do_not(
    data: Dataset, store: RunStore, ranking: EvaluationRun, tmp_path: Path
) -> None:
    frame = _people(store, ranking).to_frame(data.user_ids)
    assert list(frame.columns) == ["user_id", "algorithm", "metric", "value"]
    assert set(frame["algorithm"]) == {"popularity", "content"}
    assert frame["value"].notna().all()
    with pytest.raises(DataError, match="cannot be read"):
        People.from_bytes(b"no archive")
    assert RunStore(tmp_path).people(ranking.run_id) is None


def test_cohorts_cover_everybody_once(data: Dataset) -> None:
    users = np.arange(data.n_users, dtype=np.int32)
    for kind in ("length", "rarity", "era", "genre"):
        groups = cohorts_of(data, users, kind)
        assert len(groups) > 1
        assert (np.sum(list(groups.values()), axis=0) <= 1).all()
    lengths = cohorts_of(data, users, "length")
    assert np.sum(list(lengths.values()), axis=0).all()
    with pytest.raises(InvalidInputError, match="by length, rarity, era, genre"):
        cohorts_of(data, users, "shoe size")  # type: ignore[arg-type]


def test_a_cohort_of_ratings_is_the_root_over_its_ratings(
    data: Dataset, store: RunStore, ratings: EvaluationRun
) -> None:
    people = _people(store, ratings)
    table = cohort_table(people, data, "rmse", "length", ["content"])
    assert table.everybody.values["content"].value == pytest.approx(
        ratings.algorithms["content"].metrics["rmse"].value, rel=1e-4
    )
    groups = cohorts_of(data, people.users, "length")
    for cohort in table.cohorts:
        assert cohort.people >= LEAST_PEOPLE
        among = groups[cohort.name]
        squared = people.values["content"]["rmse"][among].astype(np.float64) ** 2 * people.asked[among]
        spread = cohort.values["content"]
        assert spread.value == pytest.approx(np.sqrt(squared.sum() / people.asked[among].sum()), rel=1e-6)
        assert spread.low is not None
        assert spread.high is not None
        assert spread.low <= spread.value <= spread.high
    assert len(table.distribution["content"]) == len(people.users)
    with pytest.raises(InvalidInputError, match="person by person"):
        cohort_table(people, data, "gini@10", "length", ["content"])


def _result(key: str, quality: float, megabytes: float, seconds: float) -> AlgorithmResult:
    metrics = {"liked_ndcg@10": MetricValue(quality, quality - 0.1, quality + 0.1)}
    return AlgorithmResult(key, key.upper(), {}, metrics, {}, {}, 1.0, seconds, 10, megabytes)


def test_nobody_on_the_front_is_dominated(ranking: EvaluationRun) -> None:
    results = [_result("a", 0.5, 10, 1), _result("b", 0.4, 2, 1), _result("c", 0.4, 5, 1), _result("d", 0.1, 1, 1)]
    run = replace(ranking, algorithms={one.key: one for one in results}, primary=["liked_ndcg@10"])
    assert trade_off_metrics(run) == ["liked_ndcg@10", "ask_ms", "model_mb", "fit_seconds"]
    found = trade_off(run, "model_mb", "liked_ndcg@10")
    assert [(point.key, point.best) for point in found.points] == [
        ("d", True),
        ("b", True),
        ("c", False),
        ("a", True),
    ]
    assert found.points[0].y.low == pytest.approx(0.0)
    assert run.algorithms["a"].measured["ask_ms"].value == pytest.approx(100)


def test_a_run_tells_its_costs(ranking: EvaluationRun) -> None:
    for result in ranking.algorithms.values():
        assert result.people > 0
        assert result.measured["model_mb"].value > 0
        assert result.measured["ask_ms"].value > 0


def test_two_algorithms_differ_person_by_person(data: Dataset, store: RunStore, ranking: EvaluationRun) -> None:
    people = _people(store, ranking)
    found = versus(data, (people, "popularity"), (people, "content"), "rated_ndcg@10")
    values = {key: ranking.algorithms[key].metrics["rated_ndcg@10"].value for key in ("popularity", "content")}
    assert found.difference.value == pytest.approx(values["content"] - values["popularity"], rel=1e-4)
    assert found.people == len(found.points)
    assert found.better + found.worse <= found.people
    sizes = [abs(person.difference) for person in found.most]
    assert sizes == sorted(sizes, reverse=True)
    assert {person.user_id for person in found.most} <= set(data.user_ids.tolist())
    same = versus(data, (people, "content"), (people, "content"), "rated_ndcg@10")
    assert (same.difference.value, same.better, same.worse, same.most) == (0.0, 0, 0, [])
    with pytest.raises(InvalidInputError, match="in both"):
        versus(data, (people, "popularity"), (people, "content"), "rmse")
