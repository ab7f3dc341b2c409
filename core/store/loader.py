"""One way in for every model on disk: artifact directories, and files of the predecessor."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import ArtifactError
from core.store.artifact import FORMAT_VERSION, RETRAIN, get_model_metadata

if TYPE_CHECKING:
    from core.data.dataset import Dataset
    from core.recommenders.base import Recommender

__all__ = ["dataset_of", "load_model", "load_model_safe", "open_artifact"]


def load_model_safe(path: Path | str, dataset: Dataset | None = None) -> Any:
    """Load a model without ever running code that a file carries.

    Parameters
    ----------
    path : path
        An artifact directory, or a pickle or joblib file of the predecessor.
    dataset : Dataset, optional
        What the model was fitted on; by default the data set that the manifest names, from the configured
        data directory.

    Returns
    -------
    Recommender or object
        A directory gives a recommender that is ready to be asked, its arrays memory-mapped. A predecessor's
        file gives what it holds, bare or taken out of its dictionary's key ``model``: arrays, sparse matrices
        and containers as they are, instances of known classes as `core.store.legacy.surprise.LegacyObject`.

    Raises
    ------
    ArtifactError
        When `path` holds anything else; the message says what was found.
    """
    target = Path(path)
    if target.is_file():
        from core.store.legacy.files import load_legacy

        return load_legacy(target)
    manifest = get_model_metadata(target)
    return open_artifact(target, manifest, dataset or dataset_of(manifest, target))


def load_model(path: Path | str, dataset: Dataset, members: Mapping[str, Recommender] | None = None) -> Recommender:
    """Open a stored model by memory map.

    Parameters
    ----------
    path : path
        The directory that `core.store.artifact.save_model` wrote.
    dataset : Dataset
        The data set on which the model was fitted.
    members : mapping of key to Recommender, optional
        Loaded members of an ensemble, which are then shared; the others are loaded from sibling directories.

    Raises
    ------
    ArtifactError
        When the directory is missing, damaged, of an unknown algorithm or fitted on other data.
    """
    return open_artifact(Path(path), get_model_metadata(path), dataset, members)


def open_artifact(
    path: Path,
    manifest: Mapping[str, Any],
    dataset: Dataset,
    members: Mapping[str, Recommender] | None = None,
) -> Recommender:
    """Open the artifact whose manifest was read; arguments and errors as of `load_model`."""
    from core.data.arraydir import open_arrays
    from core.errors import ConfigurationError, UnknownIdError
    from core.recommenders.registry import recommender_class

    if manifest.get("format_version") != FORMAT_VERSION:
        raise ArtifactError(
            f"{path} has the format {manifest.get('format_version')!r}, not {FORMAT_VERSION}: another version of "
            f"CineMatch made it. {RETRAIN}"
        )
    trained_on = manifest.get("dataset") or {}
    if trained_on.get("fingerprint") != dataset.fingerprint:
        raise ArtifactError(
            f"{path} was trained on other data ({trained_on.get('name')}, fingerprint "
            f"{str(trained_on.get('fingerprint'))[:12]}; serving {dataset.name}, {dataset.fingerprint[:12]}). "
            f"{RETRAIN}"
        )
    try:
        found = recommender_class(str(manifest.get("algorithm")))
        together: dict[str, Recommender] = {}
        for key in manifest["members"]:
            together[key] = (members or {}).get(key) or load_model(path.parent / key, dataset, together)
        arrays = open_arrays(path, manifest, remedy=RETRAIN, may_be_nan=found.may_be_nan)
        return found.restored(manifest["config"], dataset, arrays, together)
    except (UnknownIdError, ConfigurationError) as error:
        raise ArtifactError(f"{path}: {error} {RETRAIN}") from error
    except KeyError as error:
        raise ArtifactError(f"{path} has no array {error}: another version made it. {RETRAIN}") from error


def dataset_of(manifest: Mapping[str, Any], path: Path) -> Dataset:
    """Open the data set that a model's manifest names.

    Raises
    ------
    ArtifactError
        When it is not installed in the configured data directory.
    """
    from core.data.dataset import Dataset
    from core.errors import DataError
    from core.settings import default_settings

    name = str((manifest.get("dataset") or {}).get("name"))
    where = default_settings().data_dir / Path(name).name
    try:
        return Dataset.open(where)
    except DataError as error:
        raise ArtifactError(
            f"The model at {path} was trained on {name!r}, which cannot be opened: {error} "
            "Or pass the data set: load_model_safe(path, dataset)."
        ) from error
