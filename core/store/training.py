"""Fitting algorithms one after another, each stored as soon as it is ready."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.data.dataset import Dataset
from core.errors import CineMatchError, InvalidInputError
from core.files import set_aside, sweep, write_atomically
from core.memory_limit import peak_rss_mb, reset_peak_rss
from core.progress import Progress, part_of, silent
from core.recommenders.base import Recommender
from core.recommenders.registry import recommender_class, training_order, viewers_of
from core.store.artifact import get_model_metadata, save_model
from core.store.loader import open_artifact
from core.store.shared_baseline import leave_baseline, take_up_baseline

__all__ = ["TrainReport", "left_out_of", "note_left_out", "outdated", "train"]

_LOG = logging.getLogger("cinematch.train")
_LEFT_OUT = ".left_out.json"

Configs = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class TrainReport:
    """What training one algorithm took.

    Attributes
    ----------
    seconds, cpu_seconds : float
        Wall and processor time of fitting, without storing.
    peak_mb : float
        The process's highest resident memory meanwhile, by the kernel's account, mapped files included.
    disk_mb : float
    """

    key: str
    path: Path
    seconds: float
    cpu_seconds: float
    peak_mb: float
    disk_mb: float


def train(
    dataset: Dataset,
    keys: Iterable[str],
    models_dir: Path | str,
    progress: Progress | None = None,
    configs: Configs | None = None,
    left_out: dict[str, str] | None = None,
    shared: Path | None = None,
) -> list[TrainReport]:
    """Fit algorithms and store each in its own directory below `models_dir`.

    Parameters
    ----------
    dataset : Dataset
    keys : iterable of str
        Members that an ensemble needs come first; those not named are trained only where no up-to-date
        model of theirs is stored.
    models_dir : path
        `Settings.dataset_models_dir`.
    progress : callable, optional
        Raising from it stops the work; what was stored until then stays.
    configs : mapping of key to configuration, optional
        By default each algorithm's own.
    left_out : dict, optional
        Where an algorithm that cannot learn from these data is noted with the reason; without it that is an error.
    shared : path, optional
        Where processes that train on the same data at the same time leave the baseline to each other.

    Returns
    -------
    list of TrainReport
        One per algorithm that was trained, in the order of training.
    """
    root, wanted, chosen = Path(models_dir), tuple(keys), dict(configs or {})
    sweep(root)
    if shared is not None:
        take_up_baseline(dataset, shared)
    order = training_order(wanted)
    ready: dict[str, Recommender] = {}
    reports: list[TrainReport] = []
    unusable: set[str] = set()
    for number, key in enumerate(order):
        if key not in wanted and not _is_outdated(dataset, key, root, chosen):
            ready[key] = _reopen(dataset, key, root, ready)
            continue
        model = recommender_class(key)(chosen.get(key))
        reset_peak_rss()
        wall, processor = time.perf_counter(), time.process_time()
        share = part_of(progress or silent, number / len(order), (number + 1) / len(order), f"{key}: ")
        try:
            model.fit(dataset, share, ready)
        except InvalidInputError as error:
            if left_out is None:
                raise
            left_out[key] = str(error)
            unusable.add(key)
            continue
        seconds, cpu_seconds = time.perf_counter() - wall, time.process_time() - processor
        peak = peak_rss_mb()
        training = {"train_seconds": round(seconds, 3), "peak_mb": round(peak, 1)}
        path = save_model(model, root / key, training=training)
        del model
        if shared is not None:
            leave_baseline(dataset, shared)
        # From here on the stored arrays are used, whose pages the system may take back for the next algorithm.
        ready[key] = _reopen(dataset, key, root, ready)
        disk = float(get_model_metadata(path)["sizes"]["disk"])
        _LOG.info("trained %s in %.1f s, peak %.0f MB, %.1f MB stored", key, seconds, peak, disk)
        reports.append(TrainReport(key, path, seconds, cpu_seconds, peak, disk))
    if unusable:
        note_left_out(root, dataset.fingerprint, unusable)
    return reports


def note_left_out(models_dir: Path | str, fingerprint: str, keys: Iterable[str]) -> None:
    """Note which algorithms could not learn from the data of a fingerprint, beside those that are noted already."""
    root = Path(models_dir)
    document = {"fingerprint": fingerprint, "keys": sorted({*keys, *left_out_of(root, fingerprint)})}
    write_atomically(root / _LEFT_OUT, json.dumps(document))


def left_out_of(models_dir: Path | str, fingerprint: str) -> set[str]:
    """Return the keys of algorithms that could not learn from the data of a fingerprint, as training noted them."""
    file = Path(models_dir) / _LEFT_OUT
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        return set(document["keys"]) if document["fingerprint"] == fingerprint else set()
    except FileNotFoundError:
        return set()
    except (OSError, ValueError, TypeError, KeyError) as error:
        set_aside(file, error)
        return set()


def outdated(
    dataset: Dataset, keys: Iterable[str], models_dir: Path | str, configs: Configs | None = None
) -> list[str]:
    """Return the keys without a stored model of this data set and configuration, and ensembles with such members."""
    root, chosen = Path(models_dir), dict(configs or {})
    found: list[str] = []
    for key in training_order(tuple(keys)):
        members = viewers_of(key)
        if _is_outdated(dataset, key, root, chosen) or any(member in found for member in members):
            found.append(key)
    return found


def _is_outdated(dataset: Dataset, key: str, root: Path, configs: Configs) -> bool:
    try:
        manifest = get_model_metadata(root / key)
    except CineMatchError:
        return True
    config = recommender_class(key)(configs.get(key)).config.model_dump(mode="json")
    trained_on = (manifest.get("dataset") or {}).get("fingerprint")
    return bool(trained_on != dataset.fingerprint or manifest["config"] != config)


def _reopen(dataset: Dataset, key: str, root: Path, ready: Mapping[str, Recommender]) -> Recommender:
    return open_artifact(root / key, get_model_metadata(root / key), dataset, ready)
