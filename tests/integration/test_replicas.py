"""Two replicas that share nothing but Redis and PostgreSQL, and a worker: one queue, list, key and profile."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from callbacks.jobs.cluster.redis_store import connected
from core.errors import ConfigurationError
from core.settings import Settings
from dashboard.app import create_app
from dashboard.web.secret import secret_key
from tests.celery_workers import CeleryWorker
from tests.conftest import Installation
from tests.integration.analytics_page import AnalyticsPage
from tests.integration.dash_client import Tab
from tests.postgres import PostgresProcess
from tests.redis_server import RedisProcess
from tests.servers import ROOT, GunicornProcess, free_port, started, wait_for

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("jobs")


@pytest.fixture(scope="module")
def replicas(broker: RedisProcess, place: Path) -> Iterator[list[GunicornProcess]]:
    env = {"JOB_APP_DIR": str(place), "JOB_APP_REDIS": broker.database(1)}
    config = Path(__file__).with_name("job_gunicorn_conf.py")
    worker = CeleryWorker("tests.integration.job_app:queue", place, env).start(ready=False)
    one, two = (
        GunicornProcess("tests.integration.job_app:server", place, env=env, config=config, workers=1)
        for _ in range(2)
    )
    with worker, started(one, two):
        worker.wait_until_ready()
        yield [one, two]


def test_the_same_job_in_tabs_of_two_replicas_gives_both_the_result(
    replicas: list[GunicornProcess], place: Path
) -> None:
    one, two = (Tab(replica.url).start("wait:both") for replica in replicas)
    assert one.wait_until_running() != two.wait_until_running()
    (place / "both").touch()
    # Each is polled at the other's replica, too.
    assert one.at(replicas[1].url).result()["name"] == "both"
    assert two.at(replicas[0].url).result()["name"] == "both"
    assert one.at(replicas[0].url).result()["name"] == "both"


def test_another_replica_cancels(replicas: list[GunicornProcess]) -> None:
    tab = Tab(replicas[0].url).start("wait:never")
    tab.wait_until_running()
    tab.at(replicas[1].url).cancel()
    assert tab.at(replicas[0].url).result() == "nothing"


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ("unstorable", "cannot be sent to the page"),
        ("huge", "does not fit"),
        ("fail:Pick a film.", "Pick a film."),
    ],
)
def test_a_job_without_a_result_shows_why(replicas: list[GunicornProcess], order: str, reason: str) -> None:
    assert reason in Tab(replicas[0].url).start(order).error()


def test_property_updates_add_up(replicas: list[GunicornProcess]) -> None:
    tab = Tab(replicas[0].url).start("props")
    assert tab.result() == "set"
    assert tab.side_updates == {"side": {"children": "one", "title": "two"}}


@pytest.fixture(scope="module")
def database(postgres: PostgresProcess) -> str:
    return postgres.new_database()


@pytest.fixture(scope="module")
def sites(
    broker: RedisProcess, database: str, toy_installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[GunicornProcess]]:
    """Two replicas of the application, with disks of their own and no key that was given to them."""
    shared = {"redis_url": broker.url, "database_url": database, "algorithms": "popularity"}
    found = []
    for number in range(2):
        place = tmp_path_factory.mktemp(f"replica-{number}")
        installation = toy_installation.with_cache(place / "cache", workers=1, **shared)
        config = ROOT / "gunicorn.conf.py"
        found.append(GunicornProcess("dashboard.wsgi:server", place, env=installation.env, config=config, workers=1))
    with started(*found, ready_path="/readyz", timeout=60):
        yield found


def _jobs(site: GunicornProcess) -> Any:
    return requests.get(f"{site.url}/readyz", timeout=10).json()["jobs"]


def test_a_measurement_ordered_at_one_replica_is_read_at_the_other(
    sites: list[GunicornProcess], broker: RedisProcess, toy_installation: Installation, tmp_path: Path
) -> None:
    assert "cinematch worker" in _jobs(sites[0])["reason"]
    installation = toy_installation.with_cache(
        tmp_path / "cache", redis_url=broker.url, models_dir=tmp_path / "models"
    )
    ordering, reading = (AnalyticsPage(site.url) for site in sites)
    ordering.measure(["popularity"])
    assert "Waiting" in reading.jobs()
    command = [sys.executable, "-m", "core.cli", "worker", "--places", "1"]
    env = {**CeleryWorker.environment(installation.env)}
    with (tmp_path / "log").open("wb") as log:
        worker = subprocess.Popen(command, env=env, cwd=tmp_path, stdout=log, stderr=log)
    try:
        for page in (reading, ordering):
            wait_for(lambda page=page: "Finished" in page.jobs(), (tmp_path / "log").read_text(), timeout=60)
            (run,) = re.findall(r"run=([0-9a-f]+)", page.jobs())
            assert page.download(run)["algorithms"].keys() == {"popularity"}
        assert _jobs(sites[1]) == {"state": "ok", "reason": None}
        # Training and measuring go there from a shell, too.
        elsewhere = CeleryWorker.environment({**installation.env, "CINEMATCH_CACHE_DIR": str(tmp_path / "shell")})

        def queued(*words: str) -> subprocess.CompletedProcess[str]:
            command = [sys.executable, "-m", "core.cli", "queue", *words]
            return subprocess.run(command, env=elsewhere, cwd=tmp_path, capture_output=True, text=True, check=False)

        trained = queued("train", "--algorithms", "popularity", "--no-measure", "--json", "-")
        assert [model["key"] for model in json.loads(trained.stdout)["models"]] == ["popularity"], trained.stderr
        assert (tmp_path / "models/toy/popularity/manifest.json").exists()
        assert queued("data", "list").returncode == 2
        assert "cinematch train" in reading.jobs()
    finally:
        worker.terminate()
        worker.wait(30)


def test_what_is_rated_at_one_replica_is_known_at_the_other(sites: list[GunicornProcess]) -> None:
    one, two = (f"{site.url}/api/v1/me" for site in sites)
    token = requests.post(one, json={}, timeout=20).json()["token"]
    mine = {"Authorization": f"Bearer {token}"}
    rated = requests.put(f"{one}/ratings/10", json={"rating": 4.5}, headers=mine, timeout=20)
    assert rated.status_code == 200, rated.text
    seen = requests.get(two, headers=mine, timeout=20)
    assert [(item["movie_id"], item["rating"]) for item in seen.json()["ratings"]] == [(10, 4.5)], seen.text


def test_replicas_agree_on_the_key_that_signs(broker: RedisProcess, tmp_path: Path) -> None:
    one, two = (Settings(cache_dir=tmp_path / name, redis_url=broker.database(3)) for name in ("one", "two"))
    assert secret_key(one) == secret_key(two)
    # What one machine has signed before it had Redis stays valid.
    assert (tmp_path / "one" / "secret_key").read_text() == secret_key(two)
    # A Redis that has lost all gets the same one back, whoever comes first.
    with connected(broker.database(3)) as client:
        client.flushdb()
    assert secret_key(two) == secret_key(one) == (tmp_path / "one" / "secret_key").read_text()
    assert (tmp_path / "two" / "secret_key").stat().st_mode & 0o777 == 0o600


def test_without_redis_a_replica_starts_with_a_key_only_and_says_what_it_cannot_do(
    toy_installation: Installation, tmp_path: Path
) -> None:
    url = f"redis://127.0.0.1:{free_port()}/0"
    asked = {"redis_url": url, "algorithms": "popularity"}
    with pytest.raises(ConfigurationError, match="Start Redis, correct CINEMATCH_REDIS_URL, or set CINEMATCH_SECRET"):
        create_app(toy_installation.with_cache(tmp_path / "one", **asked).settings)
    app = create_app(toy_installation.with_cache(tmp_path / "two", **asked, secret_key="one" * 8).settings)
    ready = app.server.test_client().get("/readyz")
    assert (ready.status_code, ready.json["status"]) == (200, "degraded")
    assert "Redis, which keeps the background jobs, cannot be used" in ready.json["jobs"]["reason"]


def test_one_machine_needs_nothing_of_it(toy_installation: Installation, tmp_path: Path) -> None:
    alone = toy_installation.with_cache(tmp_path / "cache", algorithms="popularity")
    code = """
import sys
sys.modules |= dict.fromkeys(("celery", "kombu", "billiard", "redis"))
import dashboard.wsgi
print(dashboard.wsgi.server.test_client().get("/readyz").json["jobs"])
"""
    env = CeleryWorker.environment(alone.env)
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "'state': 'ok'" in done.stdout, done.stderr
