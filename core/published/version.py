"""What a published version is: its files with their hashes, and a name that can be checked against them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath

from core.errors import ArtifactError

__all__ = ["DESCRIPTION", "PublishedVersion", "StoredFile", "describe", "earliest", "is_version", "read_version"]

DESCRIPTION = "version.json"
_FORM = 1
_ID = re.compile(r"\d{8}T\d{9}Z-[0-9a-f]{16}")
_HASHED = 16
_PATH = re.compile(r"(?:data|models/[A-Za-z0-9][A-Za-z0-9_.-]*)/[A-Za-z0-9][A-Za-z0-9_.-]*")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file of a version: where it is below the version, bytes and hex SHA-256."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class PublishedVersion:
    """A data set and the models that were trained on it, as they were published.

    Attributes
    ----------
    id : str
        When it was made, to the millisecond (UTC), and the first digits of the SHA-256 of its description: names sort
        by time, and whoever knows the name can tell whether the description, and with it each file, is the true one.
    dataset, fingerprint : str
    models : tuple of str
        Keys of the algorithms.
    """

    id: str
    dataset: str
    fingerprint: str
    models: tuple[str, ...]
    made_at: str
    made_by: str
    files: tuple[StoredFile, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


def describe(
    dataset: str, fingerprint: str, models: Iterable[str], files: Iterable[StoredFile], made_by: str
) -> tuple[PublishedVersion, bytes]:
    """Name a version; return it with the description that is stored beside its files."""
    now = datetime.now(UTC)
    document = {
        "form": _FORM,
        "dataset": dataset,
        "fingerprint": fingerprint,
        "models": sorted(models),
        "made_at": now.isoformat(timespec="seconds"),
        "made_by": made_by,
        "files": [asdict(file) for file in sorted(files, key=lambda file: file.path)],
    }
    content = json.dumps(document, indent=1, sort_keys=True).encode()
    name = f"{_stamp(now)}-{hashlib.sha256(content).hexdigest()[:_HASHED]}"
    return read_version(name, content), content


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%S}{moment.microsecond // 1000:03d}Z"


def is_version(name: str) -> bool:
    """Return whether a name can be that of a version."""
    return _ID.fullmatch(name) is not None


def earliest(moment: datetime) -> str:
    """Return what sorts before the name of every version that was made from a moment (UTC) on."""
    return _stamp(moment)


def read_version(name: str, content: bytes) -> PublishedVersion:
    """Return the version of a description.

    Raises
    ------
    ArtifactError
        When it is not the one that was named, or not of a form that is known here.
    """
    damaged = (
        f"The description of the published version {name} is damaged. Publish anew with `cinematch artifacts push`."
    )
    if not is_version(name) or hashlib.sha256(content).hexdigest()[:_HASHED] != name[-_HASHED:]:
        raise ArtifactError(damaged)
    document = json.loads(content)
    if document.get("form") != _FORM:
        raise ArtifactError(
            f"The published version {name} has the form {document.get('form')!r}, not {_FORM}: another version of "
            "CineMatch made it. Bring this one up to date, or publish with the one that is installed here."
        )
    files = tuple(StoredFile(**file) for file in document["files"])
    if not all(_PATH.fullmatch(file.path) and PurePosixPath(file.path).name != DESCRIPTION for file in files):
        raise ArtifactError(damaged)
    return PublishedVersion(
        id=name,
        dataset=document["dataset"],
        fingerprint=document["fingerprint"],
        models=tuple(document["models"]),
        made_at=document["made_at"],
        made_by=document["made_by"],
        files=files,
    )
