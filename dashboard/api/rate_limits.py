"""How much one client may ask of the API.

The rules and the storage in Redis are those of `limits`, the library underneath Flask-Limiter. Flask-Limiter itself
is left out: its bookkeeping for each request, and the timer thread that its memory storage starts, cost more than
a recommendation.
"""

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil
from typing import ClassVar

from flask import Blueprint, Response, g, request
from limits import RateLimitItem, parse_many
from limits.errors import StorageError
from limits.storage import RedisStorage, Storage

from core.errors import ConfigurationError
from core.settings import Settings
from dashboard.api.access import sent_key
from dashboard.web.problems import problem

__all__ = ["WorkerStorage", "install_rate_limits"]

log = logging.getLogger("cinematch.web")

_SWEEP_S = 30.0
_PATIENCE_S = 0.5
_RETRY_S = 10.0


class WorkerStorage(Storage):
    """Counts in this process alone, without a thread of its own; a clock that is set anew changes nothing."""

    STORAGE_SCHEME: ClassVar[list[str]] = ["worker-memory"]  # type: ignore[misc]

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._counts: dict[str, tuple[int, float]] = {}
        self._swept = time.monotonic()

    @property
    def base_exceptions(self) -> type[Exception]:
        """Return what this storage may raise."""
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Add to a count that starts anew `expiry` seconds after its first request, and return it."""
        now = time.monotonic()
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
        return count if until > time.monotonic() else 0

    def get_expiry(self, key: str) -> float:
        """Return when a count starts anew, in seconds since 1970."""
        return time.time() + max(0.0, self._counts.get(key, (0, 0.0))[1] - time.monotonic())

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


@dataclass(frozen=True, slots=True)
class _Count:
    """How a client stands with the rule that leaves it the least."""

    rule: RateLimitItem
    left: int
    """Requests that are left in this window; below 0 one that is refused."""
    seconds: float
    """Until the window begins anew."""


class _Gate:
    """Counts in Redis where there is one, and in this process when it does not answer."""

    def __init__(self, redis_url: str | None) -> None:
        self._local = WorkerStorage()
        self._shared = None
        if redis_url:
            self._shared = RedisStorage(
                redis_url,
                wrap_exceptions=True,
                socket_connect_timeout=0.5,
                socket_timeout=0.5,
                key_prefix="cinematch",
            )
        self._down_until = 0.0

    def count(self, client: str, rules: Sequence[RateLimitItem]) -> _Count:
        """Count a request, and say how its client stands with the rule that leaves it the least."""
        if self._shared is not None and time.monotonic() >= self._down_until:
            try:
                return _count(self._shared, client, rules)
            except StorageError as error:
                # Not asked again for a while: each attempt may take half a second.
                self._down_until = time.monotonic() + _RETRY_S
                log.warning("Redis does not answer, so each worker counts requests for itself: %s", error)
        return _count(self._local, client, rules)


def _count(storage: Storage, client: str, rules: Sequence[RateLimitItem]) -> _Count:
    counts = []
    for rule in rules:
        key = rule.key_for(client)
        left = rule.amount - storage.incr(key, rule.get_expiry())
        counts.append(_Count(rule, left, max(0.0, storage.get_expiry(key) - time.time())))
        if left < 0:
            break
    return min(counts, key=lambda count: count.left)


@cache
def _rules(limit: str) -> tuple[RateLimitItem, ...]:
    """Return the rules of a limit, none of ``off``; ValueError where it does not parse."""
    return () if limit.strip().lower() == "off" else tuple(sorted(parse_many(limit)))


def install_rate_limits(blueprint: Blueprint, settings: Settings) -> None:
    """Limit the requests of each client to a blueprint: of each API key, and without one of each address.

    With `CINEMATCH_REDIS_URL` all workers count together; without it, and while Redis does not answer, each worker
    counts for itself, so that a client may ask up to `CINEMATCH_WORKERS` times as much.

    Raises
    ------
    ConfigurationError
        When the limit or Redis' address is not valid.
    """
    try:
        standard = _rules(settings.rate_limit)
    except ValueError as error:
        raise ConfigurationError(
            f"CINEMATCH_RATE_LIMIT is not valid: {settings.rate_limit!r}. Write it like `100 per minute`, several "
            "separated by `;`, or `off`."
        ) from error
    try:
        gate = _Gate(settings.redis_url)
    except ValueError as error:
        raise ConfigurationError(
            f"CINEMATCH_REDIS_URL is not valid: {error}. Write it like `redis://localhost:6379/0`."
        ) from error

    @blueprint.before_request
    def count() -> Response | None:
        key = sent_key()
        rules = standard if key is None or key.rate_limit is None else _rules(key.rate_limit)
        if not rules or request.method == "OPTIONS":
            return None
        client = (request.remote_addr or "unknown") if key is None else f"key {key.key_id}"
        g.counted = rules, (stand := gate.count(client, rules))
        if stand.left >= 0:
            return None
        wait = max(1, round(stand.seconds + 0.5))
        answer = problem(429, f"Too many requests: the limit is {stand.rule}. Try again in {wait} s.")
        answer.headers["Retry-After"] = str(wait)
        return answer

    @blueprint.after_request
    def tell(response: Response) -> Response:
        # draft-ietf-httpapi-ratelimit-headers: every policy, and how the one stands that leaves the least.
        if "counted" in g:
            rules, stand = g.counted
            response.headers["RateLimit-Policy"] = ", ".join(
                f'"{rule.get_expiry()}s";q={rule.amount};w={rule.get_expiry()}' for rule in rules
            )
            left, seconds = max(0, stand.left), ceil(stand.seconds)
            response.headers["RateLimit"] = f'"{stand.rule.get_expiry()}s";r={left};t={seconds}'
        return response
