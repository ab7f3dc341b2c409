"""The key that signs background jobs and tokens: configured, or generated once and kept."""

import contextlib
import logging
import os
import re
import secrets
import time
from pathlib import Path

from core.errors import ConfigurationError
from core.files import set_aside, write_atomically
from core.settings import Settings

__all__ = ["secret_key"]

log = logging.getLogger("cinematch.web")

_NAME = "secret_key"
_MINIMUM = 16
_WHOLE = re.compile(rf"[!-~]{{{_MINIMUM},}}")
_SHARED = "cinematch:secret_key"
_CONNECT_S = 2.0


def secret_key(settings: Settings) -> str:
    """Return the configured key or the one in `cache_dir`, which is made on first use with mode 0600.

    Where there is Redis, replicas agree on one there, and each keeps it: what one has signed, the others know.

    Where nothing can be kept, the key is this server's until it stops: its workers are forked from the process that
    made it. A damaged file is set aside; both cost no more than the jobs that are under way.

    Raises
    ------
    ConfigurationError
        When the configured key is too short, the kept one is readable by others, or Redis does not answer.
    """
    if settings.secret_key is not None:
        given = settings.secret_key.get_secret_value()
        if len(given) < _MINIMUM:
            raise ConfigurationError(
                f"CINEMATCH_SECRET_KEY has {len(given)} characters; give at least {_MINIMUM} random ones."
            )
        return given
    path = settings.cache_dir / _NAME
    own = _own(path)
    if settings.redis_url is None:
        return own
    agreed = _agreed(settings.redis_url, own)
    if agreed != own and path.exists():
        # A Redis that has lost it gets it back from whichever replica starts first.
        with contextlib.suppress(OSError):
            write_atomically(path, agreed)
    return agreed


def _own(path: Path) -> str:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return _kept(path) or _create(path)
    except OSError as error:
        log.error(
            "The secret key cannot be kept in %s (%s): this one lasts until the server stops. "
            "Make CINEMATCH_CACHE_DIR writable or set CINEMATCH_SECRET_KEY.",
            path,
            error.strerror,
        )
        return _new_key()


def _agreed(redis_url: str, own: str) -> str:
    """Return the key that all replicas have, which is that of the first one."""
    from redis import Redis, RedisError

    try:
        with Redis.from_url(redis_url, socket_connect_timeout=_CONNECT_S, socket_timeout=_CONNECT_S) as client:
            client.set(_SHARED, own, nx=True)
            found = client.get(_SHARED)
    except RedisError as error:
        raise ConfigurationError(
            f"Redis cannot be used ({error}), and without CINEMATCH_SECRET_KEY it keeps the key that all replicas "
            "share. Start Redis, correct CINEMATCH_REDIS_URL, or set CINEMATCH_SECRET_KEY to the same random text "
            "everywhere."
        ) from error
    except ValueError as error:
        raise ConfigurationError(
            f"CINEMATCH_REDIS_URL is not valid: {error}. Write it like `redis://localhost:6379/0`."
        ) from error
    text = found.decode("ascii", errors="replace") if isinstance(found, bytes) else ""
    if not _WHOLE.fullmatch(text):
        raise ConfigurationError(f"What Redis keeps as {_SHARED} is no key. Delete it, and start again.")
    return text


def _new_key() -> str:
    return secrets.token_urlsafe(48)


def _create(path: Path) -> str:
    # Written aside, then linked: two processes that start at once agree on one key and never read half of it.
    aside = path.with_name(f"{_NAME}.{os.getpid()}.{time.monotonic_ns()}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, _new_key().encode())
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
        raise FileNotFoundError(None, "it vanished while it was made", str(path))
    return found


def _kept(path: Path) -> str | None:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    with os.fdopen(handle, encoding="ascii", errors="replace") as file:
        facts = os.fstat(file.fileno())
        if facts.st_mode & 0o077 or facts.st_uid != os.getuid():
            raise ConfigurationError(
                f"{path} must belong to this user and be readable by nobody else (chmod 600). "
                "If others may have read it, delete it and start again."
            )
        text = file.read().strip()
    if not _WHOLE.fullmatch(text):
        set_aside(path, "it holds no key")
        return None
    return text
