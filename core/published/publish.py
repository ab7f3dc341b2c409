"""Publishing what was trained: every file is compared with its manifest, stored, and then made a version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.data.arraydir import MANIFEST, read_manifest, sha256_of
from core.data.versions import trained_on
from core.errors import ArtifactError
from core.files import standing_dir
from core.published.version import PublishedVersion, StoredFile, describe

if TYPE_CHECKING:
    from core.published.place import Place
    from core.settings import Settings

__all__ = ["publish"]

_DATA = "Install the data set anew with `cinematch data fetch` or `import`."
_TRAIN = "Train it again with `cinematch train`."


def publish(settings: Settings, place: Place, keys: Iterable[str]) -> PublishedVersion:
    """Store the configured data set and its models as one version, which is not served before `Place.use`.

    Nobody may train on the data set meanwhile.

    Parameters
    ----------
    keys : iterable of str
        Algorithms to publish, members of ensembles with them; those without a model of these data are left out.

    Raises
    ------
    DataError, ArtifactError
        When the data set is not installed, when it has no model, or when a file is not what its manifest says.
    """
    from core import __version__
    from core.recommenders.registry import training_order

    data = settings.dataset_dir
    manifest = read_manifest(data, what="data set", remedy=_DATA)
    fingerprint = str(manifest.get("fingerprint"))
    models = trained_on(fingerprint, settings.dataset_models_dir, training_order(tuple(keys)))
    if not models:
        raise ArtifactError(f"There is no model of {settings.dataset} to publish. Train with `cinematch train`.")
    sources: dict[str, Path] = {}
    files: list[StoredFile] = []
    directories = [("data", data, manifest, _DATA)]
    for key, path in sorted(models.items()):
        described = read_manifest(path, what="model", remedy=_TRAIN)
        if missing := sorted(set(described.get("members") or ()) - set(models)):
            raise ArtifactError(
                f"{key} is made of {', '.join(missing)}, of which there is no model of these data. Train with "
                "`cinematch train --missing`, or name what to publish with --algorithms."
            )
        directories.append((f"models/{key}", path, described, _TRAIN))
    for where, directory, described, remedy in directories:
        for file, digest in _files(standing_dir(directory), described, remedy):
            name = f"{where}/{file.name}"
            sources[name] = file
            files.append(StoredFile(name, file.stat().st_size, digest))
    version, description = describe(settings.dataset, fingerprint, models, files, f"cinematch {__version__}")
    place.upload(version, description, sources)
    return version


def _files(directory: Path, manifest: dict[str, Any], remedy: str) -> Iterator[tuple[Path, str]]:
    """Yield the files of an array directory with their hashes, each compared with its manifest."""
    for name, entry in manifest["arrays"].items():
        file = directory / f"{name}.npy"
        digest = sha256_of(file) if file.exists() else None
        if digest is None or digest != entry["sha256"]:
            raise ArtifactError(f"{file} is missing or differs from its recorded SHA-256. {remedy}")
        yield file, digest
    yield directory / MANIFEST, sha256_of(directory / MANIFEST)
