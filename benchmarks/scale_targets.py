"""What MovieLens 32M is to take on two cores, beside what it took."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["targets"]

Steps = Mapping[str, Any]
Read = Callable[[Steps], tuple[float, ...]]


def _step(name: str) -> Read:
    return lambda steps: (steps[name]["cpu_s"], steps[name]["peak_mb"])


def _training(key: str) -> Read:
    return lambda steps: (steps["train"][key]["fit_cpu_s"], steps["train"][key]["peak_mb"])


def _all_training(steps: Steps) -> tuple[float, ...]:
    done = steps["train"].values()
    return sum(found["fit_cpu_s"] for found in done), max(found["peak_mb"] for found in done)


def _request(key: str) -> Read:
    def read(steps: Steps) -> tuple[float, ...]:
        found = steps["requests"]["algorithms"][key]
        return found["cpu_p50"], found["cpu_p99"]

    return read


def _workers(steps: Steps) -> tuple[float, ...]:
    return steps["workers"]["4"]["pss_mb"], steps["workers"]["4"]["worker_uss_mb"]


def _wall(steps: Steps) -> tuple[float, ...]:
    return (steps["ingest"]["wall_s"] + steps["together"]["wall_s"],)


def _container(limit: str) -> Read:
    def read(steps: Steps) -> tuple[float, ...]:
        found = steps["containers"][limit]
        return float(len(found["left_out"])), float(found["kills"])

    return read


_ROWS: tuple[tuple[str, str, tuple[float, ...], Read], ...] = (
    ("ratings.csv to arrays", "CPU s, peak MB", (5, 1024), _step("read")),
    ("CSV files to a data set on disk", "CPU s, peak MB", (20, 1536), _step("ingest")),
    ("train `svd`", "CPU s, peak MB", (30, 1024), _training("svd")),
    ("train `surprise_svd`, 100 factors, 20 epochs", "CPU s, peak MB", (300, 820), _training("surprise_svd")),
    ("train `item_knn`", "CPU s, peak MB", (75, 1536), _training("item_knn")),
    ("train `ease`, 10,000 movies", "CPU s, peak MB", (90, 2048), _training("ease")),
    ("train all", "CPU s, peak MB", (540, 2048), _all_training),
    ("CSV to all models, side by side", "wall s", (420,), _wall),
    ("all models on disk", "MB", (670,), lambda steps: (steps["open"]["models_mb"],)),
    ("open data set and models, page cache warm", "ms", (15,), lambda steps: (steps["open"]["warm_cpu_ms"],)),
    *(
        (f"one request, `{key}`", "CPU ms p50, p99", bounds, _request(key))
        for key, bounds in (
            ("svd", (3, 5)),
            ("surprise_svd", (3, 5)),
            ("item_knn", (0.35, 2)),
            ("user_knn", (4, 7)),
            ("content", (1.2, 2)),
            ("hybrid", (1.5, 3)),
        )
    ),
    ("4 workers after load", "PSS of all MB, USS of one MB", (800, 60), _workers),
    (
        "a worker that was killed is replaced and answers",
        "s",
        (1,),
        lambda steps: (steps["workers"]["1"]["worker_ready_s"],),
    ),
    ("container of 2 GiB", "models left out, processes killed", (0, 0), _container("2048")),
    ("container of 1 GiB", "models left out, processes killed", (0, 0), _container("1024")),
)


def targets(steps: Steps) -> list[list[str]]:
    """Return rows of work, unit, target, measured, and whether it was met; what was not measured has none."""
    rows = []
    for work, unit, bounds, read in _ROWS:
        try:
            measured = read(steps)
        except (KeyError, TypeError):
            continue
        verdict = "met" if all(value <= bound for value, bound in zip(measured, bounds, strict=True)) else "missed"
        rows.append([work, unit, _join(bounds), _join(measured), verdict])
    return rows


def _join(values: tuple[float, ...]) -> str:
    return " / ".join(f"{value:.2f}".rstrip("0").rstrip(".") if value < 10 else f"{value:,.0f}" for value in values)
