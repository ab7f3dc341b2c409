"""JSON values on disk, shared by all workers and jobs: diskcache without pickle and safe around `fork`.

SQLite must not be carried across a fork, not even to be closed in the child. Here no connection outlives one
operation in a serving process, and `FORK_LOCK` keeps every other thread out of SQLite while one thread forks.
"""

import contextlib
import json
import os
import sqlite3
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import diskcache
from dash.exceptions import DashException
from plotly.io.json import to_json_plotly

from callbacks.jobs.directory import private_directory
from core.errors import CineMatchError

__all__ = ["JsonDisk", "JsonStore", "StoreFullError", "fork_lock"]

MISSING = object()
_COMPRESSION = 1
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


class StoreFullError(CineMatchError):
    """A value does not fit into the store any more."""


class _Encoded(bytes):
    """A value that is encoded already."""


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
        data = value if isinstance(value, _Encoded) else encode(value)
        return 0, diskcache.core.MODE_RAW, None, sqlite3.Binary(data)

    def fetch(self, mode: int, filename: str | None, value: Any, read: bool) -> Any:
        """Return the value of a row; ValueError for a row that `store` did not write."""
        del read
        if mode != diskcache.core.MODE_RAW or filename is not None:
            raise ValueError("the job store holds a value that nothing here writes: delete the store")
        return json.loads(zlib.decompress(bytes(value)))


def encode(value: Any) -> _Encoded:
    """Return `value` as compressed JSON; TypeError says what JSON has no form for."""
    try:
        text = to_json_plotly(value)
    except (TypeError, ValueError, RecursionError, DashException) as error:
        raise TypeError(f"no JSON form: {error}") from error
    return _Encoded(zlib.compress(text.encode(), _COMPRESSION))


def _is_damaged(file: Path) -> bool:
    """Return whether a file is there that is no database; asked first, as diskcache would leave it open."""
    if not file.exists():
        return False
    with contextlib.closing(sqlite3.connect(file, timeout=_BUSY_TIMEOUT_S)) as connection:
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError:  # busy or not readable: diskcache says so itself
            return False
        except sqlite3.DatabaseError:
            return True
    return False


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

    Raises
    ------
    ConfigurationError
        The directory cannot be used.
    """

    def __init__(self, directory: Path, size_limit_mb: int, evict: bool = False) -> None:
        self.directory = private_directory(directory)
        self._size_limit = size_limit_mb << 20
        self._stay_open = False
        self._evict = evict
        with _lock:
            # Nothing here is worth more than a start: a damaged file is replaced.
            if _is_damaged(directory / "cache.db"):
                for file in directory.glob("cache.db*"):
                    file.unlink()
            self._cache = self._open()
            self._cache.close()
        (directory / "cache.db").chmod(0o600)

    def _open(self) -> diskcache.Cache:
        return diskcache.Cache(
            str(self.directory),
            timeout=_BUSY_TIMEOUT_S,
            disk=JsonDisk,
            disk_min_file_size=_ALL_IN_THE_DATABASE,
            # diskcache would evict ten values at a time, and the newest with them.
            eviction_policy="none",
            sqlite_synchronous=0,  # results can be computed again: no fsync for them
        )

    @contextlib.contextmanager
    def _session(self) -> Iterator[diskcache.Cache]:
        with _lock:
            try:
                yield self._cache
            finally:
                if not self._stay_open:
                    self._cache.close()

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
                    raise StoreFullError(
                        f"the result ({len(data) / 2**20:.1f} MB) does not fit into the store of "
                        f"{self._size_limit >> 20} MB; try again later or raise the limit"
                    )
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
