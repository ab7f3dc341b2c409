"""Comparing the hashes of what serves, beside serving."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Callable, Iterable

__all__ = ["Verifier"]

_LOG = logging.getLogger("cinematch.models")
_NICE = 19


class Verifier:
    """Verifies one thing after another in a thread that lives no longer than its work, at the lowest priority.

    Parameters
    ----------
    verify : callable
        Verifies what bears a key, and does what follows from it.
    """

    def __init__(self, verify: Callable[[str], None]) -> None:
        self._verify = verify
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self, keys: Iterable[str]) -> None:
        """Begin with `keys` unless the thread is at work still. Not for a process that is going to fork."""
        due = list(keys)
        with self._lock:
            if not due or (self._thread is not None and self._thread.is_alive()):
                return
            self._thread = threading.Thread(target=self._run, args=(due,), name="verify", daemon=True)
            self._thread.start()

    def wait(self, timeout: float) -> None:
        """Wait for the work that is under way."""
        if self._thread is not None:
            self._thread.join(timeout)

    def _run(self, keys: list[str]) -> None:
        with contextlib.suppress(OSError):
            # Linux counts threads as processes here; elsewhere it is the whole process that yields.
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
        for key in keys:
            try:
                self._verify(key)
            except Exception:  # noqa: BLE001
                # Whatever a damaged file makes of it: the others are verified still.
                _LOG.exception("%s could not be verified", key)
