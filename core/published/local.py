"""The published versions that are on this machine, and which of them is served; no package of the cluster is needed.

Below `CINEMATCH_CACHE_DIR/artifacts/<data set>`: a directory for each version, as it is at the place where it was
published; ``current.json``, which names the one to serve; and ``following.json``, in which the process that looks for
new ones says how that went.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.files import sweep, write_atomically
from core.published.version import DESCRIPTION, is_version

if TYPE_CHECKING:
    from core.settings import Settings

__all__ = ["Following", "LocalVersions"]


@dataclass(frozen=True, slots=True)
class Following:
    """What the process that follows a place has to say.

    Attributes
    ----------
    looked_at : float
        When it last asked, in seconds since 1970.
    trouble : str or None
        Why what is published is not served here; a sentence that says what to do.
    """

    looked_at: float
    trouble: str | None = None


class LocalVersions:
    """The versions of one data set that this machine keeps."""

    def __init__(self, settings: Settings) -> None:
        self.root = settings.cache_dir / "artifacts" / settings.dataset
        self._current = self.root / "current.json"
        self._following = self.root / "following.json"

    def directory(self, name: str) -> Path:
        """Return where a version is, or would be."""
        return self.root / name

    def has(self, name: str) -> bool:
        """Return whether a version is here; it was whole when it came."""
        return is_version(name) and (self.root / name / DESCRIPTION).is_file()

    def current(self) -> str | None:
        """Return the version to serve; None where there is none."""
        name = _read(self._current, "version")
        return name if isinstance(name, str) and self.has(name) else None

    def make_current(self, name: str) -> None:
        """Have a version served that is here."""
        os.utime(self.root / name)
        write_atomically(self._current, json.dumps({"version": name}))

    def names(self) -> list[str]:
        """Return the versions that are here, the one that was served last first."""
        if not self.root.is_dir():
            return []
        found = [path for path in self.root.iterdir() if self.has(path.name)]
        return [path.name for path in sorted(found, key=lambda path: path.stat().st_mtime_ns, reverse=True)]

    def drop(self, name: str) -> None:
        """Remove a version. Whoever has opened its files keeps them until he lets go of them."""
        (self.root / name / DESCRIPTION).unlink(missing_ok=True)
        shutil.rmtree(self.root / name, ignore_errors=True)

    def prune(self, keep: int) -> None:
        """Remove all but the versions that were served last, and what was left of broken downloads."""
        for name in self.names()[keep:]:
            self.drop(name)
        sweep(self.root)

    @contextmanager
    def alone(self, *, wait: bool = True, what: str = "fetch") -> Iterator[bool]:
        """Be the only process that does something to these versions; yield whether that is so.

        Parameters
        ----------
        wait : bool
            For who does it now to end.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.root / f".{what}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                yield False
            else:
                yield True
        finally:
            os.close(descriptor)

    def tell(self, trouble: str | None) -> None:
        """Say how looking for what is published went; for who follows."""
        write_atomically(self._following, json.dumps(asdict(Following(time.time(), trouble))))

    def told(self) -> Following | None:
        """Return what who follows said last."""
        looked, trouble = _read(self._following, "looked_at"), _read(self._following, "trouble")
        if not isinstance(looked, int | float):
            return None
        return Following(float(looked), trouble if isinstance(trouble, str) else None)


def _read(file: Path, field: str) -> object:
    """Return a field of a small file of our own, which is written anew soon where it cannot be read."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return document.get(field) if isinstance(document, dict) else None
