"""The steps of `benchmarks.scale` that run in a fresh process: ``python -m benchmarks.scale_child TASK RESULT``."""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.cgroup import forget
from benchmarks.scale_process import peak_rss_mb

Task = dict[str, Any]

STEPS: dict[str, Callable[[Task], dict[str, Any]]] = {}


def step(function: Callable[[Task], dict[str, Any]]) -> Callable[[Task], dict[str, Any]]:
    """Make a function callable by its name."""
    STEPS[function.__name__] = function
    return function


def _settings(task: Task) -> Any:
    from core.settings import Settings

    home = Path(task["home"])
    return Settings(dataset="synthetic", data_dir=home / "data", models_dir=home / "models", cache_dir=home / "cache")


def _dataset(task: Task) -> Any:
    from core.data.dataset import Dataset

    return Dataset.open(_settings(task).dataset_dir)


@step
def synth(task: Task) -> dict[str, Any]:
    """Write GroupLens' CSV files."""
    from core.data.synthetic import write_csv

    write_csv(Path(task["csv"]), task["ratings"], 42)
    return {}


@step
def read(task: Task) -> dict[str, Any]:
    """ratings.csv to arrays, nothing else."""
    from core.data.readers.ratings import RatingFile, read_ratings
    from core.data.readers.table import open_table

    columns = read_ratings(RatingFile(open_table(Path(task["csv"]) / "ratings.csv", ","), 0, 1, 2, 3))
    return {"ratings": len(columns)}


@step
def ingest(task: Task) -> dict[str, Any]:
    """All CSV files to a data set on disk, by user and by movie, with aggregates and hashes."""
    from core.data.install import import_path

    data = import_path(Path(task["csv"]), _settings(task), name="synthetic")
    size = sum(file.stat().st_size for file in data.path.iterdir()) / 1e6 if data.path else 0.0
    return {"users": data.n_users, "movies": data.n_movies, "ratings": data.n_ratings, "disk_mb": round(size, 1)}


@step
def warm(_task: Task) -> dict[str, Any]:
    """Compile what is compiled, so that no measured step pays for it."""
    from core.data.synthetic import generate
    from core.recommenders.registry import algorithm_keys, recommender_class, training_order

    data = generate(30_000, 7)
    fitted: dict[str, Any] = {}
    for key in training_order(algorithm_keys()):
        fitted[key] = recommender_class(key)().fit(data, members=fitted)
        fitted[key].recommend(data.profile(0))
    return {}


@step
def train(task: Task) -> dict[str, Any]:
    """Fit one algorithm and store it; members of an ensemble are opened, not fitted again."""
    from core.store.training import train as fit

    data = _dataset(task)
    key = task["key"]
    (report,) = [report for report in fit(data, [key], _settings(task).dataset_models_dir) if report.key == key]
    return {"fit_cpu_s": round(report.cpu_seconds, 2), "fit_s": round(report.seconds, 2), "disk_mb": report.disk_mb}


@step
def together(task: Task) -> dict[str, Any]:
    """Fit every algorithm as ``cinematch train --no-measure`` does, in as many processes as `jobs`."""
    from core.commands.learning import learn
    from core.memory_limit import training_room_mb
    from core.progress import silent
    from core.recommenders.registry import algorithm_keys

    data = _dataset(task)
    learned = learn(_settings(task), data, algorithm_keys(), [], task["jobs"], training_room_mb(0), silent)
    if learned.failed or learned.left_out:
        raise RuntimeError(f"not trained: {learned.failed} {learned.left_out}")
    return {
        "jobs": task["jobs"],
        "algorithms": {
            report.key: {
                "fit_cpu_s": round(report.cpu_seconds, 2),
                "fit_s": round(report.seconds, 2),
                "peak_mb": round(report.peak_mb, 1),
                "disk_mb": report.disk_mb,
            }
            for report in learned.reports
        },
    }


@step
def measure(task: Task) -> dict[str, Any]:
    """Measure every algorithm on held-out ratings, as training does, and note it with the models."""
    from core.evaluation.manifest import measure_for_manifest
    from core.store.artifact import attach_metrics, model_paths

    data, root = _dataset(task), _settings(task).dataset_models_dir
    keys = tuple(model_paths(root))
    began = time.process_time()
    found = measure_for_manifest(data, keys)
    for key, metrics in found.items():
        attach_metrics(root / key, metrics)
    return {
        "measured_cpu_s": round(time.process_time() - began, 2),
        "sample": next(iter(found.values()))["sample"],
        "ndcg": {key: metrics["values"].get("liked_ndcg@10") for key, metrics in found.items()},
    }


@step
def open_all(task: Task) -> dict[str, Any]:
    """Open the data set and all artifacts, with a cold and with a warm page cache."""
    from core.data.dataset import Dataset
    from core.recommenders.registry import algorithm_keys, recommender_class
    from core.store.cache import ModelCache

    settings = _settings(task)
    for key in algorithm_keys():
        recommender_class(
            key
        )  # imports cost the same wherever they happen; they are measured by the start of gunicorn
    files = [file for folder in (settings.data_dir, settings.models_dir) for file in folder.rglob("*.npy")]

    def opened() -> tuple[float, float]:
        wall, cpu = time.perf_counter(), time.process_time()
        data = Dataset.open(settings.dataset_dir)
        cache = ModelCache(data, settings.dataset_models_dir, budget_mb=1e6)
        states = {status.key: status.state for status in cache.load_all()}
        took = (time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000
        assert all(state in ("loaded", "missing") for state in states.values()), states
        return took

    forget(files)
    cold = opened()
    warm_runs = sorted(opened() for _ in range(7))
    models = [file for file in files if settings.models_dir in file.parents]
    return {
        "cold_ms": round(cold[0], 1),
        "warm_ms": round(warm_runs[3][0], 1),
        "warm_cpu_ms": round(sorted(run[1] for run in warm_runs)[3], 1),
        "models_mb": round(sum(file.stat().st_size for file in models) / 1e6, 1),
    }


@step
def requests(task: Task) -> dict[str, Any]:
    """CPU and wall of one recommendation that is made anew, over users drawn evenly along the scale of activity."""
    from core.service import open_service

    service = open_service(_settings(task).model_copy(update={"kept_lists_mb": 0}))
    users = service.dataset.user_ids[drawn_users(service.dataset.user_indptr, task["users"])].tolist()
    measured: dict[str, Any] = {}
    gc.collect()
    gc.freeze()
    for status in service.models():
        if status.state != "loaded":
            measured[status.key] = {"stopped": "not trained" if status.state == "missing" else status.state}
            continue
        for user in users[:: max(len(users) // 20, 1)]:
            service.recommend(user_id=user, algorithm=status.key)
        cpu, wall = [], []
        for user in users:
            began, process = time.perf_counter(), time.process_time()
            service.recommend(user_id=user, algorithm=status.key, n=10)
            cpu.append((time.process_time() - process) * 1000)
            wall.append((time.perf_counter() - began) * 1000)
        measured[status.key] = {**percentiles(cpu, "cpu"), **percentiles(wall, "wall")}
    return {"algorithms": measured, "plain": _plain_product(service.dataset.n_movies, len(users))}


def _plain_product(n_movies: int, times: int) -> dict[str, float]:
    """Return the CPU time of what a factor model can take least: 100 factors of all movies times a vector."""
    import numpy as np

    rng = np.random.default_rng(0)
    factors = rng.standard_normal((n_movies, 100), dtype=np.float32)
    cpu = []
    for vector in rng.standard_normal((times, 100), dtype=np.float32):
        process = time.process_time()
        factors @ vector
        cpu.append((time.process_time() - process) * 1000)
    return percentiles(cpu, "cpu")


def drawn_users(indptr: Any, n: int) -> Any:
    """Return users at even steps along the order of activity: the lightest, the heaviest and what is between."""
    import numpy as np

    order = np.argsort(np.diff(indptr), kind="stable")
    return order[np.linspace(0, len(order) - 1, n).round().astype(int)]


def percentiles(values: list[float], name: str) -> dict[str, float]:
    """Return p50, p99 and the greatest value in ms."""
    import numpy as np

    middle, high = np.percentile(values, [50, 99])
    return {
        f"{name}_p50": round(float(middle), 3),
        f"{name}_p99": round(float(high), 3),
        f"{name}_max": round(max(values), 3),
    }


@step
def export(task: Task) -> dict[str, Any]:
    """Write what peers get: the ratings as dense arrays, and the users who ask."""
    import numpy as np

    data = _dataset(task)
    np.savez(
        task["target"],
        users=data.rating_users(),
        items=data.user_items,
        ratings=data.stars(),
        ask_users=drawn_users(data.user_indptr, task["users"]).astype(np.int32),
        shape=np.array([data.n_users, data.n_movies]),
    )
    return {}


def main() -> None:
    """Run the step that a task names and write its measurements."""
    source, target = map(Path, sys.argv[1:3])
    task = json.loads(source.read_text(encoding="utf-8"))
    measured = STEPS[task["step"]](task)
    measured["peak_mb"] = round(peak_rss_mb(), 1)
    target.write_text(json.dumps(measured), encoding="utf-8")


if __name__ == "__main__":
    main()
