"""How a job stands."""

from dataclasses import dataclass
from typing import Any

from core.views import JobState

__all__ = ["JobLook", "Standing", "cause_of_death"]


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
    limit_s : float or None
        That time, where it is not the same for all jobs.
    """

    alive: bool
    has_slot: bool = False
    late: bool = False
    limit_s: float | None = None


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


def cause_of_death(standing: Standing | None, limit_s: float) -> str:
    """Return what a person is told of a job that ended without a word."""
    if standing is None:
        return "The result of this job is no longer kept. Start it again."
    if standing.late:
        limit = f"{standing.limit_s or limit_s:g} s"
        if standing.has_slot:
            return f"The job was stopped after its time limit of {limit}."
        return f"The server is busy: the job waited {limit} for its turn. Try again later."
    return (
        "The job ended without a result: its process was killed or crashed, "
        "most often because memory ran out. The server's log may say more."
    )
