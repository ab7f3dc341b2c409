"""Model artifacts: a directory of plain arrays whose manifest says what they are and how they were made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import ArtifactError
from core.files import standing_dir, write_atomically

if TYPE_CHECKING:
    from core.data.dataset import Dataset
    from core.recommenders.base import Recommender

__all__ = [
    "attach_metrics",
    "get_model_metadata",
    "model_paths",
    "save_model",
    "save_model_standard",
    "sizes_mb",
    "verify_model",
]

FORMAT_VERSION = 1
"""Form of the manifest and of the arrays; what has another one is refused."""
RETRAIN = "Train it again with `cinematch train`."
_LIBRARIES = ("numpy", "scipy", "scikit-learn", "scikit-surprise", "numba")
_MB = 1024 * 1024
_MAPPED_FROM = 1 << 16


def save_model_standard(model: Recommender, path: Path | str) -> Path:
    """Write a fitted recommender to an artifact directory, atomically.

    Parameters
    ----------
    model : Recommender
        Fitted. Members of an ensemble are written to sibling directories of their own keys.
    path : path
        The directory to create or to replace. A crash leaves the old model or the new one.

    Returns
    -------
    Path
        `path`.

    Raises
    ------
    NotFittedError
        When the model has not been fitted.
    """
    return save_model(model, path)


def save_model(
    model: Recommender,
    path: Path | str,
    metrics: Mapping[str, Any] | None = None,
    training: Mapping[str, Any] | None = None,
) -> Path:
    """Write a fitted recommender with what is known of it.

    Parameters
    ----------
    model : Recommender
    path : path
    metrics : mapping, optional
        Values measured on held-out data and how they were measured.
    training : mapping, optional
        ``train_seconds`` and ``peak_mb``.

    Raises
    ------
    NotFittedError
        When the model has not been fitted.
    """
    from core.data.arraydir import write_array_dir

    directory = Path(path)
    manifest = {
        "kind": "model",
        "format_version": FORMAT_VERSION,
        "algorithm": model.key,
        "config": model.config.model_dump(mode="json"),
        "members": sorted(model.members),
        "dataset": {"name": model.dataset.name, "fingerprint": model.dataset.fingerprint},
        "trained_at": _now(),
        "train_seconds": None,
        "peak_mb": None,
        **(training or {}),
        "libraries": _library_versions(),
        "metrics": dict(metrics or {}),
    }
    for key, member in model.members.items():
        if not (directory.parent / key).exists():
            save_model(member, directory.parent / key)
    return write_array_dir(directory, model.arrays, manifest)


def attach_metrics(path: Path | str, metrics: Mapping[str, Any]) -> None:
    """Replace the metrics in an artifact's manifest, atomically; the arrays stay as they are."""
    from core.data.arraydir import MANIFEST, read_manifest

    directory = Path(path)
    manifest = read_manifest(directory, what="model", remedy=RETRAIN)
    manifest["metrics"] = dict(metrics)
    write_atomically(standing_dir(directory) / MANIFEST, json.dumps(manifest, indent=1, sort_keys=True) + "\n")


def get_model_metadata(path: Path | str) -> dict[str, Any]:
    """Read what an artifact's manifest says, without opening its arrays.

    Returns
    -------
    dict
        ``algorithm``, ``config``, ``members``, ``dataset`` (name and fingerprint), ``metrics`` with how they
        were measured, ``trained_at``, ``train_seconds``, ``peak_mb``, ``libraries``, ``arrays`` (dtype, shape,
        bytes, SHA-256), and ``sizes`` (see `sizes_mb`).

    Raises
    ------
    ArtifactError
        When there is no artifact at `path` or its manifest is damaged.
    """
    from core.data.arraydir import read_manifest

    directory = Path(path)
    manifest = read_manifest(directory, what="model", remedy=RETRAIN)
    if manifest.get("kind") != "model":
        raise ArtifactError(f"{directory} holds {manifest.get('kind')!r}, not a model. {RETRAIN}")
    plain = {"algorithm": str, "config": dict, "members": list, "metrics": dict, "dataset": dict}
    for name, kind in plain.items():
        if name in manifest and not isinstance(manifest[name], kind):
            raise ArtifactError(f"The manifest of the model at {directory} has no usable {name!r}. {RETRAIN}")
    if manifest.get("algorithm") in manifest.get("members", ()):
        raise ArtifactError(f"The manifest of the model at {directory} names it as its own member. {RETRAIN}")
    return {"metrics": {}, "members": [], "config": {}, **manifest, "sizes": sizes_mb(manifest)}


def sizes_mb(manifest: Mapping[str, Any]) -> dict[str, float]:
    """Return an artifact's footprint in MB from its manifest.

    Returns
    -------
    dict
        ``disk``: all arrays; ``mapped``: arrays that are opened by memory map, whose pages all processes share
        and the system may take back; ``resident``: small arrays that are read into each process's memory.
    """
    sizes = [int(entry["bytes"]) for entry in manifest["arrays"].values()]
    mapped = sum(size for size in sizes if size >= _MAPPED_FROM)
    return {
        "disk": round(sum(sizes) / _MB, 6),
        "mapped": round(mapped / _MB, 6),
        "resident": round((sum(sizes) - mapped) / _MB, 6),
    }


def verify_model(path: Path | str, dataset: Dataset | None = None) -> list[str]:
    """Check an artifact: manifest, hashes, shapes, finite values and, where given, the data set's fingerprint.

    Returns
    -------
    list of str
        One sentence per fault; empty when all is well.
    """
    from core.data.arraydir import open_arrays, verify_arrays
    from core.errors import CineMatchError
    from core.recommenders.registry import recommender_class

    try:
        manifest = get_model_metadata(path)
        found = recommender_class(str(manifest.get("algorithm")))
        found(manifest["config"])
        faults = verify_arrays(Path(path), manifest, found.may_be_nan)
        if not faults:
            open_arrays(Path(path), manifest, remedy=RETRAIN, may_be_nan=found.may_be_nan)
    except CineMatchError as error:
        return [str(error)]
    trained_on = manifest.get("dataset") or {}
    if dataset is not None and trained_on.get("fingerprint") != dataset.fingerprint:
        faults.append(f"{path} was trained on other data ({trained_on.get('name')}) than {dataset.name}")
    return faults


def model_paths(models_dir: Path | str) -> dict[str, Path]:
    """Return the artifact directories below a data set's model directory, by the directory's name."""
    from core.data.arraydir import MANIFEST

    root = Path(models_dir)
    if not root.is_dir():
        return {}
    return {file.parent.name: file.parent for file in sorted(root.glob(f"[!.]*/{MANIFEST}"))}


def _now() -> str:
    from datetime import UTC, datetime

    return datetime.now(UTC).isoformat(timespec="seconds")


def _library_versions() -> dict[str, str]:
    import platform
    from importlib.metadata import PackageNotFoundError, version

    from core import __version__

    found = {"cinematch": __version__, "python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
