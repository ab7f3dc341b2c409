"""The version of a data set that another one has taken the place of, kept with its models.

What is served is a data set and the models that were trained on it, together. Importing over it would leave a server
with data that no model knows, until all are trained; so the former version is kept beside it as links to the same
files, which cost no room until the originals are replaced:

- ``data/.former/<name>`` and ``models/<name>/.former/<algorithm>``.
"""

import json
import logging
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from core.data.arraydir import MANIFEST
from core.errors import DataError
from core.files import replace_dir, standing_dir
from core.settings import Settings

__all__ = ["former_dataset", "former_models", "keep_former", "manifest_of", "roll_back", "trained_on"]

_LOG = logging.getLogger("cinematch.data")
_FORMER = ".former"


def former_dataset(settings: Settings, name: str) -> Path:
    """Return where the former version of a data set is, or would be."""
    return settings.data_dir / _FORMER / name


def former_models(settings: Settings, name: str) -> Path:
    """Return where the models of the former version are, one directory each, or would be."""
    return settings.models_dir / name / _FORMER


def manifest_of(directory: Path) -> dict[str, Any]:
    """Return the manifest of a data set or a model; an empty one where there is none that can be read."""
    try:
        found = json.loads((standing_dir(directory) / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def trained_on(fingerprint: str | None, models: Path, keys: Iterable[str] | None = None) -> dict[str, Path]:
    """Return the models below a directory that were trained on the data of a fingerprint, by key.

    Parameters
    ----------
    keys : iterable of str, optional
        The only ones to look for.
    """
    if not models.is_dir():
        return {}
    names = [path.parent.name for path in models.glob(f"[!.]*/{MANIFEST}")] if keys is None else list(keys)
    found = {}
    for name in names:
        data = manifest_of(models / name).get("dataset")
        if fingerprint is not None and isinstance(data, dict) and data.get("fingerprint") == fingerprint:
            found[name] = models / name
    return found


def keep_former(settings: Settings, name: str, fingerprint: str) -> bool:
    """Keep what is installed under a name, before data of another fingerprint take its place.

    A version on which fewer models were trained than on the one that is kept already is none to come back to.

    Returns
    -------
    bool
        Whether it was kept.
    """
    current = settings.data_dir / name
    standing = manifest_of(current).get("fingerprint")
    if standing is None or standing == fingerprint:
        return False
    models = trained_on(standing, settings.models_dir / name)
    kept = trained_on(manifest_of(former_dataset(settings, name)).get("fingerprint"), former_models(settings, name))
    if not models or len(models) < len(kept):
        return False
    shutil.rmtree(former_models(settings, name), ignore_errors=True)
    for key, path in models.items():
        _link(path, former_models(settings, name) / key)
    _link(current, former_dataset(settings, name))
    _LOG.info(
        "the former %s is kept with %d models; `cinematch data rollback %s` brings it back", name, len(models), name
    )
    return True


def roll_back(settings: Settings, name: str) -> tuple[str, int]:
    """Put the former version of a data set and its models in place again; what stood there becomes the former one.

    A server that is running takes it up by itself.

    Returns
    -------
    tuple of str and int
        The fingerprint, and the number of models.

    Raises
    ------
    DataError
        When no former version is kept.
    """
    former = former_dataset(settings, name)
    fingerprint = manifest_of(former).get("fingerprint")
    if not isinstance(fingerprint, str):
        raise DataError(
            f"No former version of {name} is kept. One is kept when other data are imported over a data set that has "
            "trained models."
        )
    models = trained_on(fingerprint, former_models(settings, name))
    # Out of the way: what is in place becomes the former version, under the very names that are read from here.
    aside = former.with_name(f".{name}.back")
    aside_models = settings.models_dir / name / f"{_FORMER}.back"
    _link(former, aside)
    for key, path in models.items():
        _link(path, aside_models / key)
    shutil.rmtree(former_models(settings, name), ignore_errors=True)
    shutil.rmtree(former, ignore_errors=True)
    keep_former(settings, name, fingerprint)
    for key in models:
        _link(aside_models / key, settings.models_dir / name / key)
    _link(aside, settings.data_dir / name)
    shutil.rmtree(aside, ignore_errors=True)
    shutil.rmtree(aside_models, ignore_errors=True)
    return fingerprint, len(models)


def _link(source: Path, target: Path) -> None:
    """Put a directory of the same files in place of `target`; copies where the file system knows no links."""
    with replace_dir(target) as staging:
        for file in standing_dir(source).iterdir():
            try:
                os.link(file, staging / file.name)
            except OSError:
                shutil.copy2(file, staging / file.name)
