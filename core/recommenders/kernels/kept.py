"""Where compiled loops are kept, and whether those of a module are there: answered without the compiler."""

import os
import sys
from pathlib import Path

from core.settings import load_settings

__all__ = ["is_kept", "kept_in"]


def kept_in() -> Path:
    """Return ``NUMBA_CACHE_DIR`` where it is set, else ``numba`` in the cache directory of the settings.

    Packages may lie where nobody may write.
    """
    return Path(os.environ.get("NUMBA_CACHE_DIR") or load_settings().cache_dir / "numba")


def is_kept(module: str) -> bool:
    """Return whether loops of a module of this package seem to be compiled, by numba's indices of them.

    An index older than the source is of another version. For estimates: who wants them loads or compiles them.
    """
    source = Path(__file__).with_name(f"{module}.py")
    version = f"py{sys.version_info[0]}{sys.version_info[1]}"
    indices = kept_in().glob(f"{source.parent.name}_*/{module}.*.{version}.nbi")
    return any(index.stat().st_mtime >= source.stat().st_mtime for index in indices)
