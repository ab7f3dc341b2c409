"""The address where versions are published: a directory, a bucket, whatever fsspec can open.

Below the address each data set has a directory of its own, and in it

- ``<version>/data/*`` and ``<version>/models/<algorithm>/*``, as they are on a disk;
- ``<version>/version.json``, which is written when all of them are there: without it there is no such version;
- ``current.json``, the name of the version that is to be served, replaced in one step.

Nothing is ever written over but ``current.json``: who reads a version while others publish is not disturbed.
"""

from __future__ import annotations

import json
import logging
import re
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from core.errors import ArtifactError, ConfigurationError, StoreUnavailableError
from core.published.version import DESCRIPTION, PublishedVersion, earliest, is_version, read_version

__all__ = ["Place", "open_place"]

_LOG = logging.getLogger("cinematch.artifacts")
_CURRENT = "current.json"
_AT_ONCE = 16
_OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "s3": {"config_kwargs": {"connect_timeout": 5, "read_timeout": 30}},
}
_ABANDONED = timedelta(days=1)
"""An upload without a description that began this long ago is not going on any more."""


def open_place(url: str, dataset: str) -> Place:
    """Return the place of a data set's versions.

    Parameters
    ----------
    url : str
        Any that fsspec knows: ``file:///srv/cinematch``, ``s3://bucket/cinematch``, ``gs://bucket/cinematch``.
        Keys and endpoints are those of the environment (``AWS_ACCESS_KEY_ID``, ``AWS_ENDPOINT_URL_S3`` ...).

    Raises
    ------
    ConfigurationError
        When nothing that is installed can open such an address.
    """
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise ConfigurationError(
            "CINEMATCH_ARTIFACTS_URL is set, and fsspec is not installed. Install it by `pip install "
            "cinematch[cluster]`."
        ) from error
    try:
        options = _OPTIONS.get(url.partition("://")[0], {})
        system, root = url_to_fs(url, use_listings_cache=False, skip_instance_cache=True, **options)
    except (ImportError, ValueError, OSError) as error:
        raise ConfigurationError(
            f"CINEMATCH_ARTIFACTS_URL cannot be opened: {error}. Write it like file:///srv/cinematch or "
            "s3://bucket/cinematch, and install what opens it: pip install 'cinematch[cluster]' has s3fs."
        ) from error
    return Place(system, f"{root.rstrip('/')}/{dataset}")


class Place:
    """A data set's published versions.

    Every method raises StoreUnavailableError where the place does not answer, with a sentence that can be shown to
    anybody; addresses stand in the log alone.
    """

    def __init__(self, system: Any, root: str) -> None:
        self._system = system
        self._root = root
        self._on_disk = "file" in (system.protocol if isinstance(system.protocol, tuple) else (system.protocol,))

    # --- reading ------------------------------------------------------------------------------------------

    def current(self) -> str | None:
        """Return the name of the version that is to be served; None where nothing was published."""
        with self._asked():
            try:
                content = self._system.cat_file(f"{self._root}/{_CURRENT}")
            except FileNotFoundError:
                return None
        try:
            name = str(json.loads(content)["version"])
        except (ValueError, KeyError, TypeError):
            name = ""
        if not is_version(name):
            raise ArtifactError(
                f"{_CURRENT} of the artifact store is damaged. Name the version to serve anew with `cinematch "
                "artifacts use VERSION`; `cinematch artifacts list` has them."
            )
        return name

    def version(self, name: str) -> PublishedVersion:
        """Return a version by its name.

        Raises
        ------
        ArtifactError
            When there is none, or its description is not the one that was published.
        """
        with self._asked():
            try:
                content = self._system.cat_file(f"{self._root}/{name}/{DESCRIPTION}") if is_version(name) else None
            except FileNotFoundError:
                content = None
        if content is None:
            raise ArtifactError(
                f"No version {name!r} is published, or not all of it. `cinematch artifacts list` has those that are."
            )
        return read_version(name, content)

    def versions(self) -> list[PublishedVersion]:
        """Return all whole versions, the newest first; those whose description is damaged are left out and logged."""
        found = []
        for name in sorted(filter(is_version, self._names()), reverse=True):
            try:
                found.append(self.version(name))
            except ArtifactError as error:
                _LOG.warning("%s", error)
        return found

    def download(self, version: PublishedVersion, wanted: Mapping[str, Path]) -> None:
        """Bring files of a version, by their paths in it, to local paths; what they hold is not looked at."""
        remote = [f"{self._root}/{version.id}/{path}" for path in wanted]
        with self._asked():
            try:
                self._system.get(remote, [str(target) for target in wanted.values()], **self._together())
            except FileNotFoundError as error:
                raise ArtifactError(
                    f"A file of the published version {version.id} is missing. Publish anew with `cinematch "
                    "artifacts push`, or go back with `cinematch artifacts use VERSION`."
                ) from error

    # --- writing ------------------------------------------------------------------------------------------

    def upload(self, version: PublishedVersion, description: bytes, sources: Mapping[str, Path]) -> None:
        """Store a version's files, from local paths by their paths in it, and then what makes it one."""
        remote = [f"{self._root}/{version.id}/{path}" for path in sources]
        with self._asked():
            if self._on_disk:
                for parent in sorted({path.rpartition("/")[0] for path in remote}):
                    self._system.makedirs(parent, exist_ok=True)
            self._system.put([str(source) for source in sources.values()], remote, **self._together())
            self._put_whole(f"{self._root}/{version.id}/{DESCRIPTION}", description)

    def use(self, name: str) -> PublishedVersion:
        """Name the version that is to be served from now on.

        Raises
        ------
        ArtifactError
            When there is no such version, or others remove it at this moment.
        """
        version = self.version(name)
        try:
            former = self.current()
        except ArtifactError:
            former = None  # this mends it
        self._name(name)
        try:
            # Who prunes removes it first and looks at what is named then: one of both sees the other.
            self.version(name)
        except ArtifactError:
            if former is not None:
                self._name(former)
            raise
        return version

    def _name(self, name: str) -> None:
        with self._asked():
            self._put_whole(f"{self._root}/{_CURRENT}", json.dumps({"version": name}).encode())

    def prune(self, keep: int) -> list[str]:
        """Remove all but the newest versions and the one that is to be served, and uploads that were given up.

        Returns
        -------
        list of str
            Names of what was removed.
        """
        # First which there are: what others publish from here on is not looked at.
        names = set(filter(is_version, self._names()))
        kept = {version.id for version in self.versions()[:keep]} | {self.current()}
        abandoned = earliest(datetime.now(UTC) - _ABANDONED)
        return [name for name in sorted(names - kept) if self._remove(name, abandoned)]

    def _remove(self, name: str, abandoned: str) -> bool:
        """Remove a version, unless it is named at this moment, or an upload that began before `abandoned`."""
        whole = f"{self._root}/{name}/{DESCRIPTION}"
        with self._asked(), suppress(FileNotFoundError):  # somebody else removes it, too
            description = self._system.cat_file(whole) if self._system.exists(whole) else None
            if description is not None:
                self._system.rm_file(whole)
                if self.current() == name:
                    self._put_whole(whole, description)
                    return False
            elif name >= abandoned:
                return False
            self._system.rm(f"{self._root}/{name}", recursive=True)
        return True

    def _names(self) -> list[str]:
        with self._asked():
            try:
                return [path.rstrip("/").rpartition("/")[2] for path in self._system.ls(self._root, detail=False)]
            except FileNotFoundError:
                return []

    def _together(self) -> dict[str, int]:
        """Not a hundred connections at once, which is what asynchronous systems would open."""
        return {"batch_size": _AT_ONCE} if getattr(self._system, "async_impl", False) else {}

    def _put_whole(self, path: str, content: bytes) -> None:
        """Write an object that others may read at any time: object stores do so by themselves, disks by a rename."""
        if not self._on_disk:
            self._system.pipe_file(path, content)
            return
        parent, _, name = path.rpartition("/")
        self._system.makedirs(parent, exist_ok=True)
        aside = f"{parent}/.{name}.{uuid.uuid4().hex[:8]}.tmp"
        self._system.pipe_file(aside, content)
        self._system.mv(aside, path)

    @contextmanager
    def _asked(self) -> Iterator[None]:
        started = time.monotonic()
        try:
            yield
        except (ArtifactError, StoreUnavailableError):
            raise
        except Exception as error:
            # Each system has errors of its own, which are no OSError and known to its package alone.
            took = time.monotonic() - started
            _LOG.warning("%s did not answer as it should after %.1f s: %s", _plain(self._root), took, error)
            raise StoreUnavailableError(
                f"The artifact store does not answer ({type(error).__name__}). Look at CINEMATCH_ARTIFACTS_URL, the "
                "network and the credentials; the log has more."
            ) from error


def _plain(address: str) -> str:
    """Return an address without a user's name and password."""
    return re.sub(r"//[^/@]+@", "//", address)
