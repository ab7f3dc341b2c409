"""What CineMatch takes on the disk."""

import shutil
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from stat import S_ISREG

from core.settings import Settings
from core.views import DiskUse

__all__ = ["disk_use"]

_MB = 1e6


@lru_cache(maxsize=1)
def disk_use(settings: Settings, _minute: int) -> DiskUse:
    """Return the sizes of this data set's directories; the walk over their files is made once for every `_minute`."""
    own = {"Data set": settings.dataset_dir, "Models": settings.dataset_models_dir}
    copies = {"Published versions": settings.cache_dir / "artifacts"}
    places = {**(own if settings.artifacts_url is None else copies), "Cache": settings.cache_dir}
    there = next((place for place in (settings.cache_dir, *settings.cache_dir.parents) if place.exists()), Path("/"))
    usage = shutil.disk_usage(there)
    manifest = settings.dataset_dir / "manifest.json"
    installed = (
        datetime.fromtimestamp(manifest.stat().st_mtime, UTC).isoformat(timespec="minutes")
        if manifest.exists()
        else None
    )
    counted: set[tuple[int, int]] = set()
    return DiskUse(
        places={name: _size(place, counted) / _MB for name, place in places.items()},
        free_mb=usage.free / _MB,
        total_mb=usage.total / _MB,
        installed_at=installed,
    )


def _size(place: Path, counted: set[tuple[int, int]]) -> int:
    """Return the bytes of what was not counted before: versions share files, and the cache has copies in it."""
    total = 0
    for file in place.rglob("*"):
        try:
            facts = file.stat()
        except OSError:
            continue  # it was removed meanwhile
        if S_ISREG(facts.st_mode) and (facts.st_dev, facts.st_ino) not in counted:
            counted.add((facts.st_dev, facts.st_ino))
            total += facts.st_size
    return total
