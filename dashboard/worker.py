"""What a Celery worker runs: `cinematch worker`, or `celery -A dashboard.worker:queue worker`."""
# ruff: noqa: E402  (the environment comes first)

# As of the servers: a thread pool of OpenMP or BLAS does not survive the fork that every job begins with.
import os

for _library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "NUMBA", "VECLIB_MAXIMUM", "BLIS"):
    os.environ[f"{_library}_NUM_THREADS"] = "1"

import sys
from typing import TYPE_CHECKING

from core.errors import CineMatchError, ConfigurationError
from core.service import open_service
from core.settings import load_settings
from dashboard.app import job_queue

if TYPE_CHECKING:
    from celery import Celery

__all__ = ["queue"]


def _queue() -> "Celery":
    settings = load_settings()
    if settings.redis_url is None:
        raise ConfigurationError("A worker takes its jobs from Redis: set CINEMATCH_REDIS_URL.")
    # Models are opened by the jobs that ask them.
    service = open_service(settings, load=False)
    # Whoever looks for published versions is to live as long as this process, not as long as a job's.
    service.refresh(verify=False)
    return job_queue(settings, service)


try:
    queue = _queue()
except CineMatchError as error:
    sys.exit(f"The worker cannot start. {error}")
