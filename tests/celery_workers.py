"""Real Celery workers for tests, in processes of their own."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from tests.servers import ROOT, wait_for

_numbers = itertools.count(1)


class CeleryWorker:
    """One worker; also a context manager.

    Parameters
    ----------
    app
        Where its Celery application is, such as ``"tests.jobs.worker_app:queue"``.
    work_dir
        For its log.
    env
        Environment variables added to this process's own.
    places
        How many jobs it does at a time.
    """

    def __init__(self, app: str, work_dir: Path, env: Mapping[str, str | None], places: int = 2) -> None:
        self.name = f"worker-{next(_numbers)}"
        self._log = work_dir / f"{self.name}.log"
        self._command = [sys.executable, "-m", "celery", "-A", app, "worker", "--concurrency", str(places)]
        self._command += ["-n", f"{self.name}@%h", "--without-mingle", "--without-gossip", "--loglevel", "INFO"]
        self._env = {"REMAP_SIGTERM": "SIGQUIT", "TEST_CACHE_DIR": str(work_dir / self.name), **self.environment(env)}
        self._process: subprocess.Popen[bytes] | None = None
        self._said_before = 0

    @staticmethod
    def environment(env: Mapping[str, str | None]) -> dict[str, str]:
        """Return this process's environment, with our modules to be found, and with what is given."""
        given = {name: value for name, value in env.items() if value is not None}
        return {**os.environ, "PYTHONPATH": str(ROOT), **given}

    @property
    def pid(self) -> int:
        """Process id of its main process."""
        assert self._process is not None, "start() first"
        return self._process.pid

    def start(self, ready: bool = True) -> Self:
        """Start it, and wait until it takes up jobs."""
        with self._log.open("ab") as log:
            self._said_before = log.tell()
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self._env, cwd=ROOT
            )
        if ready:
            self.wait_until_ready()
        return self

    def wait_until_ready(self) -> None:
        """Wait until it takes up jobs; AssertionError with its log if it does not."""
        process = self._process
        assert process is not None

        def ready() -> bool:
            assert process.poll() is None, "it has ended"
            return b" ready." in self._log.read_bytes()[self._said_before :]

        try:
            wait_for(ready, f"{self.name}", timeout=40)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.log()[-4000:]}") from None

    def log(self) -> str:
        """Return everything that it has written so far."""
        return self._log.read_text(errors="replace")

    def terminate(self) -> None:
        """Ask it to stop, as an orchestrator does, and wait for that."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(30)

    def kill(self) -> None:
        """End its main process at once, as when its machine is lost."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Self:
        return self if self._process else self.start()

    def __exit__(self, *_: object) -> None:
        self.kill()
