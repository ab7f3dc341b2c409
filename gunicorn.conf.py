"""How gunicorn serves CineMatch: `gunicorn -c gunicorn.conf.py dashboard.wsgi:server`."""
# ruff: noqa: E402  (the environment comes first)

# Before anything imports numpy: a thread pool of OpenMP or BLAS does not survive the fork, and one thread for each
# request is faster under load than several that wait for each other.
import os

for _library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "NUMBA", "VECLIB_MAXIMUM", "BLIS"):
    os.environ[f"{_library}_NUM_THREADS"] = "1"

import contextlib
import ctypes
import gc
from typing import Any

from core.settings import load_settings
from dashboard.web import stop_signals
from dashboard.web.descriptors import connections_for, raise_descriptor_limit
from dashboard.web.logs import GunicornLogger
from dashboard.web.multiprocess import share_metrics

share_metrics()
_M_ARENA_MAX = -8
with contextlib.suppress(AttributeError, OSError):
    # glibc gives each thread a heap of its own, and what was freed in one is of no use to the others.
    ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)

_settings = load_settings()

bind = _settings.address
workers = _settings.workers
threads = _settings.threads
worker_class = "dashboard.web.worker.FairWorker"
worker_connections = connections_for(raise_descriptor_limit())
backlog = 1024
# As much as nginx takes; lists of ids stand in the query.
limit_request_line = 8190

# Data set and models are opened once, in the master; the workers share their pages.
preload_app = True
# Nothing leaks that recycling would have to hide, and a recycled worker would start with cold caches.
max_requests = 0

# Heartbeats in memory: a file on a slow disk blocks a worker until the master kills it.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
# Nobody uses it here, and it would start a thread in the master before the fork.
control_socket_disable = True

timeout = 60
graceful_timeout = 30
# Longer than nginx keeps idle connections to us (60 s): it must never send into one that we are closing.
keepalive = 75

logger_class = GunicornLogger
errorlog = "-"
accesslog = "-"
access_log_format = '%(h)s "%(m)s %(U)s" %(s)s %(B)s bytes %(D)s us %({x-request-id}o)s'


def when_ready(server: Any) -> None:
    """Freeze what the master holds: a collection in a worker would otherwise write to, and so copy, every page."""
    gc.collect()
    gc.freeze()
    from callbacks.jobs.manager import prepare_job_starters

    prepare_job_starters()
    server.log.info("models are loaded; starting %d workers of %d threads", server.cfg.workers, server.cfg.threads)


def pre_fork(_server: Any, _worker: Any) -> None:
    """Let signals wait that would be lost while a worker has no handlers of its own."""
    stop_signals.hold()


def post_fork(_server: Any, _worker: Any) -> None:
    """Begin to send traces, which takes a thread."""
    from dashboard.web.tracing import start_exporting

    start_exporting()


def child_exit(_server: Any, worker: Any) -> None:
    """Drop what a worker that has ended said of itself, in the shared metrics and to the other workers."""
    from prometheus_client.multiprocess import mark_process_dead

    worker.give_back()
    mark_process_dead(worker.pid)
