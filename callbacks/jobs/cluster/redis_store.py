"""JSON values in Redis, shared by all replicas and workers."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from redis import Redis
from redis.backoff import ExponentialBackoff
from redis.exceptions import (
    AuthenticationError,
    ConnectionError,
    LockError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    TimeoutError,
)
from redis.retry import Retry

from callbacks.jobs.storing import (
    StoreBusyError,
    StoreFullError,
    StoreOverflowError,
    StoreUnavailableError,
    decode,
    encode,
)
from core.errors import ConfigurationError

__all__ = ["RedisStore", "alone", "be_patient", "connected", "spoken"]

log = logging.getLogger("cinematch.jobs")

_CONNECT_S, _ANSWER_S = 1.0, 5.0
_HOLD_S, _PATIENCE_S, _LOOK_EVERY_S = 30.0, 10.0, 0.02
_REASONS = {
    AuthenticationError: "it refuses the password",
    TimeoutError: "it takes too long to answer",
    ConnectionError: "nothing answers at its address",
    OutOfMemoryError: "its memory is full",
    ReadOnlyError: "it can only be read",
}


def connected(url: str) -> Redis:
    """Return a client, which connects when it is first used and again in every forked process.

    Raises
    ------
    ConfigurationError
        The address is not one of Redis.
    """
    try:
        return Redis.from_url(url, socket_connect_timeout=_CONNECT_S, socket_timeout=_ANSWER_S)
    except ValueError as error:
        raise ConfigurationError(
            f"CINEMATCH_REDIS_URL is not valid: {error}. Write it like `redis://localhost:6379/0`."
        ) from error


def be_patient(client: Redis) -> None:
    """Have a client wait for half a minute, as long as a restart takes, for a Redis that does not answer."""
    client.set_retry(Retry(ExponentialBackoff(cap=5, base=0.25), 9))


@contextmanager
def spoken() -> Iterator[None]:
    """Turn what goes wrong with Redis into a sentence for people; its address is for the log."""
    try:
        yield
    except LockError as error:
        raise StoreBusyError("The job store is busy. Try again in a minute.") from error
    except RedisError as error:
        log.error("Redis: %s", error)
        reason = next((said for kind, said in _REASONS.items() if isinstance(error, kind)), type(error).__name__)
        full = isinstance(error, OutOfMemoryError)
        raise (StoreOverflowError if full else StoreUnavailableError)(
            f"Redis, which keeps the background jobs, cannot be used: {reason}. Tell whoever runs this server to "
            "look at CINEMATCH_REDIS_URL; then try again."
        ) from error


@contextmanager
def alone(client: Redis, name: str) -> Iterator[None]:
    """Keep all others who use the same name out, on whatever machine.

    Raises
    ------
    StoreUnavailableError
        Redis cannot be used, or somebody holds the place for too long.
    """
    with spoken(), client.lock(name, timeout=_HOLD_S, blocking_timeout=_PATIENCE_S, sleep=_LOOK_EVERY_S):
        yield


class RedisStore:
    """A dictionary of JSON values in Redis; see `callbacks.jobs.storing.Store`.

    Parameters
    ----------
    client
        From `connected`.
    name
        Begins every key.
    size_limit_mb
        Limit of one value for `set_checked`; how much all may take is Redis' own ``maxmemory``.
    kept_s
        After so long values go of which nothing else is said; None: they stay.
    """

    def __init__(self, client: Redis, name: str, size_limit_mb: int, kept_s: float | None = None) -> None:
        self._client = client
        self._name = name
        self._size_limit = size_limit_mb << 20
        self._kept_s = kept_s

    def _key(self, key: str) -> str:
        return f"{self._name}:{key}"

    def stay_open(self) -> None:
        """Do nothing: connections stay as they are."""

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of `key`, or `default`."""
        with spoken():
            return self._read(key, self._client.get(self._key(key)), default)

    def pop(self, key: str, default: Any = None) -> Any:
        """Return the value of `key` and remove it, in one step."""
        with spoken():
            return self._read(key, self._client.getdel(self._key(key)), default)

    def set(self, key: str, value: Any, expire: float | None = None) -> None:
        """Store `value` for `expire` seconds; TypeError when it has no JSON form."""
        data = encode(value)
        with spoken():
            self._client.set(self._key(key), data, px=self._milliseconds(expire))

    def set_checked(self, key: str, value: Any, expire: float | None = None) -> None:
        """Store like `set`, but raise StoreFullError when the value is too large or Redis has no room for it."""
        data = encode(value)
        if len(data) > self._size_limit:
            raise StoreFullError(len(data), self._size_limit)
        with spoken():
            try:
                self._client.set(self._key(key), data, px=self._milliseconds(expire))
            except OutOfMemoryError as error:
                raise StoreFullError(len(data), self._size_limit) from error

    def add(self, key: str, value: Any) -> Any:
        """Store `value` unless `key` has one, and return what is stored now; it never expires."""
        with spoken():
            self._client.set(self._key(key), encode(value), nx=True)
            return self._read(key, self._client.get(self._key(key)), None)

    def merge(self, key: str, changes: dict[str, dict[str, Any]], expire: float | None = None) -> None:
        """Update the dictionary of dictionaries at `key` with `changes`, in one step."""
        encode(changes)
        place = self._key(key)

        def update(pipe: Any) -> None:
            merged = self._read(key, pipe.get(place), {})
            for name, values in changes.items():
                merged[name] = {**merged.get(name, {}), **values}
            pipe.multi()
            pipe.set(place, encode(merged), px=self._milliseconds(expire))

        with spoken():
            self._client.transaction(update, place)

    def touch(self, key: str, expire: float) -> None:
        """Let `key` expire in `expire` seconds."""
        with spoken():
            self._client.pexpire(self._key(key), round(1000 * expire))

    def delete(self, *keys: str) -> None:
        """Remove `keys`; those that are not there do not matter."""
        with spoken():
            self._client.delete(*map(self._key, keys))

    def _milliseconds(self, expire: float | None) -> int | None:
        seconds = self._kept_s if expire is None else expire
        return None if seconds is None else max(1, round(1000 * seconds))

    def _read(self, key: str, data: Any, default: Any) -> Any:
        if data is None:
            return default
        try:
            return decode(data)
        except ValueError as error:
            log.error("what Redis keeps as %s is damaged: %s", self._key(key), error)
            raise StoreUnavailableError(
                f"What Redis keeps as {key!r} is damaged. Ask for it again; if that does not help, delete the key."
            ) from error
