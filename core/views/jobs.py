"""Work that goes on in the background, as a list of it is read."""

from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["JobState", "JobView"]

JobState = Literal["waiting", "running", "done", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class JobView:
    """A job that somebody asked for."""

    key: str
    kind: str
    """What it does, by the name under which its function is known."""
    title: str
    """What it was asked, in people's words."""
    address: str
    """Where its result is shown; empty where nowhere."""
    state: JobState
    asked_at: float
    """Seconds since the epoch."""
    ended_at: float | None = None
    share: float = 0.0
    """Of the work, 0 to 1."""
    text: str = ""
    """What it does now, or why it failed."""
    result: dict[str, Any] = field(default_factory=dict)

    @property
    def live(self) -> bool:
        """Whether it waits or runs."""
        return self.state in ("waiting", "running")
