"""How much one client may ask of the API.

The rules and the storage in Redis are those of `limits`, the library underneath Flask-Limiter. Flask-Limiter itself
is left out: its bookkeeping for each request, and the timer thread that its memory storage starts, cost more than
a recommendation.
"""

import logging
import threading
import time
from typing import ClassVar

from flask import Blueprint, Response, request
from limits import RateLimitItem, parse_many
from limits.errors import StorageError
from limits.storage import RedisStorage, Storage
from limits.strategies import FixedWindowRateLimiter

from core.errors import ConfigurationError
from core.settings import Settings
from dashboard.web.problems import problem

__all__ = ["WorkerStorage", "install_rate_limits"]

log = logging.getLogger("cinematch.web")

_SWEEP_S = 30.0
_PATIENCE_S = 0.5
_RETRY_S = 10.0


class WorkerStorage(Storage):
    """Counts in this process alone, without a thread of its own."""

    STORAGE_SCHEME: ClassVar[list[str]] = ["worker-memory"]  # type: ignore[misc]

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._counts: dict[str, tuple[int, float]] = {}
        self._swept = time.time()

    @property
    def base_exceptions(self) -> type[Exception]:
        """Return what this storage may raise."""
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Add to a count that starts anew `expiry` seconds after its first request, and return it."""
        now = time.time()
        with self._lock:
            if now - self._swept > _SWEEP_S:
                self._counts = {name: kept for name, kept in self._counts.items() if kept[1] > now}
                self._swept = now
            count, until = self._counts.get(key, (0, 0.0))
            if until <= now:
                count, until = 0, now + expiry
            self._counts[key] = (count + amount, until)
            return count + amount

    def get(self, key: str) -> int:
        """Return a count."""
        count, until = self._counts.get(key, (0, 0.0))
        return count if until > time.time() else 0

    def get_expiry(self, key: str) -> float:
        """Return when a count starts anew, in seconds since 1970."""
        return self._counts.get(key, (0, time.time()))[1]

    def check(self) -> bool:
        """Return that this storage works."""
        return True

    def reset(self) -> int | None:
        """Forget all counts and return how many there were."""
        with self._lock:
            forgotten = len(self._counts)
            self._counts = {}
        return forgotten

    def clear(self, key: str) -> None:
        """Forget a count."""
        with self._lock:
            self._counts.pop(key, None)


class _Gate:
    """Counts in Redis where there is one, and in this process when it does not answer."""

    def __init__(self, rules: list[RateLimitItem], redis_url: str | None) -> None:
        self._rules = rules
        self._local = FixedWindowRateLimiter(WorkerStorage())
        self._shared = None
        if redis_url:
            storage = RedisStorage(
                redis_url,
                wrap_exceptions=True,
                socket_connect_timeout=0.5,
                socket_timeout=0.5,
                key_prefix="cinematch",
            )
            self._shared = FixedWindowRateLimiter(storage)
        self._down_until = 0.0

    def refused(self, client: str) -> tuple[RateLimitItem, float] | None:
        """Count a request; return the rule that it breaks and the seconds until it may be tried again."""
        if self._shared is not None and time.monotonic() >= self._down_until:
            try:
                return self._count(self._shared, client)
            except StorageError as error:
                # Not asked again for a while: each attempt may take half a second.
                self._down_until = time.monotonic() + _RETRY_S
                log.warning("Redis does not answer, so each worker counts requests for itself: %s", error)
        return self._count(self._local, client)

    def _count(self, limiter: FixedWindowRateLimiter, client: str) -> tuple[RateLimitItem, float] | None:
        for rule in self._rules:
            if not limiter.hit(rule, client):
                return rule, max(0.0, limiter.get_window_stats(rule, client).reset_time - time.time())
        return None


def install_rate_limits(blueprint: Blueprint, settings: Settings) -> None:
    """Limit the requests of each client address to a blueprint.

    With `CINEMATCH_REDIS_URL` all workers count together; without it, and while Redis does not answer, each worker
    counts for itself, so that a client may ask up to `CINEMATCH_WORKERS` times as much.

    Raises
    ------
    ConfigurationError
        When the limit or Redis' address is not valid.
    """
    if settings.rate_limit.strip().lower() == "off":
        return
    try:
        rules = sorted(parse_many(settings.rate_limit))
    except ValueError as error:
        raise ConfigurationError(
            f"CINEMATCH_RATE_LIMIT is not valid: {settings.rate_limit!r}. Write it like `100 per minute`, several "
            "separated by `;`, or `off`."
        ) from error
    try:
        gate = _Gate(rules, settings.redis_url)
    except ValueError as error:
        raise ConfigurationError(
            f"CINEMATCH_REDIS_URL is not valid: {error}. Write it like `redis://localhost:6379/0`."
        ) from error

    @blueprint.before_request
    def count() -> Response | None:
        refused = gate.refused(request.remote_addr or "unknown")
        if refused is None:
            return None
        rule, seconds = refused
        wait = max(1, round(seconds + 0.5))
        answer = problem(429, f"Too many requests: the limit is {rule}. Try again in {wait} s.")
        answer.headers["Retry-After"] = str(wait)
        return answer
