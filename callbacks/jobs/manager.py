"""The background callback manager: Dash's protocol, spoken without the faults of Dash's own managers.

Those lose results between two tabs, take a dead job for one that runs or was cancelled, and turn failures into
silence. Where the work is done is another question: in processes of this machine (`forked`), or on workers of others
(`cluster`). docs/BACKGROUND_JOBS.md explains both.
"""

import logging
import time
import uuid
from abc import abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from dash import Dash
from dash.background_callback.managers import BaseBackgroundCallbackManager

from callbacks.jobs.limits import JobLimits, refusal
from callbacks.jobs.look import JobLook, Standing, cause_of_death
from callbacks.jobs.messages import job_error_message
from callbacks.jobs.outbox import JobError, Outbox
from callbacks.jobs.results import ResultStore
from callbacks.jobs.runner import JobFunction
from callbacks.jobs.slots import visitor_of
from callbacks.jobs.storing import Store, StoreBusyError, StoreUnavailableError
from core.errors import CineMatchError, ConfigurationError

__all__ = [
    "BackgroundManager",
    "JobLimits",
    "JobLook",
    "ResultStore",
    "job_error_message",
    "manager_of",
    "prepare_job_starters",
    "stored_results",
]

log = logging.getLogger("cinematch.jobs")
_CATCH_UP_EVERY_S, _CATCH_UP_LATER_S = 1.0, 10.0


class BackgroundManager(BaseBackgroundCallbackManager):
    """Answers for background callbacks; one per application, made before the server forks its workers.

    A job's key (a random one for each start) serves Dash as its cache key and as its job id.

    Parameters
    ----------
    outbox
        Where jobs leave their outcomes.
    results
        Finished results that pages may look up before they start a job.
    limits
        Time, slots and queue.
    asked
        Where what is known of asked jobs lies.
    """

    def __init__(self, outbox: Outbox, results: ResultStore, limits: JobLimits, asked: Store) -> None:
        self.results = results
        self.asked = asked
        self._outbox = outbox
        self._job_limits = limits
        self._catch_up_from = 0.0
        super().__init__(cache_by=None)  # type: ignore[no-untyped-call]

    # -- where the work is done --------------------------------------------------------------------------

    @abstractmethod
    def alone(self) -> AbstractContextManager[None]:
        """Keep everybody else who looks at `asked` out of it for a moment.

        Raises
        ------
        StoreUnavailableError
            Others cannot be kept out.
        """

    @abstractmethod
    def trouble(self) -> str | None:
        """Return why jobs are not taken up now, for whoever runs this server; None where they are."""

    @abstractmethod
    def catch_up(self) -> None:
        """Have on this machine what jobs have left on others; StoreUnavailableError where that is not known."""

    @abstractmethod
    def prepare(self) -> None:
        """Get ready to start jobs; in the server's master, before it has workers or threads."""

    @abstractmethod
    def _counts(self) -> dict[str, int]:
        """Return how many jobs run and wait; OSError or StoreUnavailableError where that is not known."""

    @abstractmethod
    def _start(self, key: str, visitor: str, job_fn: JobFunction, args: Any, context: dict[str, Any]) -> None:
        """Have a job done; OSError or CineMatchError where it may not or cannot be."""

    @abstractmethod
    def _standing(self, key: str) -> Standing | None:
        """Return how a job stands; None where nothing is known of it."""

    @abstractmethod
    def _kill(self, key: str) -> None:
        """End a job that waits or runs, without waiting for its end."""

    @abstractmethod
    def _forget(self, key: str) -> None:
        """Drop what is known of a job that has ended."""

    def catch_up_now_and_then(self) -> None:
        """Catch up at most once a second; what goes wrong is logged, and then not asked again for a while."""
        now = time.monotonic()
        if now < self._catch_up_from:
            return
        self._catch_up_from = now + _CATCH_UP_EVERY_S
        try:
            self.catch_up()
        except StoreUnavailableError as error:
            # Each attempt may take a second, which whoever asks for a page waits for.
            self._catch_up_from = time.monotonic() + _CATCH_UP_LATER_S
            log.warning("what jobs left elsewhere is not looked for: %s", error)

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
        try:
            self._start(key, visitor_of(context.get("remote")), job_fn, args, context)
        except (OSError, CineMatchError) as error:
            log.warning("background job %s may not start: %s", key, error)
            self._refuse(key, refusal(error))
        return key

    def _refuse(self, key: str, reason: str) -> None:
        try:
            self._outbox.post_error(key, JobError(reason))
        except StoreUnavailableError as error:
            # Whoever is polled finds the same store, and says so.
            log.error("background job %s: %s", key, error)

    # -- looking -----------------------------------------------------------------------------------------

    def look(self, key: str) -> JobLook:
        """Return how a job stands; a dead one is turned into an error first."""
        if self._outbox.is_cancelled(key):
            return JobLook("cancelled")
        outcome = self._outbox.peek(key)
        if outcome is None:
            standing = self._standing(key)
            if standing is not None and standing.alive:
                return JobLook("running" if standing.has_slot else "waiting", self._outbox.progress(key))
            outcome = self._bury(key, standing)
        if outcome is None:
            return JobLook("cancelled")
        return JobLook("failed" if "error" in outcome else "done", outcome=outcome)

    def counts(self) -> dict[str, int]:
        """Return how many jobs run and wait, of all who serve; none where that is not known."""
        try:
            return self._counts()
        except (OSError, StoreUnavailableError) as error:
            log.warning("background jobs cannot be counted: %s", error)
            return {}

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
            standing = self._standing(key)
            if standing is not None and standing.alive:
                return self.UNDEFINED
            outcome = self._bury(key, standing)
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
            self._kill(job)
            self._outbox.discard_messages(job)
        except StoreUnavailableError as error:
            # Nobody can be told, but the work ends.
            log.error("background job %s is ended: %s", job, error)
            self._kill(job)

    def terminate_unhealthy_job(self, job: str) -> bool:
        """Turn a dead job into an error, and return whether it was dead."""
        standing = self._standing(job)
        if standing is None or standing.alive:
            return False
        self._bury(job, standing)
        return True

    def _bury(self, key: str, standing: Standing | None) -> dict[str, Any] | None:
        """Return a dead job's outcome; None when it was cancelled."""
        # Looked up again: it may have finished after the first look and before it was asked how it stands.
        outcome = self._outbox.outcome(key)
        if outcome is None and not self._outbox.is_cancelled(key):
            outcome = self._outbox.bury(key, JobError(cause_of_death(standing, self._job_limits.time_limit_s)))
        self._forget(key)
        return outcome

    # -- signing -----------------------------------------------------------------------------------------

    def get_or_create_signing_secret(self, generate: Callable[[], bytes]) -> bytes:
        """Return the secret that all workers sign job handles with, where the server has no secret key."""
        return bytes.fromhex(self._outbox.keep_secret(self.SIGNING_SECRET_KEY, generate().hex()))


def prepare_job_starters() -> None:
    """Let every manager get ready: for gunicorn's ``when_ready``, with the application preloaded.

    Without it jobs of this machine are forked from the workers, and a lock that another thread holds at that moment
    stays taken in the job, which then hangs until its time limit.
    """
    for manager in BaseBackgroundCallbackManager.managers:
        if isinstance(manager, BackgroundManager):
            manager.prepare()


def manager_of(app: Dash) -> BackgroundManager:
    """Return the manager that `app` was made with.

    Raises
    ------
    ConfigurationError
        It is another one than ours.
    """
    manager = app._background_manager
    if not isinstance(manager, BackgroundManager):
        raise ConfigurationError("pass make_background_manager(...) to Dash as its background_callback_manager")
    return manager


def stored_results(app: Dash) -> ResultStore:
    """Return the persistent results of the manager that `app` was made with."""
    return manager_of(app).results
