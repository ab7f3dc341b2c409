"""What jobs may use, and what a person is told of one that may not start."""

from collections.abc import Sequence
from dataclasses import dataclass

from callbacks.jobs.storing import StoreUnavailableError
from core.errors import CineMatchError

__all__ = ["JobLimits", "JobRefusedError", "refusal"]


@dataclass(frozen=True)
class JobLimits:
    """What a job may use."""

    time_limit_s: float = 900.0
    """Longest run of a job, and longest wait for a slot."""
    slots: int = 2
    """Jobs that run at the same time, over all workers."""
    queue: int = 8
    """Jobs that may wait for a slot; further ones are told to try again later."""

    @property
    def total(self) -> int:
        """Jobs that may run or wait."""
        return self.slots + self.queue

    @property
    def per_visitor(self) -> int:
        """Jobs that one visitor may have running or waiting: half of all, so that there is room for others.

        Two at least: one that is replaced by another may be ending still.
        """
        return max(2, self.total // 2)

    def check(self, live: Sequence[str], visitor: str) -> None:
        """Refuse one more job of a visitor, where there are as many as are allowed.

        Parameters
        ----------
        live
            Whose jobs run or wait.
        visitor
            Who starts one more.

        Raises
        ------
        JobRefusedError
        """
        if len(live) >= self.total:
            raise JobRefusedError("The server is busy with other jobs. Try again in a minute.")
        if live.count(visitor) >= self.per_visitor:
            raise JobRefusedError(
                f"You have {self.per_visitor} jobs that run or wait already. Wait for one of them, or cancel one."
            )


class JobRefusedError(CineMatchError):
    """A job may not start now; the message is for the page."""


def refusal(error: Exception) -> str:
    """Return what a person is told of a job that could not start: no paths."""
    if isinstance(error, JobRefusedError | StoreUnavailableError):
        return str(error)
    reason = error.strerror if isinstance(error, OSError) and error.strerror else "the server's log says why"
    return f"The job could not be started: {reason}. Tell whoever runs this server, then try again."
