"""The queue: a Celery application on Redis that loses no job, and workers that are there as long as they say so."""

import logging
import ssl
import time
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from celery import Celery, bootsteps
from celery.worker.state import active_requests

from callbacks.jobs.cluster.records import ClusterRecords
from callbacks.jobs.cluster.redis_store import connected, spoken
from callbacks.jobs.storing import StoreUnavailableError

if TYPE_CHECKING:
    from celery.worker.consumer import Consumer

__all__ = ["JOB", "SAYS_SO", "VISIBILITY_S", "make_queue"]

log = logging.getLogger("cinematch.jobs")
JOB = "cinematch.job"
"""Name of the one task: to do the job of a registered name."""
VISIBILITY_S = 60.0
"""What a worker has taken and neither finished nor confirmed for so long, another one takes up."""
SAYS_SO = 0.75
"""The part of that after which a worker that has said nothing has gone."""
_QUEUE = "cinematch"


def make_queue(url: str, records: ClusterRecords, visibility_s: float) -> Celery:
    """Return the Celery application: one queue, in which a message stays until its job has ended.

    Parameters
    ----------
    url
        Address of Redis.
    records
        Where workers say that they are there.
    visibility_s
        How long a worker may be silent before its jobs are given to others.
    """
    queue = Celery("cinematch", broker=url, set_as_current=False)
    queue.conf.update(
        broker_transport="callbacks.jobs.cluster.transport:Transport",
        # Celery derives this from its own transport's name alone; where the address says more, that holds.
        broker_use_ssl={"ssl_cert_reqs": ssl.CERT_REQUIRED} if url.startswith("rediss:") else None,
        accept_content=["json"],
        task_serializer="json",
        task_default_queue=_QUEUE,
        # Outcomes have a place of their own, which does not lose them between two that ask.
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_pool="callbacks.jobs.cluster.pool:JobPool",
        worker_prefetch_multiplier=1,
        # What a job leaves in memory ends with its process, as that of a job of one machine.
        worker_max_tasks_per_child=1,
        # After so long a process that has ended will say nothing more of its job.
        worker_lost_wait=1.0,
        worker_proc_alive_timeout=60.0,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_soft_shutdown_timeout=5.0,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        # A Redis that is full refuses what a worker notes; it goes on when there is room again.
        broker_channel_error_retry=True,
        # Who gives a job back waits for as long as a restart of Redis takes. Who serves does not: `retry=False`.
        task_publish_retry_policy={"max_retries": 8, "interval_start": 0.5, "interval_step": 1, "interval_max": 5},
        broker_transport_options={
            "visibility_timeout": visibility_s,
            "unacked_restore_interval": max(1.0, visibility_s / 6),
            "unacked_restore_throttle": 1,
            # Who serves must not wait for long; workers wait for as long as it takes, whatever stands here.
            "max_retries": 1,
            "socket_connect_timeout": 2.0,
            "socket_timeout": 30.0,
        },
    )
    queue.steps["consumer"].add(_presence(url, records, visibility_s))
    return queue


def _presence(url: str, records: ClusterRecords, visibility_s: float) -> type[bootsteps.StartStopStep]:
    """Return what a worker does beside its jobs: to say that it is there, and that it still holds what it holds.

    Without the latter a message would become visible to others although its job runs, or the time until then would
    have to be longer than the longest job, and so a killed worker's jobs would wait for as long.
    """
    every_s = visibility_s * SAYS_SO / 3
    client = connected(url)

    class Presence(bootsteps.StartStopStep):
        requires = ("celery.worker.consumer.tasks:Tasks",)

        def __init__(self, parent: "Consumer", **options: Any) -> None:
            super().__init__(parent, **options)
            self._timer: Any = None
            self._seen: WeakSet[Any] = WeakSet()
            self._clock_is_wrong = False

        def start(self, parent: "Consumer") -> None:
            self._tell(parent)
            self._timer = parent.timer.call_repeatedly(every_s, self._tell, (parent,))

        def stop(self, parent: "Consumer") -> None:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            try:
                records.leave(parent.hostname)
            except StoreUnavailableError:
                return  # it is forgotten in a moment

        shutdown = stop

        def _tell(self, parent: "Consumer") -> None:
            held = parent.task_consumer.channel.qos
            try:
                self._look_at_clock()
                records.present(parent.hostname, parent.pool.num_processes, self._doing())
                tags = dict.fromkeys(list(held._delivered), time.time())
                if tags:
                    with spoken():
                        client.zadd(held.unacked_index_key, tags, xx=True)
            except StoreUnavailableError:
                return  # said in the log; Celery itself waits until Redis is back

        def _doing(self) -> list[str]:
            # What is seen for the first time is about to ask whether anybody does it.
            before, self._seen = self._seen, WeakSet(active_requests)
            return [request.id for request in self._seen if request in before]

        def _look_at_clock(self) -> None:
            ahead = records.ahead_s()
            wrong, self._clock_is_wrong = self._clock_is_wrong, abs(ahead) > every_s
            if self._clock_is_wrong and not wrong:
                log.error(
                    "The clock of this machine is %.0f s %s that of Redis. Have both set by NTP: a worker whose "
                    "clock is ahead takes jobs of others for lost, and does them, too.",
                    abs(ahead),
                    "ahead of" if ahead > 0 else "behind",
                )

    return Presence
