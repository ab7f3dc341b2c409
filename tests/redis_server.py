"""A real Redis for tests: on a free port, gone afterwards."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Self

import redis

from tests.servers import free_port, wait_for


class RedisProcess:
    """One Redis server that keeps nothing on disk; also a context manager.

    Parameters
    ----------
    work_dir
        Where it is started.
    """

    def __init__(self, work_dir: Path) -> None:
        self.port = free_port()
        self.url = self.database(0)
        self._work_dir = work_dir
        self._process: subprocess.Popen[bytes] | None = None

    def database(self, number: int) -> str:
        """Return the address of one of its 16 databases, which know nothing of each other."""
        return f"redis://127.0.0.1:{self.port}/{number}"

    def cut(self) -> None:
        """End all connections, as a network does."""
        with redis.Redis(port=self.port) as client:
            client.client_kill_filter(_type="normal", skipme=True)
            client.client_kill_filter(_type="pubsub", skipme=True)

    def start(self) -> Self:
        """Start it, and wait until it answers."""
        binary = shutil.which("redis-server")
        assert binary, "redis-server is not installed: apt-get install redis-server"
        options = {"port": self.port, "bind": "127.0.0.1", "save": "", "appendonly": "no", "dir": self._work_dir}
        words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        self._process = subprocess.Popen([binary, *words], stdout=subprocess.DEVNULL)
        with redis.Redis(port=self.port) as client:

            def answers() -> bool:
                try:
                    return bool(client.ping())
                except redis.ConnectionError:
                    return False

            wait_for(answers, "redis")
        return self

    def kill(self) -> None:
        """End it at once; what it held is lost."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def __enter__(self) -> Self:
        return self if self._process else self.start()

    def __exit__(self, *_: object) -> None:
        self.kill()
