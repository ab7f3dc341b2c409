"""The background callback manager: long work in processes of its own, outcomes on disk.

Dash's DiskcacheManager loses results between two tabs, stalls for a second when a poll reaches another worker,
lets jobs hold the server's sockets and keep workers from stopping, and turns failures into silence. This one
speaks the same protocol without these faults; docs/BACKGROUND_JOBS.md explains how.
"""

import logging
import os
import pickle
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dash import Dash
from dash.background_callback.managers import BaseBackgroundCallbackManager

from callbacks.jobs.directory import private_directory
from callbacks.jobs.messages import job_error_message
from callbacks.jobs.outbox import JobError, Outbox
from callbacks.jobs.process import arm_alarm, start_detached
from callbacks.jobs.records import JobRecord, Records
from callbacks.jobs.results import ResultStore
from callbacks.jobs.runner import JobFunction, run_job
from callbacks.jobs.slots import take_slot
from callbacks.jobs.starter import JobStarter
from callbacks.jobs.store import JsonStore
from core.errors import ConfigurationError
from core.views import JobState

__all__ = [
    "BackgroundManager",
    "JobLimits",
    "JobLook",
    "ResultStore",
    "job_error_message",
    "make_background_manager",
    "prepare_job_starters",
    "stored_results",
]

log = logging.getLogger("cinematch.jobs")


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


@dataclass(frozen=True)
class JobLimits:
    """What a job may use."""

    time_limit_s: float = 900.0
    """Longest run of a job, and longest wait for a slot."""
    slots: int = 2
    """Jobs that run at the same time, over all workers."""
    queue: int = 8
    """Jobs that may wait for a slot; further ones are told to try again later."""


class BackgroundManager(BaseBackgroundCallbackManager):
    """Runs background callbacks; one per application, made before the server forks its workers.

    A job's key (a random one for each start) serves Dash as its cache key and as its job id.

    Parameters
    ----------
    directory
        For job files and outcomes; private to this user, on a local disk, shared by all workers.
    outbox
        Where jobs leave their outcomes.
    results
        Finished results that pages may look up before they start a job.
    limits
        Time, slots and queue.
    """

    def __init__(self, directory: Path, outbox: Outbox, results: ResultStore, limits: JobLimits) -> None:
        self.results = results
        self.directory = private_directory(directory)
        self._records = Records(directory)
        self._outbox = outbox
        self._job_limits = limits
        self._starter = JobStarter(self._run_request)
        super().__init__(cache_by=None)  # type: ignore[no-untyped-call]
        self._live_jobs()

    # -- starting ----------------------------------------------------------------------------------------

    def build_cache_key(self, fn: Any, args: Any, cache_args_to_ignore: Any, triggered: Any) -> str:
        """Return a new key for every start: two tabs with the same arguments are two jobs."""
        del fn, args, cache_args_to_ignore, triggered
        return uuid.uuid4().hex

    def make_job_fn(self, fn: Callable[..., Any], progress: bool, key: str | None = None) -> JobFunction:
        """Return what `call_job_fn` needs to run `fn`."""
        return JobFunction(fn, bool(progress), key or "")

    def call_job_fn(self, key: str, job_fn: JobFunction, args: Any, context: dict[str, Any]) -> str:
        """Start the job and return its id. What goes wrong here reaches the page with its first poll."""
        if self._live_jobs() >= self._job_limits.slots + self._job_limits.queue:
            self._outbox.post_error(key, JobError("The server is busy with other jobs. Try again in a minute."))
            return key
        record = self._records.create(key)
        try:
            request = self._pack(key, job_fn, args, context)
            if request is None or not self._starter.start(request, record):
                start_detached(lambda: self._run(key, record, job_fn, args, context), record)
            self._records.publish(key)
        except OSError as error:
            log.exception("background job %s could not be started", key)
            self._records.remove(key)
            self._outbox.post_error(key, JobError(f"The job could not be started: {error}."))
        finally:
            os.close(record)
        return key

    def prepare(self) -> None:
        """Make the process that starts jobs; for the server's master, before it has workers or threads."""
        self._starter.launch()

    def _pack(self, key: str, job_fn: JobFunction, args: Any, context: dict[str, Any]) -> bytes | None:
        if job_fn.name not in self.func_registry:
            return None
        try:
            return pickle.dumps((key, job_fn.name, args, dict(context)))
        except (pickle.PicklingError, TypeError, AttributeError) as error:
            log.warning("background job %s is forked from its worker: %s", key, error)
            return None

    def _run_request(self, request: bytes, record: int) -> None:
        # Between processes of this server, over a socket that nobody else can reach.
        key, name, args, context = pickle.loads(request)  # noqa: S301
        self._run(key, record, self.func_registry[name], args, context)

    def _run(self, key: str, record: int, job_fn: JobFunction, args: Any, context: dict[str, Any]) -> None:
        # In the job's own process.
        self._outbox.stay_open()
        self._allow(record, has_slot=False)
        take_slot(self.directory, self._job_limits.slots)
        self._allow(record, has_slot=True)
        run_job(key, job_fn, args, context, self._outbox)
        self._records.remove(key)

    def _allow(self, record: int, has_slot: bool) -> None:
        # Deadline first: when the alarm has rung, the deadline has passed, and the reader knows why it died.
        Records.write_deadline(record, time.time() + self._job_limits.time_limit_s, has_slot)
        arm_alarm(self._job_limits.time_limit_s)

    # -- looking -----------------------------------------------------------------------------------------

    def look(self, key: str) -> JobLook:
        """Return how a job stands; a dead one is turned into an error first."""
        if self._outbox.is_cancelled(key):
            return JobLook("cancelled")
        outcome = self._outbox.peek(key)
        if outcome is None:
            record = self._records.read(key)
            if record is not None and record.alive:
                return JobLook("running" if record.has_slot else "waiting", self._outbox.progress(key))
            outcome = self._bury(key, record)
        if outcome is None:
            return JobLook("cancelled")
        return JobLook("failed" if "error" in outcome else "done", outcome=outcome)

    # -- polling -----------------------------------------------------------------------------------------

    def get_progress(self, key: str) -> list[Any] | None:
        """Return the latest progress, once."""
        return self._outbox.take_progress(key)

    def get_result(self, key: str, job: str | None) -> Any:
        """Return the job's value or Dash's form of its error; UNDEFINED while it runs or when cancelled."""
        del job
        outcome = self._outbox.outcome(key)
        if outcome is None:
            record = self._records.read(key)
            if record is not None and record.alive:
                return self.UNDEFINED
            outcome = self._bury(key, record)
            if outcome is None:
                return self.UNDEFINED
        if "error" in outcome:
            return {"background_callback_error": {"msg": outcome["error"], "tb": outcome["trace"]}}
        return outcome["value"]

    def result_ready(self, key: str) -> bool:
        """Return whether the job has left a result or an error."""
        return self._outbox.finished(key)

    def get_updated_props(self, key: str) -> dict[str, Any]:
        """Return what the job has set with `set_props` since the last poll.

        Nothing together with an error: Dash would send it instead of what the page's `on_error` has set.
        """
        changes = self._outbox.take_props(key)
        return {} if changes and self._outbox.failed(key) else changes

    def job_running(self, job: str) -> bool:
        """Return False for a cancelled job only.

        Dash asks after it has looked for the result, and takes "no result and not running" for a cancelled
        job. A job that ends between the two questions must not look like that: its result comes with the next
        poll, and a death without a result is an error that `get_result` reports.
        """
        return not self._outbox.is_cancelled(job)

    # -- ending ------------------------------------------------------------------------------------------

    def terminate_job(self, job: str | None) -> None:
        """Cancel a job: no waiting, from whichever worker, in a slot or in the queue."""
        if job is None or self._outbox.finished(job):
            return
        self._outbox.mark_cancelled(job)
        self._records.kill(job)
        self._outbox.discard_messages(job)

    def terminate_unhealthy_job(self, job: str) -> bool:
        """Turn a dead job into an error, and return whether it was dead."""
        record = self._records.read(job)
        if record is None or record.alive:
            return False
        self._bury(job, record)
        return True

    def _live_jobs(self) -> int:
        live = 0
        for key in self._records.published():
            record = self._records.read(key)
            if record is not None and record.alive:
                live += 1
            elif record is not None:
                self._bury(key, record)
        return live

    def _bury(self, key: str, record: JobRecord | None) -> dict[str, Any] | None:
        """Return a dead job's outcome; None when it was cancelled."""
        # Looked up again: it may have finished after the first look and before its record was read.
        outcome = self._outbox.outcome(key)
        if outcome is None and not self._outbox.is_cancelled(key):
            outcome = self._outbox.bury(key, JobError(self._cause_of_death(record)))
        self._records.remove(key)
        return outcome

    def _cause_of_death(self, record: JobRecord | None) -> str:
        if record is None:
            return "The result of this job is no longer kept. Start it again."
        if 0 < record.deadline <= time.time():
            limit = f"{self._job_limits.time_limit_s:g} s"
            if record.has_slot:
                return f"The job was stopped after its time limit of {limit}."
            return f"The server is busy: the job waited {limit} for its turn. Try again later."
        return (
            "The job ended without a result: its process was killed or crashed, "
            "most often because memory ran out. The server's log may say more."
        )

    # -- signing -----------------------------------------------------------------------------------------

    def get_or_create_signing_secret(self, generate: Callable[[], bytes]) -> bytes:
        """Return the secret that all workers sign job handles with, where the server has no secret key."""
        return bytes.fromhex(self._outbox.keep_secret(self.SIGNING_SECRET_KEY, generate().hex()))


def prepare_job_starters() -> None:
    """Let every manager make its starting process: for gunicorn's ``when_ready``, with the application preloaded.

    Without it jobs are forked from the workers, and a lock that another thread holds at that moment stays taken
    in the job, which then hangs until its time limit.
    """
    for manager in BaseBackgroundCallbackManager.managers:
        if isinstance(manager, BackgroundManager):
            manager.prepare()


def stored_results(app: Dash) -> ResultStore:
    """Return the persistent results of the manager that `app` was made with."""
    manager = app._background_manager
    if not isinstance(manager, BackgroundManager):
        raise ConfigurationError("pass make_background_manager(...) to Dash as its background_callback_manager")
    return manager.results


def make_background_manager(
    cache_dir: Path,
    *,
    fingerprint: str,
    time_limit_s: float = 900,
    slots: int = 2,
    queue: int = 8,
    result_ttl_s: float = 3600,
    size_limit_mb: int = 256,
) -> BackgroundManager:
    """Make the manager for ``Dash(background_callback_manager=...)``.

    Parameters
    ----------
    cache_dir
        A directory on a local disk; ``jobs`` and ``results`` are made in it, with mode 0700.
    fingerprint
        Of the data and models in use; stored results of others are not found.
    time_limit_s
        Longest run of a job in seconds, and longest wait for a slot.
    slots
        Jobs at the same time, over all workers.
    queue
        Jobs that may wait; more are refused with a message.
    result_ttl_s
        Seconds after which an outcome that nobody fetched is dropped.
    size_limit_mb
        Size of all outcomes on disk; a result that does not fit becomes an error.

    Raises
    ------
    ConfigurationError
        `cache_dir` cannot be used safely; the message says why.
    """
    jobs = private_directory(cache_dir / "jobs")
    outbox = Outbox(JsonStore(jobs / "outbox", size_limit_mb), result_ttl_s)
    results = ResultStore(cache_dir / "results", fingerprint)
    return BackgroundManager(jobs, outbox, results, JobLimits(time_limit_s, slots, queue))
