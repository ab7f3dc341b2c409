"""Jobs in processes of this machine, which outlive the server's: what they are known by lies on its disk."""

import fcntl
import logging
import os
import pickle
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from callbacks.jobs.directory import private_directory
from callbacks.jobs.limits import JobLimits
from callbacks.jobs.look import Standing
from callbacks.jobs.manager import BackgroundManager
from callbacks.jobs.outbox import Outbox
from callbacks.jobs.process import arm_alarm, start_detached
from callbacks.jobs.records import JobRecord, Records
from callbacks.jobs.results import ResultStore
from callbacks.jobs.runner import JobFunction, run_job
from callbacks.jobs.slots import only_one_starts, take_slot, visitor_of
from callbacks.jobs.starter import JobStarter
from callbacks.jobs.store import JsonStore, unavailable
from core.errors import CineMatchError, ConfigurationError

__all__ = ["ForkedManager", "make_background_manager"]

log = logging.getLogger("cinematch.jobs")
_ASKED_MB, _RESULTS_MB = 4, 64
_threads = threading.Lock()


class ForkedManager(BackgroundManager):
    """Forks jobs from the server, with everything that it has loaded.

    Parameters
    ----------
    directory
        For job files and outcomes; private to this user, on a local disk, shared by all workers.
    outbox, results, limits
        As of `BackgroundManager`.
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
        self.directory = directory
        self._records = Records(directory)
        self._before_job = before_job
        self._starter = JobStarter(self._run_request)
        super().__init__(outbox, results, limits, JsonStore(directory / "asked", _ASKED_MB))
        try:
            private_directory(directory)
            self._live_jobs()
        except (OSError, CineMatchError) as error:
            log.error("background jobs cannot run for now: %s", error)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the lock of all workers and threads of this machine."""
        # POSIX locks belong to a process: a job that is forked meanwhile does not hold them on, as it would with
        # flock. Nor do they tell threads apart.
        with _threads:
            try:
                private_directory(self.directory)
                descriptor = os.open(self.directory / "asked.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            except (OSError, ConfigurationError) as error:
                raise unavailable(error) from error
            try:
                fcntl.lockf(descriptor, fcntl.LOCK_EX)
                yield
            finally:
                os.close(descriptor)

    def trouble(self) -> str | None:
        """Return nothing: whoever starts a job is told what is wrong with this machine's disk."""
        return None

    def catch_up(self) -> None:
        """Do nothing: jobs leave what they leave on this machine."""

    def prepare(self) -> None:
        """Make the process that starts jobs; for the server's master, before it has workers or threads."""
        self._starter.launch()

    def _counts(self) -> dict[str, int]:
        return self._records.counts()

    def _start(self, key: str, visitor: str, job_fn: JobFunction, args: Any, context: dict[str, Any]) -> None:
        record = self._admit(key, visitor)
        try:
            request = self._pack(key, job_fn, args, context)
            if request is None or not self._starter.start(request, record):
                start_detached(lambda: self._run(key, record, job_fn, args, context), record)
            self._records.publish(key)
        except OSError:
            log.exception("background job %s could not be started", key)
            self._records.remove(key)
            raise
        finally:
            os.close(record)

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
            self._job_limits.check(list(self._live_jobs().values()), visitor)
            return self._records.create(key, visitor)
        finally:
            os.close(turn)

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

    def _standing(self, key: str) -> Standing | None:
        record = self._records.read(key)
        return None if record is None else _standing_of(record)

    def _kill(self, key: str) -> None:
        self._records.kill(key)

    def _forget(self, key: str) -> None:
        self._records.remove(key)

    def _live_jobs(self) -> dict[str, str]:
        """Return key and visitor of the jobs that run, wait or are about to start; bury the dead."""
        # First what starts: it may be published in between, but is not missed.
        visitors = self._records.starting()
        for key in self._records.published():
            record = self._records.read(key)
            if record is not None and record.alive:
                visitors[key] = record.visitor
            elif record is not None:
                self._bury(key, _standing_of(record))
        return visitors


def _standing_of(record: JobRecord) -> Standing:
    return Standing(record.alive, record.has_slot, 0 < record.deadline <= time.monotonic())


def make_background_manager(
    cache_dir: Path,
    *,
    fingerprint: Callable[[], str],
    before_job: Callable[[], object] = lambda: None,
    time_limit_s: float = 900,
    slots: int = 2,
    queue: int = 8,
    result_ttl_s: float = 86400,
    size_limit_mb: int = 256,
) -> ForkedManager:
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
    results = ResultStore(JsonStore(cache_dir / "results", _RESULTS_MB, evict=True), fingerprint)
    return ForkedManager(jobs, outbox, results, JobLimits(time_limit_s, slots, queue), before_job)
