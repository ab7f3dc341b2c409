"""Serving what is published elsewhere: a copy on this machine, and a process that looks for newer versions.

What opens addresses (fsspec and its packages, with threads of their own) is never imported by who serves: versions
are brought here by `cinematch artifacts pull` and `follow`, in processes of their own.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from core.data.dataset import Dataset
from core.data.versions import manifest_of, trained_on
from core.errors import CineMatchError, DataError
from core.published.local import LocalVersions
from core.service.versions import Version

if TYPE_CHECKING:
    from core.settings import Settings

__all__ = ["Follower", "open_published", "published_version", "why_unusable"]

_LOG = logging.getLogger("cinematch.artifacts")
_PULL_LIMIT_S = 3600
_SILENT_S = 60.0
_START_EVERY_S = 10.0


def published_version(settings: Settings, keys: Iterable[str]) -> Version | None:
    """Return the published version that is to be served, as far as it is here."""
    local = LocalVersions(settings)
    name = local.current()
    if name is None:
        return None
    data, models = local.directory(name) / "data", local.directory(name) / "models"
    fingerprint = str(manifest_of(data).get("fingerprint") or "")
    return Version(data, models, fingerprint, frozenset(trained_on(fingerprint or None, models, keys)))


def open_published(settings: Settings, keys: Iterable[str]) -> tuple[Version, Dataset]:
    """Return what to serve from a start on, which is fetched first where nothing that may be served is here.

    Raises
    ------
    DataError
        When nothing can be served; the message says why.
    """
    local, wanted = LocalVersions(settings), tuple(keys)
    if settings.artifacts_version is not None and local.has(settings.artifacts_version):
        if local.current() != settings.artifacts_version:
            local.make_current(settings.artifacts_version)
    elif settings.artifacts_version is not None or local.current() is None:
        _pull(settings, local)
    while (found := published_version(settings, wanted)) is not None:
        try:
            return found, Dataset.open(found.data)
        except DataError as error:
            _LOG.error("the copy of a published version is damaged and is dropped: %s", error)
            local.drop(found.data.parent.name)
            _pull(settings, local)
    raise DataError(
        f"No published version of {settings.dataset} can be had from CINEMATCH_ARTIFACTS_URL; the log says why. "
        "Publish one with `cinematch artifacts push`, or unset the variable to serve what is in CINEMATCH_DATA_DIR."
    )


def why_unusable(settings: Settings, directory: Path) -> str | None:
    """Return why a version whose files are true cannot be served by this installation; None where it can.

    All is opened once, so that nobody is the first to find out, and servers open it quicker.
    """
    from core.recommenders.registry import algorithm_keys
    from core.store.cache import ModelCache

    models = directory / "models"
    keys = [
        path.name
        for path in sorted(models.iterdir())
        if path.name in algorithm_keys() and path.name in (settings.algorithms or algorithm_keys())
    ]
    if not keys:
        return "It has no model of an algorithm that is served here."
    try:
        states = ModelCache(Dataset.open(directory / "data"), models, keys, budget_mb=float("inf")).load_all()
    except CineMatchError as error:
        return str(error)
    return " ".join(f"{status.key}: {status.reason}" for status in states if status.state != "loaded") or None


class Follower:
    """A process that looks for what is published, one for all servers and jobs on these copies.

    Whoever serves asks for it now and then; it is started where there is none, and ends with who started it.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._local = LocalVersions(settings)
        self._child: subprocess.Popen[bytes] | None = None
        self._started = float("-inf")

    def current(self) -> str | None:
        """Return the name of the version to serve, as far as it is here; one look at one file."""
        return self._local.current()

    def look(self) -> str | None:
        """Have it run; return why what is published is not served here, None where it is."""
        if self._child is not None and self._child.poll() is not None:
            if self._child.returncode:
                _LOG.warning("the process that looks for published versions ended (%s)", self._child.returncode)
            self._child = None
        try:
            with self._local.alone(wait=False, what="follow") as nobody_follows:
                pass
            if nobody_follows and self._child is None and time.monotonic() - self._started > _START_EVERY_S:
                self._started = time.monotonic()
                self._child = _run(self._settings, "follow", "--beside", str(os.getpid()))
        except OSError as error:
            return (
                f"Nobody can look for published versions ({error.strerror}): make CINEMATCH_CACHE_DIR writable. What "
                "is here is served."
            )
        told = self._local.told()
        if told is None:
            return None
        silent = time.time() - told.looked_at
        # Who fetches says nothing until that is done.
        if silent > self._settings.artifacts_poll_s + (_SILENT_S if nobody_follows else _PULL_LIMIT_S):
            what = "cannot be started. The log says why" if nobody_follows else "hangs, or has to fetch for too long"
            return (
                f"Nobody has looked for published versions for {silent / 60:.0f} minutes: the process that does it "
                f"{what}; what is here is served."
            )
        return told.trouble


def _pull(settings: Settings, local: LocalVersions) -> None:
    """Fetch what is to be served, and take another version that is here where that fails."""
    child = _run(settings, "pull")
    try:
        if child.wait(_PULL_LIMIT_S) == 0:
            return
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
        _LOG.error("the published version has not come within %d minutes", _PULL_LIMIT_S // 60)
    if local.current() is None and (here := local.names()):
        local.make_current(here[0])
    if (serving := local.current()) is not None:
        _LOG.error("the published version that is wanted cannot be had; %s, which is here, is served", serving)


def _run(settings: Settings, *arguments: str) -> subprocess.Popen[bytes]:
    url, version = settings.artifacts_url, settings.artifacts_version
    here = str(Path(__file__).resolve().parents[2])
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH")])),
        "CINEMATCH_DATASET": settings.dataset,
        "CINEMATCH_CACHE_DIR": str(settings.cache_dir.absolute()),
        "CINEMATCH_ALGORITHMS": ",".join(settings.algorithms),
        "CINEMATCH_ARTIFACTS_URL": url.get_secret_value() if url else "",
        "CINEMATCH_ARTIFACTS_VERSION": version or "",
        "CINEMATCH_ARTIFACTS_POLL_S": str(settings.artifacts_poll_s),
        "CINEMATCH_ARTIFACTS_KEEP": str(settings.artifacts_keep),
        "CINEMATCH_LOG_FORMAT": settings.log_format,
    }
    command = [sys.executable, "-P", "-m", "core.cli", "artifacts", *arguments]
    return subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)  # noqa: S603
