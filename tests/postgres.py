"""A real PostgreSQL for tests: a cluster of its own on a free port, gone afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Self

from tests.servers import free_port

_ACCOUNT = "postgres"


class PostgresProcess:
    """One PostgreSQL server; also a context manager.

    It refuses to run as root: there, it runs as the account that its package makes.
    """

    def __init__(self) -> None:
        self.port = free_port()
        # Not pytest's own directory, which no other account may enter.
        self._place = Path(tempfile.mkdtemp(prefix="cinematch-postgres-", dir="/tmp"))
        self._options: dict[str, str] = {}
        if os.getuid() == 0:
            shutil.chown(self._place, _ACCOUNT)
            self._options = {"user": _ACCOUNT}
        self._databases = 0

    def start(self) -> Self:
        """Make the cluster and wait until it answers."""
        data, log = self._place / "data", self._place / "log"
        self._run("initdb", "--pgdata", str(data), "--auth", "trust", "--username", "cinematch", "--no-sync")
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        self._run("pg_ctl", "start", "--pgdata", str(data), "--log", str(log), "--wait", "-o", options)
        return self

    def stop(self) -> None:
        """Stop it, connections or not, and remove everything."""
        self._run("pg_ctl", "stop", "--pgdata", str(self._place / "data"), "--mode", "immediate")
        shutil.rmtree(self._place, ignore_errors=True)

    def new_database(self) -> str:
        """Make an empty database and return its address."""
        self._databases += 1
        name = f"profiles_{self._databases}"
        reach = ("--host", "127.0.0.1", "--port", str(self.port), "--username", "cinematch")
        self._run("createdb", *reach, name)
        return f"postgresql://cinematch@127.0.0.1:{self.port}/{name}"

    def _run(self, program: str, *arguments: str) -> None:
        installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        found = shutil.which(program, path=os.pathsep.join([*map(str, installed), os.environ.get("PATH", "")]))
        assert found, f"{program} is missing: apt-get install postgresql"
        done = subprocess.run(
            [found, *arguments],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program != "pg_ctl" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **self._options,
        )
        assert done.returncode == 0, f"{program}: {done.stdout}"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
