"""gunicorn's configuration for `job_app`: that of the project, without what needs a data set."""

from typing import Any

from callbacks.jobs.manager import prepare_job_starters

preload_app = True
worker_class = "gthread"
threads = 4
graceful_timeout = 3
control_socket_disable = True


def when_ready(_server: Any) -> None:
    prepare_job_starters()
