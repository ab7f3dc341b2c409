"""Bringing a version here: nothing is in its place before each of its files was compared with its hash."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from core.data.arraydir import sha256_of
from core.errors import ArtifactError, StoreUnavailableError
from core.files import replace_dir
from core.published.version import DESCRIPTION, PublishedVersion, StoredFile

if TYPE_CHECKING:
    from core.published.local import LocalVersions
    from core.published.place import Place

__all__ = ["take"]

_MB = 1e6
_LEFT_FREE = 64_000_000
"""Bytes of the disk that are left to others."""


def take(place: Place, local: LocalVersions, name: str, usable: Callable[[Path], str | None], keep: int) -> bool:
    """Have a published version served here; what is here stays as it is where that fails.

    Parameters
    ----------
    usable : callable
        Told the directory of a version whose files are true, returns why it cannot be served; None where it can.
    keep : int
        How many versions stay on the disk.

    Returns
    -------
    bool
        Whether anything had to be fetched.

    Raises
    ------
    StoreUnavailableError
        When the place does not answer, or the disk is full.
    ArtifactError
        When there is no such version, when a file of it is damaged, or when it cannot be served here.
    """
    with local.alone():
        version = place.version(name)
        fetched = not _is_true(version, local)
        if fetched:
            _fetch(place, local, version)
        if reason := usable(local.directory(name)):
            if name != local.current():
                local.drop(name)
            raise ArtifactError(f"The published version {name} cannot be served here: {reason}")
        local.make_current(name)
        local.prune(keep)
    return fetched


def _is_true(version: PublishedVersion, local: LocalVersions) -> bool:
    directory = local.directory(version.id)
    return local.has(version.id) and all(_holds(directory / file.path, file) for file in version.files)


def _fetch(place: Place, local: LocalVersions, version: PublishedVersion) -> None:
    with replace_dir(local.directory(version.id)) as staging:
        wanted: dict[str, Path] = {}
        for file in version.files:
            target = staging / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            if not _linked(local, file, target):
                wanted[file.path] = target
        needed = sum(file.size for file in version.files if file.path in wanted)
        free = shutil.disk_usage(staging).free
        if needed + _LEFT_FREE > free:
            raise StoreUnavailableError(
                f"The published version {version.id} takes {needed / _MB:,.0f} MB, and {free / _MB:,.0f} MB are free "
                "on the disk of CINEMATCH_CACHE_DIR. Make room, or lower CINEMATCH_ARTIFACTS_KEEP."
            )
        place.download(version, wanted)
        for file in version.files:
            if file.path in wanted and not _holds(wanted[file.path], file):
                raise ArtifactError(
                    f"{file.path} of the published version {version.id} differs from its recorded SHA-256. Publish "
                    "anew with `cinematch artifacts push`, or go back with `cinematch artifacts use VERSION`."
                )
        (staging / DESCRIPTION).write_text(version.id, encoding="ascii")


def _linked(local: LocalVersions, file: StoredFile, target: Path) -> bool:
    """Take a file from another version that is here, where it has the same one and that is undamaged."""
    for name in local.names():
        source = local.directory(name) / file.path
        if _holds(source, file):
            with contextlib.suppress(OSError):
                os.link(source, target)
                return True
    return False


def _holds(path: Path, file: StoredFile) -> bool:
    try:
        return path.stat().st_size == file.size and sha256_of(path) == file.sha256
    except OSError:
        return False
