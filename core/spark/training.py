"""Models fitted on Spark, measured and stored as those of one machine are."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import InvalidInputError
from core.memory_limit import peak_rss_mb, reset_peak_rss
from core.progress import Progress, part_of, silent
from core.recommenders.base import Recommender
from core.recommenders.registry import recommender_class
from core.spark.baseline import Movies, fit_baseline
from core.spark.factors import fit_als, fit_svd
from core.spark.linear import fit_ease, fit_slist
from core.spark.neighbours import fit_neighbours
from core.spark.ratings import SparkRatings, from_dataset
from core.store.artifact import attach_metrics, get_model_metadata, save_model
from core.store.training import TrainReport

if TYPE_CHECKING:
    from core.evaluation.manifest import HeldOut

__all__ = ["ON_SPARK", "check_keys", "fit", "train"]

_LOG = logging.getLogger("cinematch.train")
_FITS: dict[str, Callable[..., dict[str, Any]]] = {
    "item_knn": fit_neighbours,
    "svd": fit_svd,
    "ease": fit_ease,
    "als": fit_als,
    "slist": fit_slist,
}
ON_SPARK = tuple(_FITS)
"""Keys of the algorithms that Spark fits."""


def check_keys(keys: Iterable[str]) -> None:
    """Refuse algorithms that Spark does not fit.

    Raises
    ------
    InvalidInputError
        For the first of them.
    """
    for key in keys:
        if key not in _FITS:
            raise InvalidInputError(
                f"Spark does not fit {key!r}, only {', '.join(ON_SPARK)}. Leave it out of --algorithms, and train it "
                "without `--engine spark`."
            )


def fit(key: str, ratings: SparkRatings, movies: Movies, progress: Progress = silent) -> Recommender:
    """Return an algorithm fitted on Spark with its usual configuration: the model that one machine would make."""
    model = recommender_class(key)()
    arrays = _FITS[key](model, ratings, movies, progress)
    return type(model).restored(model.config, ratings.dataset, arrays)


def train(
    ratings: SparkRatings,
    keys: Iterable[str],
    models_dir: Path,
    progress: Progress = silent,
    *,
    measure: bool = True,
) -> list[TrainReport]:
    """Fit algorithms, store each in its own directory below `models_dir`, and note how good it is.

    Parameters
    ----------
    measure : bool
        Whether to fit each a second time without the ratings that `HeldOut` holds out and to ask about these, as
        `cinematch train` does on one machine. What is asked, at most 10,000 people, is asked on the driver. It is not
        kept as runs, which `cinematch evaluate` would take for its own.

    Returns
    -------
    list of TrainReport
        Processor time and memory are those of the driver.

    Raises
    ------
    InvalidInputError
        For algorithms that Spark does not fit.
    """
    wanted = list(dict.fromkeys(keys))
    check_keys(wanted)
    fitting = 0.6 if measure else 1.0
    reports = _fit_all(ratings, wanted, models_dir, part_of(progress, 0.0, fitting))
    if measure:
        from core.evaluation.manifest import HeldOut

        try:
            held = HeldOut.of(ratings.dataset, wanted)
        except InvalidInputError as error:
            _LOG.warning("Not measured, since a part of the ratings does not suffice to learn from: %s", error)
            return reports
        _measure_all(ratings, held, wanted, models_dir, part_of(progress, fitting, 1.0))
    return reports


def _fit_all(ratings: SparkRatings, keys: list[str], root: Path, progress: Progress) -> list[TrainReport]:
    progress(0.0, "baseline")
    movies = fit_baseline(ratings)
    reports = []
    for number, key in enumerate(keys):
        reset_peak_rss()
        wall, processor = time.perf_counter(), time.process_time()
        share = part_of(progress, (number + 0.2) / len(keys), (number + 1) / len(keys), f"{key}: ")
        model = fit(key, ratings, movies, share)
        seconds, cpu_seconds, peak = time.perf_counter() - wall, time.process_time() - processor, peak_rss_mb()
        training = {"train_seconds": round(seconds, 3), "peak_mb": round(peak, 1), "engine": "spark"}
        path = save_model(model, root / key, training=training)
        disk = float(get_model_metadata(path)["sizes"]["disk"])
        _LOG.info("trained %s on Spark in %.1f s, the driver's peak %.0f MB", key, seconds, peak)
        reports.append(TrainReport(key, path, seconds, cpu_seconds, peak, disk))
    return reports


def _measure_all(ratings: SparkRatings, held: HeldOut, keys: list[str], root: Path, progress: Progress) -> None:
    progress(0.0, "measuring: baseline")
    part = from_dataset(ratings.spark, held.split.train)
    movies = fit_baseline(part)
    for number, key in enumerate(keys):
        share = part_of(progress, (number + 0.2) / len(keys), (number + 1) / len(keys), f"measuring {key}: ")
        began = time.process_time()
        model = fit(key, part, movies, part_of(share, 0.0, 0.6))
        seconds = time.process_time() - began
        attach_metrics(root / key, held.judge(model, seconds, part_of(share, 0.6, 1.0)).document)
    part.forget()
