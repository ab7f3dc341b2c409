"""The next data set with its models, taken up as one: a list must not be made of the one with the others."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from core.data.arraydir import MANIFEST
from core.data.dataset import Dataset
from core.errors import CineMatchError
from core.files import standing_dir

if TYPE_CHECKING:
    from pathlib import Path

    from core.search import TitleIndex
    from core.store.cache import ModelCache

__all__ = ["Successor", "next_one", "version_of"]

_LOG = logging.getLogger("cinematch.models")

Successor = tuple[Dataset, "ModelCache", "TitleIndex"]


def version_of(path: Path | None) -> tuple[int, int] | None:
    """Return what changes when a data set is replaced on disk; None for one that is in memory or gone."""
    if path is None:
        return None
    try:
        found = (standing_dir(path) / MANIFEST).stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def next_one(dataset: Dataset, models: ModelCache) -> Successor | None:
    """Return what stands on disk in place of a data set that is served, with its models and the search.

    Returns
    -------
    tuple or None
        None until every model that is served now was trained on it and could be opened: until then the former ones
        go on serving.
    """
    from core.search import TitleIndex
    from core.store.artifact import get_model_metadata
    from core.store.cache import ModelCache

    served = [status.key for status in models.statuses() if status.state == "loaded"]
    try:
        found = Dataset.open(dataset.path or "")
        trained = {key: get_model_metadata(models.models_dir / key).get("dataset") or {} for key in served}
    except CineMatchError:
        return None
    if any(known.get("fingerprint") != found.fingerprint for known in trained.values()):
        return None
    cache = ModelCache(found, models.models_dir, models.keys, models.budget_mb)
    missing = {status.key: status.reason for status in cache.load_all() if status.state != "loaded"}
    if lost := [key for key in served if key in missing]:
        _LOG.warning("the next data set waits: %s could not be opened (%s)", lost[0], missing[lost[0]])
        return None
    return found, cache, TitleIndex(found)
