"""A directory of plain `.npy` arrays with a manifest: the on-disk form of data sets and models.

Replaced as a whole (see `core.files`), opened by memory map and without pickle.
"""

import hashlib
import io
import json
import mmap
import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import ArtifactError
from core.files import replace_dir, standing_dir

__all__ = ["open_arrays", "read_manifest", "verify_arrays", "write_array_dir"]

MANIFEST = "manifest.json"
_IN_MEMORY_BELOW = 1 << 16


def sha256_of(path: Path) -> str:
    """Return the hex SHA-256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def describe_arrays(directory: Path) -> dict[str, dict[str, Any]]:
    """Return dtype, shape, size in bytes and SHA-256 of every `.npy` file of a directory."""
    described = {}
    for file in sorted(directory.glob("*.npy")):
        array = np.load(file, mmap_mode="r", allow_pickle=False)
        described[file.stem] = {
            "dtype": array.dtype.str,
            "shape": list(array.shape),
            "bytes": int(array.nbytes),
            "sha256": sha256_of(file),
        }
    return described


def write_array_dir(path: Path, arrays: Mapping[str, NDArray[Any]], manifest: Mapping[str, Any]) -> Path:
    """Write arrays and manifest to `path` atomically; the manifest gains the key ``arrays``."""
    with replace_dir(path) as staging:
        for name, array in arrays.items():
            np.save(staging / f"{name}.npy", np.ascontiguousarray(array), allow_pickle=False)
        finish_array_dir(staging, manifest)
    return path


def finish_array_dir(staging: Path, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Write the manifest of a directory whose `.npy` files are all there."""
    complete = {**manifest, "arrays": describe_arrays(staging)}
    (staging / MANIFEST).write_text(json.dumps(complete, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return complete


def read_manifest(path: Path, *, what: str, remedy: str) -> dict[str, Any]:
    """Read the manifest of an array directory.

    Raises
    ------
    ArtifactError
        When there is no directory, no manifest or no valid JSON; the message ends with `remedy`.
    """
    file = standing_dir(path) / MANIFEST
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ArtifactError(f"There is no {what} at {path} (no {MANIFEST}). {remedy}") from error
    except (OSError, ValueError) as error:
        raise ArtifactError(f"The manifest of the {what} at {path} cannot be read: {error}. {remedy}") from error
    if not isinstance(manifest, dict) or not isinstance(manifest.get("arrays"), dict):
        raise ArtifactError(f"The manifest of the {what} at {path} lists no arrays. {remedy}")
    return manifest


def open_arrays(path: Path, manifest: Mapping[str, Any], *, remedy: str) -> dict[str, NDArray[Any]]:
    """Open the arrays that a manifest lists, read-only; small ones are read, large ones memory-mapped.

    Raises
    ------
    ArtifactError
        When a file is missing, is no plain array or differs in dtype or shape from the manifest.
    """
    directory = standing_dir(path)
    arrays: dict[str, NDArray[Any]] = {}
    for name, entry in manifest["arrays"].items():
        file = directory / f"{name}.npy"
        try:
            opened = _open_as_listed(file, entry)
            if opened is not None:
                arrays[name] = opened
                continue
            mapped = np.load(file, mmap_mode="r" if entry["bytes"] >= _IN_MEMORY_BELOW else None, allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise ArtifactError(f"{file} cannot be opened: {error}. {remedy}") from error
        if mapped.dtype.str != entry["dtype"] or list(mapped.shape) != entry["shape"]:
            raise ArtifactError(
                f"{file} holds {mapped.dtype.str}{list(mapped.shape)}, its manifest says "
                f"{entry['dtype']}{entry['shape']}. {remedy}"
            )
        array = mapped.view(np.ndarray)
        array.setflags(write=False)
        arrays[name] = array
    return arrays


def _open_as_listed(file: Path, entry: Mapping[str, Any]) -> NDArray[Any] | None:
    """Open a file whose header is exactly the one that its manifest entry calls for; None for any other file.

    A server opens a hundred files at its start: comparing the header takes a tenth of the time of parsing it.
    """
    dtype, shape, size = np.dtype(entry["dtype"]), tuple(entry["shape"]), int(entry["bytes"])
    expected = _header(entry["dtype"], shape)
    with file.open("rb", buffering=0) as stream:
        if stream.read(len(expected)) != expected or os.fstat(stream.fileno()).st_size != len(expected) + size:
            return None
        if size < _IN_MEMORY_BELOW:
            return np.frombuffer(stream.read(size), dtype).reshape(shape)
        mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    return np.frombuffer(mapped, dtype, offset=len(expected)).reshape(shape)


@lru_cache(maxsize=512)
def _header(dtype: str, shape: tuple[int, ...]) -> bytes:
    """Return the first bytes that `numpy.save` writes for a C-ordered array."""
    text = io.BytesIO()
    np.lib.format.write_array_header_1_0(text, {"descr": dtype, "fortran_order": False, "shape": shape})
    return text.getvalue()


def verify_arrays(path: Path, manifest: Mapping[str, Any]) -> list[str]:
    """Compare every array file with its recorded SHA-256 and look for values that are not finite.

    Returns
    -------
    list of str
        One sentence per fault; empty when all is well.
    """
    directory = standing_dir(path)
    faults = []
    for name, entry in manifest["arrays"].items():
        file = directory / f"{name}.npy"
        if not file.exists():
            faults.append(f"{file} is missing")
        elif sha256_of(file) != entry["sha256"]:
            faults.append(f"{file} differs from its recorded SHA-256")
        else:
            array = np.load(file, mmap_mode="r", allow_pickle=False)
            if array.dtype.kind == "f" and not bool(np.isfinite(array).all()):
                faults.append(f"{file} holds values that are not finite")
    return faults
