"""JSON values on disk, shared by all workers and jobs: diskcache without pickle and safe around `fork`.

SQLite must not be carried across a fork, not even to be closed in the child. Here no connection outlives one
operation in a serving process, and `FORK_LOCK` keeps every other thread out of SQLite while one thread forks.
"""

import contextlib
import logging
import os
import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import diskcache

from callbacks.jobs.directory import private_directory
from callbacks.jobs.storing import Encoded, StoreBusyError, StoreFullError, StoreUnavailableError, decode, encode
from core.errors import ConfigurationError
from core.files import set_aside

__all__ = ["JsonDisk", "JsonStore", "fork_lock", "unavailable"]

log = logging.getLogger("cinematch.jobs")

MISSING = object()
_BUSY_TIMEOUT_S = 15
_ALL_IN_THE_DATABASE = 1 << 40

_lock = threading.RLock()


def fork_lock() -> "threading.RLock":
    """Return the lock to hold while forking: nobody else is inside SQLite then."""
    return _lock


def _renew_lock() -> None:
    # The thread that forked held the lock; the child's other threads could never take the copy.
    global _lock  # noqa: PLW0603
    _lock = threading.RLock()


os.register_at_fork(after_in_child=_renew_lock)


def unavailable(error: Exception) -> StoreUnavailableError:
    """Return what to raise, and to tell visitors, when `error` keeps the store from being used: no paths."""
    cause = error.__cause__ if isinstance(error, ConfigurationError) else error
    if isinstance(cause, OSError):
        reason = cause.strerror or type(cause).__name__
    elif cause is None:
        log.error("%s", error)
        reason = "its directory is not safe to use, the server's log says why"
    else:
        reason = str(cause)
    return StoreUnavailableError(
        f"The job store cannot be used: {reason}. Tell whoever runs this server to look at the disk of "
        "CINEMATCH_CACHE_DIR; then try again."
    )


class JsonDisk(diskcache.Disk):  # type: ignore[misc]
    """Values as compressed JSON (plotly's encoder: figures, components, numpy), keys as plain text."""

    def put(self, key: Any) -> tuple[str, bool]:
        """Return `key` as it stands in the database; TypeError unless it is text."""
        if not isinstance(key, str):
            raise TypeError(f"keys of the job store are text, not {type(key).__name__}")
        return key, True

    def get(self, key: Any, raw: bool) -> Any:
        """Return a key read from the database; never unpickles."""
        if not raw:
            raise ValueError("the job store holds a pickled key, which nothing here writes: delete the store")
        return key

    def store(self, value: Any, read: bool, key: Any = diskcache.UNKNOWN) -> tuple[int, int, None, Any]:
        """Return the database columns for `value`; TypeError when JSON has no form for it."""
        del read, key
        data = value if isinstance(value, Encoded) else encode(value)
        return 0, diskcache.core.MODE_RAW, None, sqlite3.Binary(data)

    def fetch(self, mode: int, filename: str | None, value: Any, read: bool) -> Any:
        """Return the value of a row; ValueError for a row that `store` did not write."""
        del read
        if mode != diskcache.core.MODE_RAW or filename is not None:
            raise ValueError("the job store holds a value that nothing here writes: delete the store")
        try:
            return decode(bytes(value))
        except ValueError as error:
            raise sqlite3.DatabaseError(f"a value is damaged ({error})") from error


def _open(directory: Path) -> diskcache.Cache:
    return diskcache.Cache(
        str(directory),
        timeout=_BUSY_TIMEOUT_S,
        disk=JsonDisk,
        disk_min_file_size=_ALL_IN_THE_DATABASE,
        # diskcache would evict ten values at a time, and the newest with them.
        eviction_policy="none",
        sqlite_synchronous=0,  # results can be computed again: no fsync for them
    )


def _damage(file: Path) -> str | None:
    """Return what is wrong with a database, None where nothing is; asked first, as diskcache would leave it open."""
    if not file.exists():
        return None
    with contextlib.closing(sqlite3.connect(file, timeout=_BUSY_TIMEOUT_S)) as connection:
        try:
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.OperationalError:  # busy or not readable: diskcache says so itself
            return None
        except sqlite3.DatabaseError as error:
            return str(error)
    return None if found == "ok" else str(found)


class JsonStore:
    """A size-limited dictionary of JSON values in one SQLite file.

    Parameters
    ----------
    directory
        Created with mode 0700; refused when others could have written to it.
    size_limit_mb
        Limit for `set_checked`, or, with `evict`, for the whole store.
    evict
        Whether the oldest values make room for new ones. Otherwise only expired values leave.

    Notes
    -----
    The store is opened when it is first used, and tried anew each time that it could not be: a full or missing disk
    stops nothing but what needs the store, and only for as long as it lasts. Every method raises
    `StoreUnavailableError` where it cannot do its work. A damaged file is set aside and replaced: nothing here is
    worth more than going on.
    """

    def __init__(self, directory: Path, size_limit_mb: int, evict: bool = False) -> None:
        self.directory = directory
        self._size_limit = size_limit_mb << 20
        self._stay_open = False
        self._evict = evict
        self._cache: diskcache.Cache | None = None
        self._inode = -1

    def _opened(self) -> diskcache.Cache:
        if self._cache is None:
            file = private_directory(self.directory) / "cache.db"
            self._heal(file)
            if not file.exists():
                self._create(file)
            self._cache = _open(self.directory)
            self._inode = file.stat().st_ino
        return self._cache

    @staticmethod
    def _create(file: Path) -> None:
        """Make the database beside its place and put it there whole: others may look for it at any moment."""
        with tempfile.TemporaryDirectory(prefix=".new-", dir=file.parent) as scratch:
            _open(Path(scratch)).close()
            made = Path(scratch) / file.name
            made.chmod(0o600)
            with contextlib.suppress(FileExistsError):  # another process was quicker
                os.link(made, file)

    def _forget_what_is_gone(self) -> None:
        """Open anew when the file is not there any more, or another has taken its place."""
        try:
            same = (self.directory / "cache.db").stat().st_ino == self._inode
        except FileNotFoundError:
            same = False
        if not same and self._cache is not None:
            self._cache.close()
            self._cache = None

    @staticmethod
    def _heal(file: Path) -> bool:
        damage = _damage(file)
        if damage is not None:
            set_aside(file, damage)
            for beside in ("-wal", "-shm"):
                file.with_name(file.name + beside).unlink(missing_ok=True)
        return damage is not None

    @contextlib.contextmanager
    def _session(self) -> Iterator[diskcache.Cache]:
        with _lock:
            try:
                self._forget_what_is_gone()
                yield self._opened()
            except diskcache.Timeout as error:
                raise StoreBusyError("The job store is busy. Try again in a minute.") from error
            except (sqlite3.Error, OSError, ConfigurationError) as error:
                self._let_go(error)
                raise unavailable(error) from error
            finally:
                if self._cache is not None and not self._stay_open:
                    self._cache.close()

    def _let_go(self, error: Exception) -> None:
        if self._cache is not None:
            self._cache.close()
            self._cache = None
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
            with contextlib.suppress(sqlite3.Error, OSError):
                self._heal(self.directory / "cache.db")

    def stay_open(self) -> None:
        """Keep connections from now on: for a job's own process, which never forks with threads running."""
        self._stay_open = True

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of `key`, or `default`."""
        with self._session() as cache:
            return cache.get(key, default)

    def pop(self, key: str, default: Any = None) -> Any:
        """Return the value of `key` and remove it, in one step."""
        with self._session() as cache:
            # A look first: a poll mostly finds nothing, and needs no write lock for that.
            return default if cache.get(key, MISSING) is MISSING else cache.pop(key, default)

    def set(self, key: str, value: Any, expire: float | None = None) -> None:
        """Store `value` for `expire` seconds; TypeError when it has no JSON form."""
        data = encode(value)
        with self._session() as cache:
            cache.set(key, data, expire=expire)
            # Iteration goes from the oldest to the newest.
            while self._evict and len(cache) > 1 and cache.volume() > self._size_limit:
                cache.delete(next(iter(cache)))

    def set_checked(self, key: str, value: Any, expire: float | None = None) -> None:
        """Store like `set`, but raise StoreFullError when the store would exceed its limit."""
        data = encode(value)
        with self._session() as cache:
            if cache.volume() + len(data) > self._size_limit:
                cache.expire()
                if cache.volume() + len(data) > self._size_limit:
                    raise StoreFullError(len(data), self._size_limit)
            cache.set(key, data, expire=expire)

    def add(self, key: str, value: Any) -> Any:
        """Store `value` unless `key` has one, and return what is stored now; it never expires."""
        with self._session() as cache:
            cache.add(key, value)
            return cache.get(key)

    def merge(self, key: str, changes: dict[str, dict[str, Any]], expire: float | None = None) -> None:
        """Update the dictionary of dictionaries at `key` with `changes`, in one step."""
        encode(changes)
        with self._session() as cache, cache.transact():
            merged = cache.get(key, {})
            for name, values in changes.items():
                merged[name] = {**merged.get(name, {}), **values}
            cache.set(key, merged, expire=expire)

    def touch(self, key: str, expire: float) -> None:
        """Let `key` expire in `expire` seconds."""
        with self._session() as cache:
            cache.touch(key, expire)

    def delete(self, *keys: str) -> None:
        """Remove `keys`; those that are not there do not matter."""
        with self._session() as cache:
            for key in keys:
                cache.delete(key)

    def expire(self) -> None:
        """Remove what has expired."""
        with self._session() as cache:
            cache.expire()
