"""Which version of a data set is served with which models, and when another one takes its place."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.data.arraydir import MANIFEST
from core.data.dataset import Dataset
from core.data.versions import former_dataset, former_models, manifest_of, trained_on
from core.errors import DataError
from core.files import standing_dir
from core.store.training import left_out_of

if TYPE_CHECKING:
    from core.settings import Settings

__all__ = ["Version", "best_version", "current_version", "stamp_of"]

_LOG = logging.getLogger("cinematch.service")


@dataclass(frozen=True)
class Version:
    """A data set and the directory of the models that were trained on it.

    Attributes
    ----------
    fingerprint : str
        Of the data.
    trained : frozenset of str
        Keys that have a model, and those that these data do not allow.
    """

    data: Path
    models: Path
    fingerprint: str
    trained: frozenset[str]


def current_version(settings: Settings, keys: Iterable[str]) -> Version:
    """Return what is installed under the configured name."""
    return _version(settings, settings.dataset_dir, keys)


def best_version(settings: Settings, keys: Iterable[str]) -> tuple[Version, Dataset]:
    """Return what to serve from a start on: what is installed, or the former version while more is trained on it.

    Raises
    ------
    DataError
        When neither can be opened; the message is about what is installed.
    """
    current, former = (
        _version(settings, place, keys)
        for place in (settings.dataset_dir, former_dataset(settings, settings.dataset))
    )
    if former.fingerprint and len(former.trained) > len(current.trained):
        try:
            found = former, Dataset.open(former.data)
        except DataError as error:
            _LOG.error("the former version cannot be opened: %s", error)
        else:
            _LOG.warning(
                "the former version of %s is served: it has %d trained models, what is installed has %d",
                settings.dataset,
                len(former.trained),
                len(current.trained),
            )
            return found
    try:
        return current, Dataset.open(current.data)
    except DataError as error:
        if not former.trained:
            raise
        _LOG.error("the former version of %s is served: %s", settings.dataset, error)
        return former, Dataset.open(former.data)


def stamp_of(settings: Settings) -> tuple[int, int] | None:
    """Return what changes when another data set is put in place; one look at one file."""
    try:
        facts = (standing_dir(settings.dataset_dir) / MANIFEST).stat()
    except OSError:
        return None
    return facts.st_ino, facts.st_mtime_ns


def _version(settings: Settings, data: Path, keys: Iterable[str]) -> Version:
    wanted = tuple(keys)
    fingerprint = str(manifest_of(data).get("fingerprint") or "")
    # Where training has replaced the originals, the former models are kept aside.
    places = (settings.dataset_models_dir, former_models(settings, settings.dataset))
    found = [(place, trained_on(fingerprint or None, place, wanted)) for place in places]
    models, trained = max(found, key=lambda pair: len(pair[1]))
    allowed = left_out_of(settings.dataset_models_dir, fingerprint)
    return Version(data, models, fingerprint, frozenset(trained) | (allowed & frozenset(wanted)))
