"""The time that is kept."""

import time

__all__ = ["DAY_MS", "now_ms"]

DAY_MS = 86_400_000


def now_ms() -> int:
    """Return milliseconds since 1970."""
    return time.time_ns() // 1_000_000
