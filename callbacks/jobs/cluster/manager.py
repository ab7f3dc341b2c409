"""Jobs on Celery's workers: any replica starts, follows and ends them.

Celery brings a job to a worker, keeps it until it has ended, and gives it to another one when a worker is lost. What
pages hear of a job lies in Redis as it otherwise does on a disk.
"""

import json
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from celery import Task
from celery.exceptions import Ignore, Reject, TimeLimitExceeded
from kombu.exceptions import OperationalError

from callbacks.jobs.cluster.files import SharedFiles
from callbacks.jobs.cluster.queue import SAYS_SO, VISIBILITY_S, make_queue
from callbacks.jobs.cluster.records import ClusterRecords, NotYetError
from callbacks.jobs.cluster.redis_store import RedisStore, alone, be_patient, connected
from callbacks.jobs.cluster.task import MAX_RETRIES, add_job_task
from callbacks.jobs.limits import JobLimits, JobRefusedError
from callbacks.jobs.look import Standing, cause_of_death
from callbacks.jobs.manager import BackgroundManager
from callbacks.jobs.outbox import JobError, Outbox
from callbacks.jobs.results import ResultStore
from callbacks.jobs.runner import JobFunction, run_job
from callbacks.jobs.slots import visitor_of
from callbacks.jobs.storing import StoreOverflowError, StoreUnavailableError, as_json
from core.errors import CineMatchError, ConfigurationError, ProfilesUnavailableError

__all__ = ["CeleryManager", "make_celery_manager"]

log = logging.getLogger("cinematch.jobs")

_PASSING = (StoreUnavailableError, ProfilesUnavailableError, ConnectionError, TimeoutError)
"""What may be over in a moment: a job that meets it is tried again."""
_NAME = "cinematch"
_RESULTS_KEPT_S = 30 * 86400.0


class CeleryManager(BackgroundManager):
    """Gives jobs to Celery's workers; a worker has the same manager and so knows the same functions.

    Parameters
    ----------
    url
        Address of Redis.
    cache_dir
        Where jobs leave measurements, curves and maps, which all others get.
    fingerprint
        Returns that of the data and models in use.
    before_job
        Called in a job's process before its function.
    limits
        Time and places; as many jobs may run as all workers have places.
    result_ttl_s
        Seconds after which an outcome that nobody fetched is dropped.
    size_limit_mb
        Largest outcome; how much all may take is Redis' own ``maxmemory``.
    visibility_s
        How long a worker may be silent before its jobs are given to others.
    """

    def __init__(
        self,
        url: str,
        cache_dir: Path,
        fingerprint: Callable[[], str],
        before_job: Callable[[], object],
        limits: JobLimits,
        result_ttl_s: float,
        size_limit_mb: int,
        visibility_s: float,
    ) -> None:
        self._client = connected(url)
        self._records = ClusterRecords(self._client, f"{_NAME}:jobs", SAYS_SO * visibility_s)
        self.files = SharedFiles(self._client, f"{_NAME}:files", cache_dir)
        self._before_job = before_job
        # A lost worker's job is with another one after this, at the latest.
        self._grace_s = 3 * visibility_s + 30
        self.queue = make_queue(url, self._records, visibility_s)
        self._task = add_job_task(self.queue, self._perform, _PASSING, self._again, self._died)
        super().__init__(
            Outbox(RedisStore(self._client, f"{_NAME}:outbox", size_limit_mb), result_ttl_s),
            ResultStore(RedisStore(self._client, f"{_NAME}:results", size_limit_mb, _RESULTS_KEPT_S), fingerprint),
            limits,
            RedisStore(self._client, f"{_NAME}:asked", size_limit_mb),
        )

    # -- in the replicas ---------------------------------------------------------------------------------

    def alone(self) -> AbstractContextManager[None]:
        """Hold the lock of all replicas."""
        return alone(self._client, f"{_NAME}:asked-turn")

    def trouble(self) -> str | None:
        """Return whether Redis cannot be used, or no worker is there."""
        try:
            self._records.check()
            places = self._records.places()
        except StoreUnavailableError as error:
            return str(error)
        if not places:
            return (
                "No worker takes up background jobs. Start `cinematch worker` where CINEMATCH_REDIS_URL is the same."
            )
        return None

    def catch_up(self) -> None:
        """Put here what jobs have left on their workers."""
        self.files.take_up()

    def prepare(self) -> None:
        """Leave no connection to be shared with those that are forked from here."""
        self._client.connection_pool.disconnect()

    def _counts(self) -> dict[str, int]:
        return self._records.counts()

    def _start(self, key: str, visitor: str, job_fn: JobFunction, args: Any, context: dict[str, Any]) -> None:
        if job_fn.name not in self.func_registry:
            raise ConfigurationError("workers know no function that was not registered before the server started")
        try:
            text = as_json([args, dict(context)])
        except TypeError as error:
            raise JobRefusedError(f"The job cannot be sent to a worker ({error}).") from error
        limit = job_fn.time_limit_s or self._job_limits.time_limit_s
        self._admit(key, visitor, limit)
        try:
            self._task.apply_async((key, job_fn.name, text), task_id=key, time_limit=limit, retry=False)
        except OperationalError as error:
            log.error("background job %s could not be sent: %s", key, error)
            self._records.forget(key)
            raise StoreUnavailableError(
                "The job could not be sent to a worker: Redis does not take it. Try again in a minute."
            ) from error

    def _admit(self, key: str, visitor: str, may_wait_s: float) -> None:
        """Note a new job, where there is room for it; JobRefusedError where there is none."""
        with self._records.turn():
            live, dead = self._records.live()
            limits = replace(self._job_limits, slots=max(self._job_limits.slots, self._records.places()))
            limits.check(list(live.values()), visitor)
            self._records.create(key, visitor, may_wait_s)
        for one in dead:
            self._bury(one, self._records.read(one))

    def _standing(self, key: str) -> Standing | None:
        return self._records.read(key)

    def _kill(self, key: str) -> None:
        try:
            # First what is quick, and fails where the other would wait in vain.
            self._records.forget(key)
            self.queue.control.revoke(key, terminate=True, signal="SIGKILL")
        except (OperationalError, StoreUnavailableError) as error:
            log.error("background job %s could not be ended: %s", key, error)

    def _forget(self, key: str) -> None:
        self._records.forget(key)

    # -- on the workers ----------------------------------------------------------------------------------

    def _perform(self, task: Task, key: str, name: str, text: str) -> None:
        # In a job's own process.
        be_patient(self._client)
        try:
            self._do(task, key, name, text)
        except StoreOverflowError as error:
            # Neither its result nor why there is none can be kept. Whoever asks for what nobody knows hears that.
            log.error("background job %s is given up: %s", key, error)
            self._records.forget(key)

    def _do(self, task: Task, key: str, name: str, text: str) -> None:
        # A job may be brought twice, when its worker was thought lost and was not; or so late that those who wait for
        # it have been told that it is lost.
        if self._records.read(key) is None or self._outbox.finished(key) or self._outbox.is_cancelled(key):
            self._records.forget(key)
            return
        args, context = json.loads(text)
        visitor = visitor_of(context.get("remote"))
        limit = task.request.timelimit[0] or self._job_limits.time_limit_s
        most = max(1, self._records.places() - 1)
        try:
            attempts = self._records.begin(key, visitor, limit + self._grace_s, most)
        except NotYetError as found:
            _stand_back(task, found.again_s)
        if attempts > MAX_RETRIES + 1:
            self._outbox.post_error(key, JobError(cause_of_death(Standing(alive=False, has_slot=True), limit)))
        elif name not in self.func_registry:
            self._outbox.post_error(
                key, JobError("The worker does not know this kind of job: it runs another version. Restart it.")
            )
        else:
            self.files.take_up()
            before = self.files.stamps()
            run_job(
                key,
                self.func_registry[name],
                args,
                context,
                self._outbox,
                self._before_job,
                lambda: self.files.publish(before),
                _PASSING,
            )
        self._records.forget(key)

    def _again(self, key: str) -> None:
        try:
            self._records.wait(key)
        except StoreUnavailableError as error:
            log.warning("background job %s waits to be tried again: %s", key, error)

    def _died(self, key: str, error: BaseException) -> None:
        # In the worker's main process when the job's was killed, otherwise in the job's.
        late = isinstance(error, TimeLimitExceeded)
        if isinstance(error, CineMatchError):
            said = str(error)
        elif isinstance(error, _PASSING):
            said = f"The job failed with {type(error).__name__}: {error}. It was tried {MAX_RETRIES + 1} times."
        else:
            said = cause_of_death(Standing(alive=False, has_slot=True, late=late), error.args[0] if late else 0.0)
        try:
            if not self._outbox.finished(key) and not self._outbox.is_cancelled(key):
                self._outbox.post_error(key, JobError(said))
            self._records.forget(key)
        except StoreUnavailableError as trouble:
            log.error("background job %s failed, and nobody can be told: %s", key, trouble)


def _stand_back(task: Task, again_s: float) -> NoReturn:
    """Have a job brought again after some seconds."""
    try:
        task.signature_from_request(countdown=again_s, retries=task.request.retries).apply_async()
    except OperationalError as error:
        raise Reject(str(error), requeue=True) from error
    # No success: Celery would wait for a job of that name when its worker is to stop, instead of giving it back.
    raise Ignore


def make_celery_manager(
    url: str,
    cache_dir: Path,
    *,
    fingerprint: Callable[[], str],
    before_job: Callable[[], object] = lambda: None,
    time_limit_s: float = 900,
    slots: int = 2,
    queue: int = 8,
    result_ttl_s: float = 86400,
    size_limit_mb: int = 16,
    visibility_s: float = VISIBILITY_S,
) -> CeleryManager:
    """Make the manager for ``Dash(background_callback_manager=...)`` where there is Redis.

    Parameters
    ----------
    url
        Address of Redis, which all replicas and workers share.
    cache_dir
        As of `CeleryManager`.
    fingerprint, before_job, time_limit_s, queue, result_ttl_s
        As of `callbacks.jobs.forked.make_background_manager`.
    slots
        Places that are counted on while no worker is there.
    size_limit_mb, visibility_s
        As of `CeleryManager`.

    Raises
    ------
    ConfigurationError
        The address is not valid.
    """
    limits = JobLimits(time_limit_s, slots, queue)
    return CeleryManager(url, cache_dir, fingerprint, before_job, limits, result_ttl_s, size_limit_mb, visibility_s)
