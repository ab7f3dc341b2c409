"""Limits with a real Redis: all workers count together, and a Redis that is gone stops nothing."""

import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
import requests

from tests.conftest import Installation
from tests.servers import ROOT, GunicornProcess, free_port, wait_for

pytestmark = pytest.mark.integration


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    binary = shutil.which("redis-server")
    assert binary, "redis-server is not installed: apt-get install redis-server"
    port = free_port()
    process = subprocess.Popen(
        [
            binary,
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            str(tmp_path),
        ],
        stdout=subprocess.DEVNULL,
    )
    client = redis.Redis(port=port)

    def answers() -> bool:
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False

    try:
        wait_for(answers, "redis")
        yield f"redis://127.0.0.1:{port}/0", process
    finally:
        client.close()
        process.kill()
        process.wait()


def ask(server: GunicornProcess, times: int) -> Counter[int]:
    # A connection of its own for each request: the kernel spreads them over the workers.
    url = f"{server.url}/api/v1/movies/10"
    return Counter(requests.get(url, timeout=20).status_code for _ in range(times))


def test_workers_count_together_and_go_on_without_redis(
    redis_server: tuple[str, subprocess.Popen[bytes]], toy_installation: Installation, tmp_path: Path
) -> None:
    url, process = redis_server
    installation = toy_installation.with_cache(tmp_path / "cache", redis_url=url, rate_limit="20 per hour", workers=2)
    gunicorn = GunicornProcess(
        "dashboard.wsgi:server", tmp_path, env=installation.env, config=ROOT / "gunicorn.conf.py"
    )
    with gunicorn.start("/readyz", timeout=60) as server:
        assert ask(server, 60) == {200: 20, 429: 40}
        process.kill()
        process.wait()
        # Now each worker counts for itself, from the start: at least 20 and at most 40 more are let through.
        afterwards = ask(server, 80)
        assert set(afterwards) == {200, 429}
        assert 20 <= afterwards[200] <= 40
        assert "Redis does not answer" in server.log()
        assert requests.get(f"{server.url}/readyz", timeout=10).status_code == 200
