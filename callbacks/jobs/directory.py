"""A directory that belongs to this user alone."""

import os
import stat
from pathlib import Path

from core.errors import ConfigurationError

__all__ = ["private_directory"]


def private_directory(path: Path) -> Path:
    """Create `path` with mode 0700, or check that an existing one is safe to use.

    Raises
    ------
    ConfigurationError
        `path` is a symbolic link or a file, belongs to another user, is writable by others (its content
        could have been planted), or cannot be created.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        info = path.lstat()
    except OSError as error:
        raise ConfigurationError(
            f"cannot create the cache directory {path}: {error}; set CINEMATCH_CACHE_DIR to a writable place"
        ) from error
    if not stat.S_ISDIR(info.st_mode):
        raise ConfigurationError(f"{path} is a link, not a directory; remove it or set CINEMATCH_CACHE_DIR")
    if info.st_uid != os.geteuid():
        raise ConfigurationError(
            f"{path} belongs to user {info.st_uid}, but this process runs as user {os.geteuid()}; "
            f"remove it, change its owner, or set CINEMATCH_CACHE_DIR to a directory of your own"
        )
    if info.st_mode & 0o022:
        raise ConfigurationError(
            f"{path} can be written by other users (mode {stat.S_IMODE(info.st_mode):04o}), so its content "
            f"cannot be trusted; remove it and start again"
        )
    if info.st_mode & 0o077:
        path.chmod(0o700)
    return path
