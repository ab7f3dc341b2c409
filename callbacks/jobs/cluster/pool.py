"""The processes of a worker, looked after often: who waits for a job waits no longer for a process to be replaced."""

from typing import Any

from celery.concurrency.asynpool import AsynPool
from celery.concurrency.prefork import TaskPool

__all__ = ["JobPool"]

_LOOK_EVERY_S = 0.25


class _Processes(AsynPool):  # type: ignore[misc]
    """Celery's own looks every 5 s for processes that have ended, which here every job's does."""

    @property
    def timers(self) -> dict[Any, float]:
        """What is done now and then, and how often."""
        return {self.maintain_pool: _LOOK_EVERY_S}


class JobPool(TaskPool):  # type: ignore[misc]
    """Celery's pool of forked processes, with those."""

    Pool = _Processes
