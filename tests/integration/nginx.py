"""A real nginx for tests, with the configuration that is deployed."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Self

import requests

from tests.servers import ROOT, free_port, wait_for

DEPLOYED = ROOT / "deploy" / "nginx.conf"


class NginxProcess:
    """nginx in the foreground in front of a server; also a context manager.

    `deploy/nginx.conf` is used as it is but for its addresses and directories. Further ports stand for further
    addresses of "app".
    """

    def __init__(self, upstream_port: int, work_dir: Path, *further_ports: int) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_path = work_dir / "nginx.log"
        own = work_dir / "nginx"
        own.mkdir()
        text = DEPLOYED.read_text()
        for deployed, here in (
            (
                "server app:8050 fail_timeout=2s;",
                "\n".join(f"server 127.0.0.1:{port} fail_timeout=2s;" for port in (upstream_port, *further_ports)),
            ),
            ("listen 8080;", f"listen 127.0.0.1:{self.port};"),
            ("/tmp/nginx", str(own)),
        ):
            assert deployed in text, f"{DEPLOYED} no longer says {deployed!r}"
            text = text.replace(deployed, here)
        self._config = work_dir / "nginx.conf"
        self._config.write_text(text)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        """Start it and wait until it listens."""
        binary = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
        assert binary, "nginx is not installed: apt-get install nginx"
        # As root, workers would become another user, who may not enter a test's directory.
        directives = "daemon off;" + (" user root;" if os.getuid() == 0 else "")
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [binary, "-p", str(self._config.parent), "-c", str(self._config), "-g", directives],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        wait_for(self._listens, f"nginx at {self.url}; its log:\n{self.log()}")
        return self

    def _listens(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log()
        try:
            requests.get(f"{self.url}/metrics", timeout=5)
        except requests.ConnectionError:
            return False
        return True

    def log(self) -> str:
        """Everything that it has written so far."""
        return self.log_path.read_text(errors="replace")

    def stop(self) -> None:
        """Stop it at once."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
