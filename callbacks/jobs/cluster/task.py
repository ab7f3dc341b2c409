"""The task that Celery's workers run: whatever job is named, in a process of its own family."""

import contextlib
import multiprocessing
import os
import signal
from collections.abc import Callable
from typing import Any

from celery import Celery, Task, signals
from celery.exceptions import Reject, WorkerLostError
from celery.worker.request import Request

from callbacks.jobs.cluster.queue import JOB
from callbacks.jobs.process import stand_back
from core.tasks import end_with_parent

__all__ = ["MAX_RETRIES", "JobRequest", "add_job_task"]

MAX_RETRIES = 3
_FIRST_WAIT_S, _LONGEST_WAIT_S = 1, 60


class JobRequest(Request):  # type: ignore[misc]
    """A job as the worker's main process sees it: what its process started ends with it."""

    def terminate(self, pool: Any, signal: Any = None) -> None:
        """End it because it was cancelled."""
        super().terminate(pool, signal)
        self._end_family()

    def cancel(self, pool: Any, signal: Any = None, emit_retry: bool = True) -> None:
        """Give it back because the worker stops: another one may begin it at once."""
        self.task.on_retry(None, self.id, (), {}, None)
        super().cancel(pool, signal, emit_retry)

    def on_timeout(self, soft: bool, timeout: float) -> None:
        """Note that its time was over."""
        super().on_timeout(soft, timeout)
        if not soft:
            self._end_family()

    def on_failure(self, exc_info: Any, *arguments: Any, **options: Any) -> Any:
        """Note that it has failed."""
        lost = isinstance(exc_info.exception, WorkerLostError | SystemExit)
        answer = super().on_failure(exc_info, *arguments, **options)
        if lost:
            self._end_family()
        return answer

    def _end_family(self) -> None:
        # The leader may be gone, and its group is then that of what it has left behind.
        if self.worker_pid:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.worker_pid, signal.SIGKILL)


def add_job_task(
    queue: Celery,
    perform: Callable[[Task, str, str, str], None],
    passing: tuple[type[Exception], ...],
    again: Callable[[str], None],
    failed: Callable[[str, BaseException], None],
) -> Task:
    """Make the task known to an application.

    Parameters
    ----------
    queue
        The application.
    perform
        Called in a job's process with the task, the job's key, the name of its function and the arguments as JSON.
    passing
        What may be over in a moment: a job that raises it is tried again, later each time.
    again
        Called with the key of a job that will be tried again.
    failed
        Called with the key of a job that will not, and why.
    """

    class JobTask(Task):  # type: ignore[misc]
        Request = JobRequest

        def on_retry(self, exc: Any, task_id: str, args: Any, kwargs: Any, einfo: Any) -> None:
            del exc, args, kwargs, einfo
            again(task_id)

        def retry(self, *arguments: Any, **options: Any) -> Any:
            try:
                return super().retry(*arguments, **options)
            except Reject as error:
                # The queue takes nothing now: Celery would drop the message that it has.
                raise Reject(str(error.reason), requeue=True) from error

    @queue.task(
        name=JOB,
        base=JobTask,
        bind=True,
        max_retries=MAX_RETRIES,
        autoretry_for=passing,
        retry_backoff=_FIRST_WAIT_S,
        retry_backoff_max=_LONGEST_WAIT_S,
        default_retry_delay=_FIRST_WAIT_S,
        retry_on_worker_lost=True,
    )
    def job(task: Task, key: str, name: str, text: str) -> None:
        perform(task, key, name, text)

    def tell(task_id: str, exception: BaseException, **_: Any) -> None:
        failed(task_id, exception)

    signals.task_failure.connect(tell, sender=job, weak=False)
    signals.worker_process_init.connect(_become_head, weak=False)
    found: Task = job
    return found


def _become_head(**_: Any) -> None:
    """Begin a job's process: head of a family of its own, which a killed worker does not leave behind."""
    os.setpgid(0, 0)
    end_with_parent(os.getppid())
    stand_back()
    # Celery's processes count as daemons, which may have no children; jobs may, and their family ends with them.
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
