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
from pathlib import Path
from typing import Any

from dash import Dash
from dash.background_callback.managers import BaseBackgroundCallbackManager

from callbacks.jobs.directory import private_directory
from callbacks.jobs.limits import JobLimits, JobRefusedError, refusal
from callbacks.jobs.look import JobLook
from callbacks.jobs.messages import job_error_message
from callbacks.jobs.outbox import JobError, Outbox
from callbacks.jobs.process import arm_alarm, start_detached
from callbacks.jobs.records import JobRecord, Records
from callbacks.jobs.results import ResultStore
from callbacks.jobs.runner import JobFunction, run_job
from callbacks.jobs.slots import only_one_starts, take_slot, visitor_of
from callbacks.jobs.starter import JobStarter
from callbacks.jobs.store import JsonStore, StoreBusyError, StoreUnavailableError
from core.errors import CineMatchError, ConfigurationError

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
    before_job
        Called in a job's process before its function.
    """

    def __init__(
        self,
        directory: Path,
        outbox: Outbox,
        results: ResultStore,
        limits: JobLimits,
        before_job: Callable[[], object],
    ) -> None:
        self.results = results
        self.directory = directory
        self._records = Records(directory)
        self._outbox = outbox
        self._job_limits = limits
        self._before_job = before_job
        self._starter = JobStarter(self._run_request)
        super().__init__(cache_by=None)  # type: ignore[no-untyped-call]
        try:
            private_directory(directory)
            self._live_jobs()
        except (OSError, CineMatchError) as error:
            log.error("background jobs cannot run for now: %s", error)

    # -- starting ----------------------------------------------------------------------------------------

    def build_cache_key(self, fn: Any, args: Any, cache_args_to_ignore: Any, triggered: Any) -> str:
        """Return a new key for every start: two tabs with the same arguments are two jobs."""
        del fn, args, cache_args_to_ignore, triggered
        return uuid.uuid4().hex

    def make_job_fn(self, fn: Callable[..., Any], progress: bool, key: str | None = None) -> JobFunction:
        """Return what `call_job_fn` needs to run `fn`."""
        return JobFunction(fn, bool(progress), key or "")

    def call_job_fn(self, key: str, job_fn: JobFunction, args: Any, context: dict[str, Any]) -> str:
        """Start the job and return its id. What goes wrong here reaches the page with its first poll.

        Raising would not: Dash answers the start of a job that fails with nothing at all.
        """
        visitor = visitor_of(context.get("remote"))
        try:
            record = self._admit(key, visitor)
        except (OSError, CineMatchError) as error:
            log.warning("background job %s may not start: %s", key, error)
            self._refuse(key, refusal(error))
            return key
        try:
            request = self._pack(key, job_fn, args, context)
            if request is None or not self._starter.start(request, record):
                start_detached(lambda: self._run(key, record, job_fn, args, context), record)
            self._records.publish(key)
        except OSError as error:
            log.exception("background job %s could not be started", key)
            self._records.remove(key)
            self._refuse(key, refusal(error))
        finally:
            os.close(record)
        return key

    def _admit(self, key: str, visitor: str) -> int:
        """Return the record of a new job, where there is room for it.

        One start at a time looks and takes its place: of many at once none sees the room that another takes.

        Raises
        ------
        JobRefusedError
            The server, or this visitor, has as many jobs as are allowed.
        OSError, ConfigurationError
            The directory cannot be used.
        """
        private_directory(self.directory)
        turn = only_one_starts(self.directory)
        try:
            visitors = self._live_jobs()
            if len(visitors) >= self._job_limits.total:
                raise JobRefusedError("The server is busy with other jobs. Try again in a minute.")
            if list(visitors.values()).count(visitor) >= self._job_limits.per_visitor:
                raise JobRefusedError(
                    f"You have {self._job_limits.per_visitor} jobs that run or wait already. "
                    "Wait for one of them, or cancel one."
                )
            return self._records.create(key, visitor)
        finally:
            os.close(turn)

    def _refuse(self, key: str, reason: str) -> None:
        try:
            self._outbox.post_error(key, JobError(reason))
        except StoreUnavailableError as error:
            # Whichever worker is polled finds the same disk, and says so.
            log.error("background job %s: %s", key, error)

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
        take_slot(self.directory, self._job_limits.slots, visitor_of(context.get("remote")))
        self._allow(record, has_slot=True)
        run_job(key, job_fn, args, context, self._outbox, self._before_job)
        self._records.remove(key)

    def _allow(self, record: int, has_slot: bool) -> None:
        # Deadline first: when the alarm has rung, the deadline has passed, and the reader knows why it died.
        Records.write_deadline(record, time.monotonic() + self._job_limits.time_limit_s, has_slot)
        arm_alarm(self._job_limits.time_limit_s)

    def counts(self) -> dict[str, int]:
        """Return how many jobs run and wait, of all workers; none where the directory cannot be read."""
        try:
            return self._records.counts()
        except OSError as error:
            log.warning("background jobs cannot be counted: %s", error)
            return {}

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
        """Return the latest progress, once; none where the store cannot be read, which `get_result` tells."""
        try:
            return self._outbox.take_progress(key)
        except StoreUnavailableError:
            return None

    def get_result(self, key: str, job: str | None) -> Any:
        """Return the job's value or Dash's form of its error; UNDEFINED while it runs or when cancelled."""
        del job
        try:
            return self._result(key)
        except StoreBusyError:
            return self.UNDEFINED
        except StoreUnavailableError as error:
            return {"background_callback_error": {"msg": str(error), "tb": ""}}

    def _result(self, key: str) -> Any:
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
        try:
            changes = self._outbox.take_props(key)
            return {} if changes and self._outbox.failed(key) else changes
        except StoreUnavailableError:
            return {}

    def job_running(self, job: str) -> bool:
        """Return False for a cancelled job only.

        Dash asks after it has looked for the result, and takes "no result and not running" for a cancelled
        job. A job that ends between the two questions must not look like that: its result comes with the next
        poll, and a death without a result is an error that `get_result` reports.
        """
        try:
            return not self._outbox.is_cancelled(job)
        except StoreUnavailableError:
            return True

    # -- ending ------------------------------------------------------------------------------------------

    def terminate_job(self, job: str | None) -> None:
        """Cancel a job: no waiting, from whichever worker, in a slot or in the queue."""
        if job is None:
            return
        try:
            if self._outbox.finished(job):
                return
            self._outbox.mark_cancelled(job)
            self._records.kill(job)
            self._outbox.discard_messages(job)
        except StoreUnavailableError as error:
            # Nobody can be told, but the work ends.
            log.error("background job %s is ended: %s", job, error)
            self._records.kill(job)

    def terminate_unhealthy_job(self, job: str) -> bool:
        """Turn a dead job into an error, and return whether it was dead."""
        record = self._records.read(job)
        if record is None or record.alive:
            return False
        self._bury(job, record)
        return True

    def _live_jobs(self) -> dict[str, str]:
        """Return key and visitor of the jobs that run, wait or are about to start; bury the dead."""
        # First what starts: it may be published in between, but is not missed.
        visitors = self._records.starting()
        for key in self._records.published():
            record = self._records.read(key)
            if record is not None and record.alive:
                visitors[key] = record.visitor
            elif record is not None:
                self._bury(key, record)
        return visitors

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
        if 0 < record.deadline <= time.monotonic():
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
    fingerprint: Callable[[], str],
    before_job: Callable[[], object] = lambda: None,
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
        Returns that of the data and models in use; stored results of others are not found.
    before_job
        Called in a job's process first. It takes up what has changed since the server started, as workers do.
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

    Notes
    -----
    A directory that cannot be used does not stop a server that recommends without it: jobs are refused with the
    reason, and run as soon as it can be.
    """
    jobs = cache_dir / "jobs"
    outbox = Outbox(JsonStore(jobs / "outbox", size_limit_mb), result_ttl_s)
    results = ResultStore(cache_dir / "results", fingerprint)
    return BackgroundManager(jobs, outbox, results, JobLimits(time_limit_s, slots, queue), before_job)
