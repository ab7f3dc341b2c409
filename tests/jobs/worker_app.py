"""What a Celery worker of the tests runs: the manager of the desks, with the same functions."""

import os
from pathlib import Path

from callbacks.jobs.asked import AskedJobs
from callbacks.jobs.cluster.commands import add_commands
from callbacks.jobs.cluster.manager import make_celery_manager
from tests.jobs.asked_contract import add_work
from tests.jobs.work import make_known

manager = make_celery_manager(
    os.environ["TEST_REDIS_URL"],
    Path(os.environ["TEST_CACHE_DIR"]),
    fingerprint=lambda: "f",
    visibility_s=float(os.environ.get("TEST_VISIBILITY_S", "60")),
)
make_known(manager)
jobs = AskedJobs(manager)
add_work(jobs)
add_commands(jobs)
queue = manager.queue
# Nobody waits here for what the jobs of a worker that stops may still do.
queue.conf.worker_soft_shutdown_timeout = 0.5
