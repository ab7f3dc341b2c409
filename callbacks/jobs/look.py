"""How a job stands."""

from dataclasses import dataclass
from typing import Any

from core.views import JobState

__all__ = ["JobLook", "Standing"]


@dataclass(frozen=True)
class Standing:
    """What runs a job, seen from outside.

    Attributes
    ----------
    alive : bool
        Whether it waits or runs.
    has_slot : bool
        Whether it has begun.
    late : bool
        Whether the time is over that it may wait or, once it has begun, run.
    """

    alive: bool
    has_slot: bool = False
    late: bool = False


@dataclass(frozen=True)
class JobLook:
    """How a job stands, for whoever looks: nothing is taken away by it.

    Attributes
    ----------
    progress : list or None
        What the job reported last.
    outcome : dict or None
        ``{"value": ...}`` or ``{"error": ...}`` once it has ended.
    """

    state: JobState
    progress: list[Any] | None = None
    outcome: dict[str, Any] | None = None
