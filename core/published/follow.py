"""Looking for what is published, again and again: for a process of its own beside who serves."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import CineMatchError
from core.published.fetch import take

if TYPE_CHECKING:
    from core.published.local import LocalVersions
    from core.published.place import Place
    from core.settings import Settings

__all__ = ["Follow", "wanted_version"]

_LOG = logging.getLogger("cinematch.artifacts")
_LONGEST_S = 900.0


def wanted_version(settings: Settings, place: Place) -> str | None:
    """Return the version to serve: the one that was set for this machine, else the one that is current there."""
    return settings.artifacts_version or place.current()


class Follow:
    """One look after another at a place, with what is remembered in between.

    What could not be fetched or served is tried again after twice the time, a quarter of an hour at most: it may take
    a gigabyte each time to find out. Another version is tried at once.
    """

    def __init__(
        self, settings: Settings, place: Place, local: LocalVersions, usable: Callable[[Path], str | None]
    ) -> None:
        self._settings = settings
        self._place = place
        self._local = local
        self._usable = usable
        self._refused: str | None = None
        self._failures = 0
        self._again_at = float("-inf")
        self._trouble: str | None = None

    def look(self) -> None:
        """Look once, have served what is new, and tell how it went."""
        try:
            wanted = wanted_version(self._settings, self._place)
        except CineMatchError as error:
            self._say(str(error))
            return
        if wanted is None:
            self._say(
                "Nothing is published at CINEMATCH_ARTIFACTS_URL any more. Publish with `cinematch artifacts push`."
            )
        elif wanted == self._local.current():
            self._refused, self._failures = None, 0
            self._say(None)
        elif wanted != self._refused or time.monotonic() >= self._again_at:
            self._take(wanted)

    def _take(self, wanted: str) -> None:
        began = time.monotonic()
        try:
            take(self._place, self._local, wanted, self._usable, self._settings.artifacts_keep)
        except (CineMatchError, OSError) as error:
            self._failures = self._failures + 1 if wanted == self._refused else 1
            self._refused = wanted
            self._again_at = time.monotonic() + min(self._settings.artifacts_poll_s * 2**self._failures, _LONGEST_S)
            self._say(_sentence(wanted, error))
        else:
            _LOG.info("published version %s is here after %.1f s", wanted, time.monotonic() - began)
            self._refused, self._failures = None, 0
            self._say(None)

    def _say(self, trouble: str | None) -> None:
        if trouble is not None:
            here = self._local.current()
            trouble += f" Version {here} is served." if here else " Nothing else is here to be served."
        if trouble != self._trouble:
            if trouble is None:
                _LOG.warning("all is well with the published versions again")
            else:
                _LOG.error("%s", trouble)
        self._trouble = trouble
        try:
            self._local.tell(trouble)
        except OSError as error:
            # The server says by itself that nothing can be kept there.
            _LOG.error("what was found at the published versions cannot be told to the server: %s", error)


def _sentence(wanted: str, error: CineMatchError | OSError) -> str:
    if isinstance(error, CineMatchError):
        return str(error)
    _LOG.error("%s", error)
    return (
        f"The published version {wanted} cannot be kept here ({error.strerror or type(error).__name__}). Look at the "
        "disk of CINEMATCH_CACHE_DIR."
    )
