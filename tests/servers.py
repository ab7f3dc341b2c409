"""Real servers for tests: start gunicorn on a free port, wait until it answers, stop it for sure."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import requests

ROOT = Path(__file__).resolve().parents[1]


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nobody listens on at the moment."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def wait_for(condition: Callable[[], Any], what: str, timeout: float = 15.0, every: float = 0.05) -> Any:
    """Call `condition` until it returns something true and return that; AssertionError after `timeout` s."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout:.0f} s in vain for {what}")
        time.sleep(every)


def process_runs(pid: int) -> bool:
    """Return whether a process exists and is more than an entry that its parent has not collected yet."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


class GunicornProcess:
    """One gunicorn master with preloaded gthread workers; also a context manager.

    Parameters
    ----------
    app
        What gunicorn serves, such as ``"dashboard.wsgi:server"``. The repository's root is on ``sys.path``.
    work_dir
        A test's own directory (``tmp_path``): the log and, without `config`, an empty configuration go here.
    port
        Port on 127.0.0.1; 0 takes a free one.
    workers
        Number of worker processes, each with four threads.
    env
        Environment variables added to this process's own; a value of None removes one.
    config
        A gunicorn configuration file. Without it gunicorn reads none, not even the repository's own.
    arguments
        Further gunicorn arguments; they win over the configuration file.
    root
        The checkout that is served, in which the master is started.
    """

    def __init__(
        self,
        app: str,
        work_dir: Path,
        *,
        port: int = 0,
        workers: int = 2,
        env: Mapping[str, str | None] | None = None,
        config: Path | None = None,
        arguments: Sequence[str] = (),
        root: Path = ROOT,
    ) -> None:
        self.root = root
        self.port = port or free_port()
        self.workers = workers
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_path = work_dir / f"gunicorn-{self.port}.log"
        if config is None:
            config = work_dir / "empty_gunicorn_conf.py"
            config.touch()
            options = ["--preload", "--worker-class", "gthread", "--threads", "4", "--graceful-timeout", "3"]
            options += ["--no-control-socket"]
        else:
            options = []
        options += ["--config", str(config), "--bind", f"127.0.0.1:{self.port}", "--workers", str(workers)]
        self._command = [sys.executable, "-m", "gunicorn", *options, *arguments, app]
        self._env = {
            **os.environ,
            "PYTHONPATH": str(root),
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
        for name, value in (env or {}).items():
            if value is None:
                self._env.pop(name, None)
            else:
                self._env[name] = value
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Process id of the master."""
        assert self._process is not None, "start() first"
        return self._process.pid

    def start(self, ready_path: str = "/", timeout: float = 20.0) -> Self:
        """Start the master and wait until `ready_path` answers below 500; AssertionError with the log if not."""
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._env,
                cwd=self.root,
                start_new_session=True,
            )
        try:
            wait_for(lambda: self._answers(ready_path), f"{self.url}{ready_path}", timeout)
            wait_for(lambda: len(self.worker_pids()) >= self.workers, f"{self.workers} workers", timeout)
        except AssertionError as error:
            self.kill()
            raise AssertionError(f"{error}\n{self.log()[-4000:]}") from None
        return self

    def _answers(self, path: str) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError(f"gunicorn ended with exit code {self._process.returncode}")
        try:
            return requests.get(self.url + path, timeout=5, headers={"Connection": "close"}).status_code < 500
        except (requests.ConnectionError, requests.Timeout):
            return False

    def worker_pids(self) -> list[int]:
        """Process ids of the live workers, in the order of their numbers."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        return sorted(int(pid) for pid in children.read_text().split())

    def log(self) -> str:
        """Everything that the master and the workers have written so far."""
        return self.log_path.read_text(errors="replace")

    def stop(self, timeout: float = 10.0) -> int:
        """Stop gracefully (SIGTERM) and return the exit code; kill after `timeout` s."""
        if self._process is None:
            return 0
        if self._process.poll() is None:
            self._process.terminate()
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"gunicorn did not stop within {timeout:.0f} s\n{self.log()[-4000:]}") from None

    def kill(self) -> None:
        """SIGKILL the master and its workers, as an out-of-memory kill of the whole service would."""
        if self._process is None:
            return
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            self._process.poll()
        self._process.wait()

    def __enter__(self) -> Self:
        return self if self._process else self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


@contextmanager
def started(*servers: GunicornProcess, ready_path: str = "/", timeout: float = 20.0) -> Iterator[None]:
    """Start servers side by side, and stop them so at the end."""
    with ThreadPoolExecutor(len(servers)) as pool:
        try:
            list(pool.map(lambda server: server.start(ready_path, timeout), servers))
            yield
        finally:
            list(pool.map(lambda server: server.stop(), servers))
