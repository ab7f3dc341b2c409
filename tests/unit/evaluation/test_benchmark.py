"""Runs: what is fitted on what, what is stored, what can be repeated."""

import json
import math
from copy import copy
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from core.data.dataset import Dataset
from core.errors import ConfigurationError, DataError, InvalidInputError, UnknownIdError
from core.evaluation import EvaluationRun, Protocol, RunStore, evaluate, manifest, measure_for_manifest
from core.evaluation import benchmark as under_test
from core.recommenders import registry
from core.recommenders.popularity import Popularity
from core.testing.toy import checkerboard, toy_dataset


class Recalling(Popularity):
    """An ensemble of popularity that remembers what it was fitted on."""

    key = "recalling"
    title = "Recalling"
    member_keys = ("popularity",)
    fitted_on: ClassVar[list[tuple[int, bool]]] = []

    def _fit(self, dataset: Dataset, progress: Any) -> Any:
        member = self.members["popularity"]
        Recalling.fitted_on.append((dataset.n_ratings, member.dataset is dataset))
        return super()._fit(dataset, progress)


class Mute(Popularity):
    """Knows nothing of the thirty most popular movies."""

    key = "mute"

    def _score(self, profile: Any) -> Any:
        scores = super()._score(profile)
        scores[:30] = np.nan
        return scores

    def _predict(self, profile: Any, items: Any) -> Any:
        return np.where(items < 30, np.nan, super()._predict(profile, items)).astype(np.float32)


class Leaning(Popularity):
    """Orders backwards where it is to go by what was watched lately."""

    key = "leaning"
    title = "Leaning"
    loves = True
    backwards = False

    def ordered(self, love: float | None = None, lately: float | None = None) -> "Leaning":
        changed = copy(self)
        changed.backwards = lately == 1
        return changed

    def _score(self, profile: Any) -> Any:
        return -super()._score(profile) if self.backwards else super()._score(profile)


@pytest.fixture
def classes(monkeypatch: pytest.MonkeyPatch) -> None:
    table = {"popularity": Popularity, "recalling": Recalling, "mute": Mute, "leaning": Leaning}
    Recalling.fitted_on.clear()
    for module in (registry, under_test, manifest):
        monkeypatch.setattr(module, "recommender_class", lambda key: table[key])


@pytest.fixture(scope="module")
def data() -> Dataset:
    return toy_dataset()


def test_ratings_run(data: Dataset) -> None:
    run = evaluate(data, ["popularity"], "ratings", folds=4, seed=3)
    result = run.algorithms["popularity"]
    assert len(run.splits) == 4
    assert sum(split["test_ratings"] for split in run.splits) == data.n_ratings
    assert len(result.per_split["rmse"]) == 4
    low, high = result.metrics["rmse"].low, result.metrics["rmse"].high
    assert low is not None
    assert high is not None
    assert low < result.metrics["rmse"].value < high
    assert result.metrics["rmse"].value == pytest.approx(np.mean(result.per_split["rmse"]), abs=5e-3)
    assert result.metrics["predictable"].value == 1
    assert result.config == {"shrinkage": 10.0}
    assert "seed 3" in run.summary


def test_rmse_is_that_of_the_predictions(data: Dataset) -> None:
    run = evaluate(data, ["popularity"], "ratings", folds=1)
    split = next(Protocol.named("ratings", folds=1).splits(data))
    model = Popularity().fit(split.train)
    errors = [
        model.predict(split.train.profile(user), [item])[0] - stars
        for user, item, stars in zip(
            split.test_users.tolist(), split.test_items.tolist(), split.test_ratings.tolist(), strict=True
        )
    ]
    assert run.algorithms["popularity"].metrics["rmse"].value == pytest.approx(
        float(np.sqrt(np.mean(np.square(errors))))
    )


def test_ranking_run_is_what_recommend_lists(data: Dataset) -> None:
    run = evaluate(data, ["popularity"], "ranking", k=(5, 10))
    split = next(Protocol.named("ranking").splits(data))
    model = Popularity().fit(split.train)
    hits = []
    for user in np.unique(split.test_users).tolist():
        listed = model.recommend(split.train.profile(user), n=5).items
        hits.append(np.isin(listed, split.test_items[split.test_users == user]).sum() / 5)
    assert run.algorithms["popularity"].metrics["rated_precision@5"].value == pytest.approx(np.mean(hits))
    assert run.primary == ["liked_ndcg@5", "liked_recall@10", "rated_ndcg@5", "rated_recall@10"]


def test_relevance_threshold_and_user_limit(data: Dataset) -> None:
    strict = evaluate(data, ["popularity"], Protocol(k=(5,), liked_from=4.5, max_users=20))
    assert strict.protocol["liked_from"] == 4.5
    metrics = strict.algorithms["popularity"].metrics
    assert metrics["liked@5"].value < 5 * metrics["rated_precision@5"].value
    split = next(Protocol().splits(data))
    liking = np.unique(split.test_users[split.test_ratings >= 4.5])
    at_least = evaluate(data, ["popularity"], Protocol(k=(60,), liked_from=4.5)).algorithms["popularity"].metrics
    # Everybody who gave 4.5 or more, in lists that hold the whole catalogue; nobody else has a value.
    found = np.isin(split.test_users, liking) & (split.test_ratings >= 4.5)
    assert at_least["liked_precision@60"].value == pytest.approx(found.sum() / len(liking) / 60)
    assert "4.5 stars" in strict.summary
    assert "20 test users" in strict.summary


@pytest.mark.parametrize("split", ["random", "leave-last", "temporal", "folds"])
@pytest.mark.parametrize("kind", ["ratings", "ranking"])
def test_every_split_serves_both_kinds(data: Dataset, split: Any, kind: Any) -> None:
    run = evaluate(data, ["popularity"], Protocol(kind=kind, split=split, folds=2))
    assert math.isfinite(run.algorithms["popularity"].metrics[run.primary[0]].value)
    assert Protocol.from_dict(run.protocol) == Protocol(kind=kind, split=split, folds=2)


@pytest.mark.usefixtures("classes")
def test_members_are_fitted_once_on_the_training_part_and_shared(data: Dataset) -> None:
    run = evaluate(data, ["recalling"], "ratings", folds=3)
    assert list(run.algorithms) == ["recalling"]
    assert [same for _, same in Recalling.fitted_on] == [True] * 3
    assert [count for count, _ in Recalling.fitted_on] == [split["train_ratings"] for split in run.splits]


@pytest.mark.usefixtures("classes")
def test_what_a_model_cannot_say_is_counted(data: Dataset) -> None:
    run = evaluate(data, ["popularity", "mute"], "ratings", folds=2)
    mute = run.algorithms["mute"].metrics
    assert 0 < mute["predictable"].value < 1
    assert math.isfinite(mute["rmse"].value)
    ranking = evaluate(data, ["mute"], Protocol(k=(31,))).algorithms["mute"].metrics
    assert ranking["served@31"].value == 0
    assert ranking["coverage@31"].value <= 0.5


@pytest.mark.usefixtures("classes")
def test_by_time_the_order_after_the_last_films_is_measured_beside_the_usual_one(data: Dataset) -> None:
    told: list[float] = []
    run = evaluate(data, ["leaning", "popularity"], "next", progress=lambda done, _: told.append(done))
    assert told == sorted(told)
    assert list(run.algorithms) == ["leaning", "popularity", "leaning:lately=1"]
    assert run.asked == ["leaning", "popularity"]
    usual, lately = run.algorithms["leaning"], run.algorithms["leaning:lately=1"]
    assert (lately.title, lately.config["lately"], lately.people) == ("Leaning, lately", 1.0, usual.people)
    assert lately.metrics["rated_ndcg@10"].value != usual.metrics["rated_ndcg@10"].value
    assert any({pair.first, pair.second} == {"leaning", "leaning:lately=1"} for pair in run.comparisons)
    assert EvaluationRun.from_json(run.to_json()).asked == run.asked
    assert list(evaluate(data, ["leaning"], "ranking").algorithms) == ["leaning"]


@pytest.mark.usefixtures("classes")
def test_ties_inside_the_noise_are_named(data: Dataset) -> None:
    run = evaluate(data, ["popularity", "recalling", "mute"], "ranking")
    assert set(run.leaders["liked_ndcg@10"]) == {"popularity", "recalling"}
    assert {
        (pair.first, pair.second) for pair in run.comparisons if pair.metric == "liked_ndcg@10" and pair.significant
    } == {
        ("popularity", "mute"),
        ("recalling", "mute"),
    }


def test_perfect_lists_score_one() -> None:
    """In the checkerboard every user's missing movies are the ones held out; colour-blind lists find few."""
    board = checkerboard(30)
    run = evaluate(board, ["popularity"], "ranking", k=(3,))
    assert 0 <= run.algorithms["popularity"].metrics["rated_recall@3"].value < 1


def test_run_round_trips_through_json(data: Dataset) -> None:
    run = evaluate(data, ["popularity"], "ratings", folds=2)
    assert EvaluationRun.from_json(run.to_json()) == run
    assert json.loads(run.to_json())["algorithms"]["popularity"]["metrics"]["rmse"]["value"] > 0
    with pytest.raises(DataError, match="Measure again"):
        EvaluationRun.from_json("{")
    with pytest.raises(DataError, match="not an evaluation run"):
        EvaluationRun.from_json("[]")
    broken = run.to_dict()
    del broken["splits"]
    with pytest.raises(DataError, match="not complete"):
        EvaluationRun.from_dict(broken)


def test_same_request_returns_the_stored_run(data: Dataset, tmp_path: Path) -> None:
    steps: list[str] = []
    first = evaluate(data, ["popularity"], "ranking", cache_dir=tmp_path, progress=lambda _, text: steps.append(text))
    assert steps
    steps.clear()
    again = evaluate(data, ["popularity"], "ranking", cache_dir=tmp_path, progress=lambda _, text: steps.append(text))
    assert again == first
    assert not steps
    redone = evaluate(data, ["popularity"], "ranking", cache_dir=tmp_path, recompute=True)
    assert redone.algorithms["popularity"].metrics == first.algorithms["popularity"].metrics
    assert redone.run_id == first.run_id


def test_other_requests_are_other_runs(data: Dataset, tmp_path: Path) -> None:
    ids = {
        evaluate(data, ["popularity"], "ranking", cache_dir=tmp_path).run_id,
        evaluate(data, ["popularity"], "ranking", seed=43, cache_dir=tmp_path).run_id,
        evaluate(data, ["popularity"], "ratings", folds=2, cache_dir=tmp_path).run_id,
        evaluate(
            data, ["popularity"], "ranking", configs={"popularity": {"shrinkage": 3}}, cache_dir=tmp_path
        ).run_id,
        evaluate(toy_dataset(seed=8), ["popularity"], "ranking", cache_dir=tmp_path).run_id,
    }
    assert len(ids) == 5
    store = RunStore(tmp_path)
    assert {summary.run_id for summary in store.list()} == ids


def test_store_survives_damage_and_compares(data: Dataset, tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    assert store.list() == []
    first = evaluate(data, ["popularity"], "ratings", folds=2, cache_dir=tmp_path)
    second = evaluate(
        data, ["popularity"], "ratings", folds=2, configs={"popularity": {"shrinkage": 500}}, cache_dir=tmp_path
    )
    comparison = store.compare(first.run_id, second.run_id[:10])
    assert comparison["same_data"]
    assert comparison["same_protocol"]
    (row,) = [row for row in comparison["rows"] if row["metric"] == "rmse"]
    assert row["difference"] == pytest.approx(row["second"] - row["first"])
    assert row["difference"] != 0
    (store.directory / f"{first.run_id}.json").write_text("{}", encoding="utf-8")
    assert store.find(first.run_id) is None
    assert [summary.run_id for summary in store.list()] == [second.run_id]
    with pytest.raises(UnknownIdError, match="no stored run"):
        store.load("zz")
    assert not list(store.directory.glob("*.tmp"))


def test_progress_rises_and_its_exception_stops_the_run(data: Dataset, tmp_path: Path) -> None:
    shares: list[float] = []
    evaluate(data, ["popularity"], "ratings", folds=3, progress=lambda share, _: shares.append(share))
    assert shares == sorted(shares)
    assert shares[-1] == 1

    class StopError(Exception):
        pass

    def stop(share: float, text: str) -> None:
        if share > 0.5:
            raise StopError(text)

    with pytest.raises(StopError):
        evaluate(data, ["popularity"], "ratings", folds=3, progress=stop, cache_dir=tmp_path)
    assert RunStore(tmp_path).list() == []


def test_wrong_requests_are_refused(data: Dataset) -> None:
    with pytest.raises(UnknownIdError):
        evaluate(data, ["oracle"])
    with pytest.raises(InvalidInputError):
        evaluate(data, [])
    with pytest.raises(InvalidInputError):
        evaluate(data, ["popularity"], "guessing")
    with pytest.raises(InvalidInputError):
        evaluate(data, ["popularity"], "ranking", k=(0,))
    with pytest.raises(InvalidInputError):
        Protocol(split="odd")  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError):
        evaluate(data, ["popularity"], configs={"popularity": {"shrinkage": -1}})
    with pytest.raises(InvalidInputError, match="do not run"):
        evaluate(data, ["popularity"], configs={"svd": {}})


@pytest.mark.usefixtures("classes")
def test_manifest_metrics_come_from_one_fit_on_held_out_data(data: Dataset) -> None:
    found = measure_for_manifest(data, ["recalling"])
    assert list(found) == ["recalling"]
    metrics = found["recalling"]
    assert len(Recalling.fitted_on) == 1
    assert Recalling.fitted_on[0][0] == metrics["split"]["train_ratings"] < data.n_ratings
    assert {"rmse", "mae", "liked_ndcg@10", "liked_recall@20", "liked_precision@10", "coverage@10"} <= set(
        metrics["values"]
    )
    assert "seed 42" in metrics["how"]
    ranking = evaluate(data, ["recalling"], "ranking").algorithms["recalling"].metrics
    assert metrics["values"]["liked_ndcg@10"] == pytest.approx(ranking["liked_ndcg@10"].value, abs=1e-6)
    json.dumps(found, allow_nan=False)


@pytest.mark.usefixtures("classes")
def test_large_data_sets_are_measured_on_a_named_sample_of_their_users(data: Dataset) -> None:
    found = measure_for_manifest(data, ["recalling"], sample_above=data.n_ratings - 1, sample_ratings=200)
    metrics = found["recalling"]
    sample = metrics["sample"]
    assert 0 < sample["ratings"] <= 200
    assert sample["seed"] == 42
    assert metrics["split"]["train_ratings"] + metrics["split"]["test_ratings"] == sample["ratings"]
    assert f"{sample['users']} randomly drawn users ({sample['ratings']} of {data.n_ratings:,}" in metrics["how"]
    assert f"{sample['users']} randomly drawn users" in metrics["wishes"]["how"]
    assert measure_for_manifest(data, ["recalling"])["recalling"]["sample"] is None
    json.dumps(found, allow_nan=False)


@pytest.mark.usefixtures("classes")
def test_what_a_manifest_says_can_be_looked_up_as_a_run(data: Dataset, tmp_path: Path) -> None:
    found = measure_for_manifest(data, ["recalling", "popularity"], cache_dir=tmp_path)
    store = RunStore(tmp_path)
    runs = [store.load(summary.run_id) for summary in store.list()]
    assert {run.protocol["kind"] for run in runs} == {"ranking", "ratings"}
    for run in runs:
        assert run.splits == [found["recalling"]["split"]]
        assert run.comparisons
        for key, metrics in found.items():
            for name, value in run.algorithms[key].metrics.items():
                assert metrics["values"].get(name, value.value) == pytest.approx(value.value, abs=1e-6, nan_ok=True)
    fits = len(Recalling.fitted_on)
    again = evaluate(data, ["recalling", "popularity"], "ranking", cache_dir=tmp_path)
    assert again.run_id in {run.run_id for run in runs}
    assert len(Recalling.fitted_on) == fits


@pytest.mark.usefixtures("classes")
def test_a_sample_is_no_run_of_the_data_set(data: Dataset, tmp_path: Path) -> None:
    measure_for_manifest(data, ["recalling"], sample_above=data.n_ratings - 1, sample_ratings=200, cache_dir=tmp_path)
    assert not RunStore(tmp_path).list()


@pytest.mark.parametrize(
    "run_id", ["../secret", "../runs/known", "/etc/passwd", "", ".", "known.json", "a" * 300, None]
)
def test_a_run_is_found_by_its_id_and_by_no_path(tmp_path: Path, run_id: Any) -> None:
    store = RunStore(tmp_path / "cache")
    store.directory.mkdir(parents=True)
    for place in (tmp_path / "cache" / "secret.json", store.directory / "known.json"):
        place.write_text('{"format_version": 2}')
    touched = []
    store._read = touched.append  # type: ignore[method-assign, assignment]
    assert store.find(run_id) is None
    assert not touched
