"""Model files of the predecessor: pickles and joblib files, read without running what they carry."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tempfile
import zlib
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from core.errors import ArtifactError

if TYPE_CHECKING:
    from core.store.legacy.surprise import LegacyObject

__all__ = ["load_legacy"]

_LFS = b"version https://git-lfs.github.com/spec/"
_INSTEAD = "Train a model of this release with `cinematch train`."
_OTHER_KINDS = {
    b"PK\x03\x04": "a zip archive",
    b"\x93NUMPY": "a single NumPy array",
    b"\x89HDF": "an HDF5 file",
    b"%PDF": "a PDF",
    b"{": "JSON text",
    b"<": "HTML or XML text",
}
_MOST_BYTES = 1 << 36


def load_legacy(path: Path) -> Any:
    """Read a predecessor's model file.

    Returns
    -------
    object
        What the file holds, taken out of its dictionary's key ``model`` where there is one. numpy arrays, scipy
        sparse matrices and plain containers are themselves; instances of the predecessor's, pandas',
        scikit-learn's and Surprise's classes are `LegacyObject`, which has their attributes and no code.

    Raises
    ------
    ArtifactError
        When the file is a Git LFS pointer, no pickle, damaged, or names anything that a model does not need.
    """
    from core.store.legacy.surprise import RefusedError
    from core.store.legacy.unpickler import SafeUnpickler

    try:
        with ExitStack() as stack:
            file = stack.enter_context(path.open("rb"))
            head = file.read(256)
            file.seek(0)
            _refuse_other_kinds(path, head)
            loaded = SafeUnpickler(_decompressed(file, head, stack)).load()
    except RefusedError as error:
        raise ArtifactError(
            f"{path} was not loaded: it holds {error}, which no model needs and which could be an attack. {_INSTEAD}"
        ) from error
    except ArtifactError:
        raise
    except Exception as error:
        # A damaged program makes the unpickler fail in any way: struct.error, IndexError, AssertionError ...
        raise ArtifactError(
            f"{path} cannot be read as a pickle or joblib file ({type(error).__name__}: {error}); it is damaged or "
            f"of another kind. {_INSTEAD}"
        ) from error
    model = loaded["model"] if isinstance(loaded, dict) and "model" in loaded else loaded
    return _with_matrices(model, path)


def _refuse_other_kinds(path: Path, head: bytes) -> None:
    if not head:
        raise ArtifactError(f"{path} is empty. {_INSTEAD}")
    if head.startswith(_LFS):
        facts = dict(line.split(" ", 1) for line in head.decode("ascii", "replace").splitlines() if " " in line)
        raise ArtifactError(
            f"{path} is a Git LFS pointer, not the model itself (size {facts.get('size', 'unknown')} bytes, "
            f"{facts.get('oid', 'no oid')[:19]}). Get the file with `git lfs pull` and retry."
        )
    for magic, kind in _OTHER_KINDS.items():
        if head.startswith(magic):
            raise ArtifactError(
                f"{path} is {kind}, neither an artifact directory nor a pickle or joblib file. {_INSTEAD}"
            )


def _decompressed(file: IO[bytes], head: bytes, stack: ExitStack) -> IO[bytes]:
    if head.startswith(b"\x1f\x8b"):
        return cast("IO[bytes]", stack.enter_context(gzip.open(file)))
    if head.startswith(b"BZh"):
        return cast("IO[bytes]", stack.enter_context(bz2.open(file)))
    if head.startswith((b"\xfd7zXZ", b"\x5d\x00")):
        return cast("IO[bytes]", stack.enter_context(lzma.open(file)))
    if head[:1] == b"\x78" and len(head) > 1 and int.from_bytes(head[:2], "big") % 31 == 0:
        spool = cast("IO[bytes]", tempfile.SpooledTemporaryFile(max_size=1 << 26))  # noqa: SIM115
        stack.enter_context(spool)
        _inflate(file, spool)
        return spool
    return file


def _inflate(source: IO[bytes], target: IO[bytes]) -> None:
    decoder, written = zlib.decompressobj(), 0
    while chunk := source.read(1 << 20):
        while chunk:
            part = decoder.decompress(chunk, 1 << 24)
            written += len(part)
            if written > _MOST_BYTES:
                raise OverflowError("it grows beyond 64 GiB when decompressed")
            target.write(part)
            chunk = decoder.unconsumed_tail
    target.write(decoder.flush())
    target.seek(0)


def _with_matrices(root: Any, path: Path) -> Any:
    """Replace records of sparse matrices by matrices whose indices were checked, wherever they are."""
    from core.store.legacy.surprise import LegacyObject

    replaced: dict[int, Any] = {}

    def visit(value: Any) -> Any:
        if isinstance(value, LegacyObject) and value.class_name.startswith("scipy.sparse."):
            if id(value) not in replaced:
                replaced[id(value)] = _matrix(value, path)
            return replaced[id(value)]
        return value

    todo, seen = [root], set()
    while todo:
        value = todo.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        container = value.attributes if isinstance(value, LegacyObject) else value
        if isinstance(container, dict):
            for key, item in list(container.items()):
                container[key] = visit(item)
            todo.extend(container.values())
        elif isinstance(container, list):
            container[:] = [visit(item) for item in container]
            todo.extend(container)
        elif isinstance(container, tuple):
            todo.extend(container)
    return visit(root)


def _matrix(record: LegacyObject, path: Path) -> Any:
    import numpy as np
    from scipy import sparse

    name = record.class_name.removeprefix("scipy.sparse.")
    kind = name.removesuffix("_matrix").removesuffix("_array")
    state = record.attributes
    try:
        shape = tuple(int(size) for size in state["_shape"])
        if kind in ("csr", "csc"):
            build = {"csr": sparse.csr_matrix, "csc": sparse.csc_matrix}[kind]
            indptr, indices = np.array(state["indptr"]), np.array(state["indices"])
            matrix = build((np.array(state["data"]), indices, indptr), shape=shape)
            matrix.check_format(full_check=True)
            return matrix
        if kind == "coo":
            rows, columns = state.get("coords") or (state["row"], state["col"])
            return sparse.coo_matrix((np.array(state["data"]), (np.array(rows), np.array(columns))), shape=shape)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
        raise ArtifactError(f"{path} holds a sparse matrix that is damaged: {error}. {_INSTEAD}") from error
    return record
