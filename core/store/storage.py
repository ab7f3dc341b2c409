"""Whether the cache volume can be written to, for those who should hear of it before they need it."""

import threading
import time
from pathlib import Path

from core.files import write_trouble

__all__ = ["StorageWatch"]

_LOOK_EVERY_S = 10.0


class StorageWatch:
    """What is wrong with a directory, looked at now and then: a readiness probe may ask as often as it likes.

    Parameters
    ----------
    directory : Path
        The cache directory, which holds background jobs, stored measurements and the secret key.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = threading.Lock()
        self._looked: float | None = None
        self._trouble: str | None = None

    def __call__(self) -> str | None:
        """Return a sentence without any path, None where all is well."""
        with self._lock:
            now = time.monotonic()
            if self._looked is None or now - self._looked >= _LOOK_EVERY_S:
                reason = write_trouble(self._directory)
                self._looked = now
                self._trouble = reason and (
                    f"Nothing can be kept in CINEMATCH_CACHE_DIR ({reason}), so that nothing can be measured in the "
                    "background. Recommendations need none of it."
                )
            return self._trouble
