"""What is being learned beside a server."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal, TypeGuard

from core.views.models import ModelStatus

__all__ = ["Learning", "goes_on", "with_learning"]

_State = Literal["waiting", "running", "done", "failed"]
_UNITS = ((90.0, 1, "s", 5), (5400.0, 60, "min", 1))


@dataclass(frozen=True)
class Learning:
    """How far a training is, by algorithm.

    Attributes
    ----------
    state : str
        ``running``; ``failed``: it has ended, and something could not be learned; ``stopped``: it ended before it was
        done, and says so no more.
    fits, measures : dict of key to str
        ``waiting``, ``running``, ``done`` or ``failed``: each algorithm that is trained, and measured.
    reasons : dict of key to str
        Why something failed, a sentence each.
    ends_at : float
        When all will be done, in seconds since 1970, estimated.
    """

    state: Literal["running", "failed", "stopped"]
    fits: dict[str, _State] = field(default_factory=dict)
    measures: dict[str, _State] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    ends_at: float = 0.0

    def stopped(self) -> "Learning":
        """Return it as one that ended before it was done."""
        return replace(self, state="stopped")

    @property
    def seconds_left(self) -> float | None:
        """How long it will take yet, estimated; None where nothing is learned."""
        return max(self.ends_at - time.time(), 1.0) if self.state == "running" else None

    @property
    def left_in_words(self) -> str:
        """How long it will take yet, in words; empty where nothing is learned."""
        seconds = self.seconds_left
        if seconds is None:
            return ""
        for below, unit, name, step in _UNITS:
            if seconds < below:
                return f"about {max(round(seconds / unit / step) * step, step)} {name}"
        return f"about {seconds / 3600:.1f} h"

    def pending(self, of: Literal["fits", "measures"]) -> list[str]:
        """Return the keys of what is still to be learned, or measured: what is at work first."""
        found: dict[str, _State] = getattr(self, of)
        return sorted((key for key, state in found.items() if state in ("running", "waiting")), key=found.get)  # type: ignore[arg-type]

    def trouble(self) -> list[str]:
        """Return what a person should know, in sentences."""
        found = [f"{key} could not be learned: {reason}" for key, reason in self.reasons.items()]
        if self.state == "stopped":
            rest = [*self.pending("fits"), *(key for key in self.pending("measures") if key not in self.fits)]
            found.append(
                f"Learning ended before it was done ({', '.join(rest) or 'measuring'} to go). "
                "`cinematch train --missing` goes on where it was."
            )
        return found


def goes_on(learning: Learning | None) -> TypeGuard[Learning]:
    """Return whether something is being learned right now."""
    return learning is not None and learning.state == "running"


def with_learning(statuses: Iterable[ModelStatus], learning: Learning) -> list[ModelStatus]:
    """Return the states of models with what is known of their learning."""
    return [_told(status, learning) for status in statuses]


def _told(status: ModelStatus, learning: Learning) -> ModelStatus:
    key, running = status.key, learning.state == "running"
    if running and learning.fits.get(key) in ("waiting", "running"):
        told = replace(status, learning="fit")
        if status.state != "missing":
            return told
        return replace(told, reason=f"It is being learned; all will be there in {learning.left_in_words}.")
    if key in learning.reasons and status.state == "missing":
        return replace(status, reason=f"It could not be learned: {learning.reasons[key]}")
    if running and learning.measures.get(key) in ("waiting", "running"):
        return replace(status, learning="measure")
    return status
