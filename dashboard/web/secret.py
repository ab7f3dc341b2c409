"""The key that signs sessions and background jobs: configured, or generated once and kept."""

import os
import secrets
import time
from pathlib import Path

from core.errors import ConfigurationError
from core.settings import Settings

__all__ = ["secret_key"]

_NAME = "secret_key"
_MINIMUM = 16


def secret_key(settings: Settings) -> str:
    """Return the configured key or the one in `cache_dir`, which is made on first use with mode 0600.

    Raises
    ------
    ConfigurationError
        When the key is too short, or its file cannot be made or is readable by others.
    """
    if settings.secret_key is not None:
        given = settings.secret_key.get_secret_value()
        if len(given) < _MINIMUM:
            raise ConfigurationError(
                f"CINEMATCH_SECRET_KEY has {len(given)} characters; give at least {_MINIMUM} random ones."
            )
        return given
    path = settings.cache_dir / _NAME
    try:
        settings.cache_dir.mkdir(parents=True, exist_ok=True)
        return _kept(path) or _create(path)
    except OSError as error:
        raise ConfigurationError(
            f"Cannot keep a secret key in {path} ({error.strerror}). "
            "Make CINEMATCH_CACHE_DIR writable or set CINEMATCH_SECRET_KEY."
        ) from error


def _create(path: Path) -> str:
    # Written aside, then linked: two processes that start at once agree on one key and never read half of it.
    aside = path.with_name(f"{_NAME}.{os.getpid()}.{time.monotonic_ns()}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, secrets.token_urlsafe(48).encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    try:
        os.link(aside, path)
    except FileExistsError:
        pass
    finally:
        aside.unlink()
    found = _kept(path)
    if found is None:
        raise ConfigurationError(f"{path} vanished while it was made. Start again.")
    return found


def _kept(path: Path) -> str | None:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    with os.fdopen(handle, encoding="ascii") as file:
        facts = os.fstat(file.fileno())
        if facts.st_mode & 0o077 or facts.st_uid != os.getuid():
            raise ConfigurationError(
                f"{path} must belong to this user and be readable by nobody else (chmod 600). "
                "If others may have read it, delete it and start again."
            )
        text = file.read()
    if len(text) < _MINIMUM:
        raise ConfigurationError(f"{path} is damaged. Delete it and start again.")
    return text
