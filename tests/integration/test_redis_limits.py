"""Limits with a real Redis: all workers count together, and a Redis that is gone stops nothing."""

from collections import Counter
from pathlib import Path

import pytest
import requests

from tests.conftest import Installation
from tests.redis_server import RedisProcess
from tests.servers import ROOT, GunicornProcess

pytestmark = pytest.mark.integration


def ask(server: GunicornProcess, times: int) -> Counter[int]:
    # A connection of its own for each request: the kernel spreads them over the workers.
    url = f"{server.url}/api/v1/movies/10"
    return Counter(requests.get(url, timeout=20).status_code for _ in range(times))


def test_workers_count_together_and_go_on_without_redis(toy_installation: Installation, tmp_path: Path) -> None:
    redis = RedisProcess(tmp_path).start()
    asked = {"redis_url": redis.url, "rate_limit": "20 per hour", "workers": 2}
    installation = toy_installation.with_cache(tmp_path / "cache", **asked)
    gunicorn = GunicornProcess(
        "dashboard.wsgi:server", tmp_path, env=installation.env, config=ROOT / "gunicorn.conf.py"
    )
    with redis, gunicorn.start("/readyz", timeout=60) as server:
        assert ask(server, 60) == {200: 20, 429: 40}
        redis.kill()
        # Now each worker counts for itself, from the start: at least 20 and at most 40 more are let through.
        afterwards = ask(server, 80)
        assert set(afterwards) == {200, 429}
        assert 20 <= afterwards[200] <= 40
        assert "Redis does not answer" in server.log()
        ready = requests.get(f"{server.url}/readyz", timeout=10)
        assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
        assert "Redis" in ready.json()["jobs"]["reason"]
