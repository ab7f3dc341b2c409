"""What is computed once for a profile and asked for several times within one request."""

from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import WeakMethod

from core.data.profile import Profile

__all__ = ["LastProfile"]

Value = TypeVar("Value")


class LastProfile(Generic[Value]):
    """Remembers the value of the profile object that was asked for last.

    A list is scored and then its rows are predicted: both start from the same fold-in. Threads that ask for
    different profiles at the same time at worst compute twice; the pair is replaced as a whole.

    Parameters
    ----------
    compute : bound method
        Of the object that holds this, and not held in turn: models that are replaced would stay mapped until the
        cycle collector runs, and for good in workers, where what came before the fork is never collected.
    """

    def __init__(self, compute: Callable[[Profile], Value]) -> None:
        self._compute = WeakMethod(compute)
        self._last: tuple[Profile, Value] | None = None

    def __call__(self, profile: Profile) -> Value:
        """Return the value for a profile."""
        last = self._last
        if last is not None and last[0] is profile:
            return last[1]
        compute = self._compute()
        if compute is None:
            raise ReferenceError("the model that this belongs to is gone")
        value = compute(profile)
        self._last = (profile, value)
        return value
