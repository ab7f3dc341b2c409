"""Training and lists on a standalone cluster of Spark: a master and two workers as processes of their own."""

import json
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from pyspark.sql import SparkSession

from core.cli import main
from core.data.dataset import Dataset
from core.data.parquet import export_parquet
from core.errors import DataError
from core.recommenders.base import Recommender
from core.recommenders.parts.biases import fit_baseline as fit_baseline_here
from core.recommenders.registry import recommender_class
from core.spark.baseline import Movies, fit_baseline
from core.spark.ratings import SparkRatings, from_dataset, from_parquet
from core.spark.session import spark_session
from core.spark.training import fit
from core.store.artifact import get_model_metadata, verify_model
from core.store.loader import load_model
from core.testing.toy import toy_dataset
from tests.integration import slow_tasks
from tests.integration.spark_cluster import QUICK_JVM, SparkCluster
from tests.servers import wait_for

pytestmark = [
    pytest.mark.integration,
    # It says so wherever a function is handed arrow tables; no frame of pandas is.
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
]
SMALL = {
    "spark.executor.memory": "480m",
    "spark.driver.memory": "512m",
    "spark.executor.extraJavaOptions": " ".join(QUICK_JVM),
    "spark.driver.extraJavaOptions": " ".join(QUICK_JVM),
    # One block of users for each executor, and no Java that is written and compiled for each plan.
    "spark.default.parallelism": "1",
    # What happens within a tenth of a second of something else is told at the next heartbeat otherwise.
    "spark.ui.liveUpdate.period": "0",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}


@pytest.fixture(scope="module")
def data() -> Dataset:
    return toy_dataset(150, 90)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkCluster]:
    with SparkCluster(tmp_path_factory.mktemp("spark")) as running:
        yield running


@pytest.fixture(scope="module")
def exported(data: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("exported") / "all [of] them, 100%"
    export_parquet(data, str(place), ratings_per_file=2_000)
    return place


def _check_neighbours(here: Mapping[str, np.ndarray], there: Mapping[str, np.ndarray]) -> None:
    for name in ("watched_indptr", "watched_indices", "watched_values", "rated_items", "rated_values"):
        assert np.array_equal(here[name], there[name]), name


def _error(model: Recommender, data: Dataset) -> float:
    """Mean absolute error over the ratings that the model knows."""
    profiles = [data.profile(user) for user in range(data.n_users)]
    return float(np.mean([np.abs(model.predict(one, one.items) - one.ratings).mean() for one in profiles]))


def _run(capsys: pytest.CaptureFixture[str], *words: str) -> dict:
    with pytest.raises(SystemExit) as ended:
        main([*words, "--json"])
    captured = capsys.readouterr()
    assert ended.value.code == 0, captured.err
    return json.loads(captured.out)


def _installed(data: Dataset, place: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    data.save(place / "data" / data.name)
    monkeypatch.setenv("CINEMATCH_DATASET", data.name)
    monkeypatch.setenv("CINEMATCH_DATA_DIR", str(place / "data"))
    monkeypatch.setenv("CINEMATCH_MODELS_DIR", str(place / "models"))
    return Dataset.open(place / "data" / data.name)


def _on(cluster: SparkCluster, exported: Path) -> list[str]:
    conf = [word for name, value in SMALL.items() for word in ("--spark-conf", f"{name}={value}")]
    return ["--engine", "spark", "--master", cluster.master, "--parquet", str(exported), *conf]


@pytest.fixture(scope="module")
def spark(cluster: SparkCluster) -> Iterator[SparkSession]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_LAUNCHER_OPTS", " ".join(QUICK_JVM))
        with spark_session(cluster.master, SMALL) as session:
            yield session


@pytest.fixture(scope="module")
def ratings(spark: SparkSession, exported: Path, data: Dataset) -> SparkRatings:
    """What fsspec opens in the executors; the command line's tests read by Spark itself."""
    return from_parquet(spark, f"local://{exported}", data)


@pytest.fixture(scope="module")
def movies(ratings: SparkRatings) -> Movies:
    return fit_baseline(ratings)


def _here(key: str, data: Dataset) -> Recommender:
    return recommender_class(key)().fit(data)


def test_every_rating_arrives_in_blocks_of_users(ratings, data):
    blocks = ratings.blocks.collect()
    assert [block.first_user for block in blocks] == [0, 75]
    assert np.array_equal(np.concatenate([block.user_items for block in blocks]), data.user_items)
    assert np.array_equal(np.concatenate([block.user_ratings for block in blocks]), data.user_ratings)
    assert np.array_equal(np.concatenate([block.user_times for block in blocks]), data.user_times)
    assert np.array_equal(np.concatenate([block.user_ids for block in blocks]), data.user_ids)


def test_the_baseline_is_that_of_one_machine(movies, data):
    here = fit_baseline_here(data).baseline
    np.testing.assert_allclose(movies.baseline.item_bias, here.item_bias, atol=1e-6)
    np.testing.assert_allclose(movies.baseline.features, here.features, atol=1e-5)
    np.testing.assert_allclose(movies.baseline.effects, here.effects, atol=1e-5)


@pytest.mark.parametrize("key", ["ease", "slist"])
def test_weights_are_those_of_one_machine(key, ratings, movies, data):
    here, there = _here(key, data), fit(key, ratings, movies)
    for user in range(0, data.n_users, 10):
        profile = data.profile(user)
        np.testing.assert_allclose(there.score(profile), here.score(profile), rtol=1e-3, atol=2e-4)


def test_least_squares_order_films_much_like_ours(ratings, movies, data, monkeypatch):
    monkeypatch.setattr("core.spark.factors._IMPLICIT_SWEEPS", 2)
    here, there = _here("als", data), fit("als", ratings, movies)
    assert {name: (array.dtype, array.shape) for name, array in there.arrays.items()} == {
        name: (array.dtype, array.shape) for name, array in here.arrays.items()
    }
    rated = data.movie_counts > 0
    alike = [
        np.corrcoef(here.score(data.profile(user))[rated], there.score(data.profile(user))[rated])[0, 1]
        for user in range(data.n_users)
    ]
    assert np.mean(alike) > 0.8


def test_directions_of_taste_are_those_of_one_machine(ratings, movies, data, monkeypatch):
    monkeypatch.setattr("core.spark.factors._EXPLICIT_SWEEPS", 2)
    here, there = _here("svd", data), fit("svd", ratings, movies)
    np.testing.assert_allclose(
        there.arrays["watched_directions"][:, :8], here.arrays["watched_directions"][:, :8], atol=2e-3
    )
    np.testing.assert_allclose(there.arrays["watched_damping"], here.arrays["watched_damping"], atol=1e-3)
    errors = {"here": _error(here, data), "there": _error(there, data)}
    assert errors["there"] < 1.15 * errors["here"]


def test_the_cluster_refuses_what_is_no_export_of_these_ratings(spark, exported, data, tmp_path):
    with pytest.raises(DataError, match="no complete export"):
        from_parquet(spark, str(tmp_path), data)
    with pytest.raises(DataError, match="not of"):
        from_parquet(spark, str(exported), toy_dataset(20, 30))
    shutil.copytree(exported, tmp_path / "torn")
    (tmp_path / "torn" / "ratings" / "part-00001.parquet").unlink()
    with pytest.raises(DataError, match=r"holds 1,\d+ ratings and should hold 2,"):
        from_parquet(spark, str(tmp_path / "torn"), data)


def test_a_part_that_the_driver_holds_is_sent_in_the_same_blocks(spark, ratings, data):
    sent = from_dataset(spark, data).blocks.collect()
    for one, other in zip(sent, ratings.blocks.collect(), strict=True):
        assert one.first_user == other.first_user
        assert np.array_equal(one.user_items, other.user_items)
        assert np.array_equal(one.user_indptr, other.user_indptr)


def test_the_command_line_trains_measures_and_lists_for_everybody_on_the_cluster(
    cluster, spark, exported, data, tmp_path, monkeypatch, capsys
):
    opened = _installed(data, tmp_path, monkeypatch)
    told = _run(capsys, "train", "--algorithms", "item_knn", *_on(cluster, exported))
    assert [model["key"] for model in told["models"]] == ["item_knn"]
    assert 0 < told["models"][0]["metrics"]["values"]["rmse"] < 1.5

    stored = tmp_path / "models" / data.name / "item_knn"
    assert verify_model(stored, opened) == []
    assert get_model_metadata(stored)["engine"] == "spark"
    here, there = _here("item_knn", opened).arrays, load_model(stored, opened).arrays
    assert {name: (array.dtype, array.shape) for name, array in there.items()} == {
        name: (array.dtype, array.shape) for name, array in here.items()
    }
    _check_neighbours(here, there)
    # What is there and measured is not fitted again, and no session is asked for.
    again = ("train", "--missing", "--algorithms", "item_knn", "--engine", "spark", "--master", "spark://nobody:1")
    assert _run(capsys, *again)["models"] == []

    words = ["batch", "--algorithm", "item_knn", "-n", "5", "-o"]
    _run(capsys, *words, str(tmp_path / "over there"), *_on(cluster, exported))
    _run(capsys, *words, str(tmp_path / "here"))
    lists = [
        pl.read_parquet(tmp_path / name / "*.parquet").sort("user_id", "rank") for name in ("over there", "here")
    ]
    assert len(lists[0]) == 5 * data.n_users
    assert lists[0].equals(lists[1])
    assert spark.range(3).count() == 3  # a session that was there before is left as it is


def test_an_executor_killed_in_the_middle_of_a_task_is_survived(
    cluster, spark, ratings, movies, data, tmp_path, monkeypatch
):
    monkeypatch.setattr("core.spark.neighbours.rows_per_tile", lambda *_: 24)
    monkeypatch.setattr("core.spark.neighbours._compared", partial(slow_tasks.compared, marks=str(tmp_path)))
    tracker = spark.sparkContext.statusTracker()

    def running() -> int:
        stages = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()]
        return sum(stage.numActiveTasks for stage in stages if stage is not None)

    def kill() -> Path:
        begun = wait_for(lambda: next(tmp_path.glob("*.begun"), None), "a task that is under way", 60, 0.01)
        wait_for(running, "Spark to know of it", 5, 0.01)
        cluster.kill_the_executor_of(int(begun.stem.partition("-")[2]))
        (tmp_path / slow_tasks.KILLED).touch()
        return begun

    with ThreadPoolExecutor(1) as pool:
        killed = pool.submit(kill)
        there = fit("item_knn", ratings, movies).arrays
        begun = killed.result(10)
    assert not begun.with_suffix(".ended").exists()
    tile = begun.stem.partition("-")[0]
    assert [done.stem.partition("-")[0] for done in tmp_path.glob("*.ended")].count(tile) == 1
    _check_neighbours(_here("item_knn", data).arrays, there)
