"""A real S3-compatible server for tests, as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Self

import requests

from tests.servers import free_port, wait_for

BUCKET = "cinematch-tests"


class S3Process:
    """moto's server on a free port, with one bucket; also a context manager."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.host, self.port = host, free_port()
        self.endpoint = f"http://{host}:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def env(self) -> dict[str, str]:
        """What a client needs to know, as variables."""
        return {
            "AWS_ENDPOINT_URL_S3": self.endpoint,
            **dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "tests"),
            "AWS_DEFAULT_REGION": "us-east-1",
        }

    def __enter__(self) -> Self:
        program = Path(sys.executable).with_name("moto_server")
        self._log = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [program, "-H", self.host, "-p", str(self.port)],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            env={**os.environ, **self.env},
        )
        wait_for(self._has_bucket, "the S3 server", timeout=60)
        return self

    def _has_bucket(self) -> bool:
        try:
            return requests.put(f"{self.endpoint}/{BUCKET}", timeout=10).ok
        except requests.ConnectionError:
            return False

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(10)
        self._log.close()
