"""A directory of plain `.npy` arrays with a manifest: the on-disk form of data sets and models.

Replaced as a whole (see `core.files`), opened by memory map and without pickle. What was damaged since it was stored
must not reach compiled code, which takes indices as they are: whole numbers are compared with the range that they had
then, and what can be hashed in a blink is hashed, when files are opened that nobody looked at (`core.data.checked`).
"""

import contextlib
import hashlib
import io
import json
import mmap
import sys
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.data.checked import FileState, digest_of, forget, note, state_of, was_checked
from core.errors import ArtifactError
from core.files import replace_dir, standing_dir

__all__ = ["give_back", "open_arrays", "read_manifest", "verify_arrays", "write_array_dir"]

MANIFEST = "manifest.json"
_IN_MEMORY_BELOW = 1 << 16
_HASHED_UP_TO = 64 << 20
"""Bytes of an artifact that are hashed at the first opening, about 0.1 s; larger ones are left to `verify_arrays`."""
_AT_ONCE = 1 << 22
"""Values of an array that are looked at in one go."""


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
        if array.dtype.kind in "iu" and array.size:
            described[file.stem] |= {"low": int(array.min()), "high": int(array.max())}
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
    for name, entry in manifest["arrays"].items():
        if not _is_complete(name, entry):
            raise ArtifactError(f"The manifest of the {what} at {path} describes {name!r} badly. {remedy}")
    return manifest


def _is_complete(name: str, entry: Any) -> bool:
    if not isinstance(entry, dict) or Path(name).name != name:
        return False
    try:
        np.dtype(entry["dtype"])
        sizes = [entry["bytes"], *entry["shape"]]
        return isinstance(entry["sha256"], str) and all(isinstance(size, int) and size >= 0 for size in sizes)
    except (KeyError, TypeError, ValueError):
        return False


def open_arrays(
    path: Path, manifest: Mapping[str, Any], *, remedy: str, may_be_nan: Collection[str] = (), check: bool = True
) -> dict[str, NDArray[Any]]:
    """Open the arrays that a manifest lists, read-only; small ones are read, large ones memory-mapped.

    Parameters
    ----------
    path : Path
    manifest : mapping
    remedy : str
        What to do where this fails, for the message.
    may_be_nan : collection of str
        Names of arrays in which a value that is no number means that there is none.
    check : bool
        Look at the content, unless these very files were looked at before; not for who is going to list its faults.

    Raises
    ------
    ArtifactError
        When a file is missing, is no plain array or differs in dtype, shape or range from the manifest, and, of
        what is small or was stored without ranges, also in its hash, or when it holds values that are not finite.
    """
    directory = standing_dir(path)
    opened: dict[str, _Opened] = {}
    for name, entry in manifest["arrays"].items():
        file = directory / f"{name}.npy"
        with _told(file, remedy):
            opened[name] = _open_as_listed(file, entry) or _Opened(_parsed(file, entry))
    if check:
        states = {name: found.state for name, found in opened.items() if found.state}
        digest = digest_of(manifest["arrays"], states) if len(states) == len(opened) else None
        if digest is None or not was_checked(directory, digest):
            _look(directory, manifest, opened, remedy, may_be_nan)
            if digest:
                note(directory, digest, states)
    return {name: found.array for name, found in opened.items()}


class _Opened(NamedTuple):
    array: NDArray[Any]
    state: FileState | None = None


@contextlib.contextmanager
def _told(file: Path, remedy: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, TypeError, EOFError) as error:
        raise ArtifactError(f"{file} cannot be opened: {error}. {remedy}") from error


def _look(
    directory: Path,
    manifest: Mapping[str, Any],
    opened: Mapping[str, _Opened],
    remedy: str,
    may_be_nan: Collection[str],
) -> None:
    """Raise ArtifactError for the first array that is not what its manifest says."""
    look = _fault if _is_hashed(manifest) else _out_of_range
    for name, entry in manifest["arrays"].items():
        file, found = directory / f"{name}.npy", opened[name]
        with _told(file, remedy):
            fault = look(file, entry, found.array, may_be_nan)
        if fault:
            raise ArtifactError(f"{fault}. {remedy}")
        # What was read to be looked at alone is no part of what this process needs.
        give_back(found.array)


def _is_hashed(manifest: Mapping[str, Any]) -> bool:
    """Return whether hashes are compared when files are opened: of what is small or was stored without ranges."""
    entries = manifest["arrays"].values()
    ranged = all("low" in entry for entry in entries if entry["dtype"][1] in "iu" and entry["bytes"])
    return not ranged or sum(entry["bytes"] for entry in entries) <= _HASHED_UP_TO


def _parsed(file: Path, entry: Mapping[str, Any]) -> NDArray[Any]:
    """Open any file that `numpy.save` may have written; ValueError where it is another array than listed."""
    mapped = np.load(file, mmap_mode="r" if entry["bytes"] >= _IN_MEMORY_BELOW else None, allow_pickle=False)
    if mapped.dtype.str != entry["dtype"] or list(mapped.shape) != entry["shape"]:
        raise ValueError(
            f"it holds {mapped.dtype.str}{list(mapped.shape)}, its manifest says {entry['dtype']}{entry['shape']}"
        )
    array: NDArray[Any] = mapped.view(np.ndarray)
    array.setflags(write=False)
    return array


def _fault(file: Path, entry: Mapping[str, Any], array: NDArray[Any], may_be_nan: Collection[str]) -> str | None:
    if sha256_of(file) != entry["sha256"]:
        return f"{file} differs from its recorded SHA-256"
    if array.dtype.kind == "f" and file.stem not in may_be_nan and not _is_finite(array):
        return f"{file} holds values that are not finite"
    return None


def _out_of_range(
    file: Path, entry: Mapping[str, Any], array: NDArray[Any], _may_be_nan: Collection[str]
) -> str | None:
    if "low" not in entry or not array.size:
        return None
    # Read as unsigned, a number below 0 is larger than any: one pass over what may be a hundred MB.
    from_nought = entry["low"] == 0 and array.dtype.kind == "i"
    looked = array.view(array.dtype.str.replace("i", "u")) if from_nought else array
    if looked.max() > entry["high"] or (not from_nought and array.min() < entry["low"]):
        return f"{file} holds numbers outside of {entry['low']} to {entry['high']}"
    return None


def _is_finite(array: NDArray[Any]) -> bool:
    flat = array.reshape(-1)
    return all(bool(np.isfinite(flat[start : start + _AT_ONCE]).all()) for start in range(0, len(flat), _AT_ONCE))


def _open_as_listed(file: Path, entry: Mapping[str, Any]) -> _Opened | None:
    """Open a file whose header is exactly the one that its manifest entry calls for; None for any other file.

    A server opens a hundred files at its start: comparing the header takes a tenth of the time of parsing it.
    """
    dtype, shape, size = np.dtype(entry["dtype"]), tuple(entry["shape"]), int(entry["bytes"])
    expected = _header(entry["dtype"], shape)
    with file.open("rb", buffering=0) as stream:
        state = state_of(stream.fileno())
        if stream.read(len(expected)) != expected or state.size != len(expected) + size:
            return None
        if size < _IN_MEMORY_BELOW:
            return _Opened(np.frombuffer(stream.read(size), dtype).reshape(shape), state)
        mapped = _map(stream.fileno())
    return _Opened(np.frombuffer(mapped, dtype, offset=len(expected)).reshape(shape), state)


if sys.version_info >= (3, 13):

    def _map(descriptor: int) -> mmap.mmap:
        # A map keeps a descriptor of its own otherwise: a hundred and more for a server's models.
        return mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ, trackfd=False)

else:

    def _map(descriptor: int) -> mmap.mmap:
        return mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)


@lru_cache(maxsize=512)
def _header(dtype: str, shape: tuple[int, ...]) -> bytes:
    """Return the first bytes that `numpy.save` writes for a C-ordered array."""
    text = io.BytesIO()
    np.lib.format.write_array_header_1_0(text, {"descr": dtype, "fortran_order": False, "shape": shape})
    return text.getvalue()


def give_back(*arrays: NDArray[Any]) -> None:
    """Let the system take back the memory of mapped arrays that were read and are not needed for a while.

    They stay what they are and are read again where they are asked for. What is no memory map is left alone.
    """
    for array in arrays:
        base: Any = array
        while isinstance(base, np.ndarray | memoryview):
            base = base.base if isinstance(base, np.ndarray) else base.obj
        if isinstance(base, mmap.mmap):
            base.madvise(mmap.MADV_DONTNEED)


def verify_arrays(path: Path, manifest: Mapping[str, Any], may_be_nan: Collection[str] = ()) -> list[str]:
    """Compare every array file with its recorded SHA-256 and look for values that are not finite.

    `may_be_nan` is as of `open_arrays`. Where there is a fault, the next opening looks again, too.

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
        elif fault := _fault(file, entry, np.load(file, mmap_mode="r", allow_pickle=False), may_be_nan):
            faults.append(fault)
    if faults:
        forget(directory)
    return faults
