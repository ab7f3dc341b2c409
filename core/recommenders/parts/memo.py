"""What is computed once for a profile and asked for several times within one request."""

from collections.abc import Callable
from typing import Generic, TypeVar

from core.data.profile import Profile

__all__ = ["LastProfile"]

Value = TypeVar("Value")


class LastProfile(Generic[Value]):
    """Remembers the value of the profile object that was asked for last.

    A list is scored and then its rows are predicted: both start from the same fold-in. Threads that ask for
    different profiles at the same time at worst compute twice; the pair is replaced as a whole.
    """

    def __init__(self, compute: Callable[[Profile], Value]) -> None:
        self._compute = compute
        self._last: tuple[Profile, Value] | None = None

    def __call__(self, profile: Profile) -> Value:
        """Return the value for a profile."""
        last = self._last
        if last is not None and last[0] is profile:
            return last[1]
        value = self._compute(profile)
        self._last = (profile, value)
        return value
