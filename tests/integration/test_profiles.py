"""Real workers over real databases: what was acknowledged is there whatever ends the server, and once."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.conftest import Installation
from tests.servers import ROOT, GunicornProcess, wait_for

pytestmark = pytest.mark.integration

API = "/api/v1/me"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def served(
    request: pytest.FixtureRequest, toy_installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GunicornProcess]:
    """Two workers as an operator runs them, with a database of either kind."""
    tmp_path = tmp_path_factory.mktemp("served")
    if request.param == "postgresql":
        address = request.getfixturevalue("postgres").new_database()
    else:
        address = f"sqlite:///{tmp_path / 'profiles' / 'profiles.db'}"
    chosen = {"algorithms": "popularity", "rate_limit": "off", "workers": 2, "secret_key": "k" * 32}
    installation = toy_installation.with_cache(tmp_path / "cache", database_url=address, **chosen)
    server = GunicornProcess(
        "dashboard.wsgi:server", tmp_path, env=installation.env, config=ROOT / "gunicorn.conf.py"
    )
    try:
        yield server.start("/readyz", timeout=60)
    finally:
        server.kill()


class Writer(threading.Thread):
    """Somebody who rates one film after another, and notes what was acknowledged."""

    def __init__(self, url: str, movies: list[int], token: str | None = None) -> None:
        super().__init__()
        self.url = url
        self.movies = movies
        self.acknowledged: dict[int, float] = {}
        self.asked: dict[int, set[float]] = {}
        self.session = requests.Session()
        self.token = token or self.session.post(f"{url}{API}", json={}).json()["token"]
        self.headers = {"Authorization": f"Bearer {self.token}"}

    def run(self) -> None:
        """Write until the server is gone."""
        for turn in range(10_000):
            movie, stars = self.movies[turn % len(self.movies)], 0.5 * (1 + turn % 10)
            self.asked[movie] = {stars}
            try:
                answer = self.session.put(
                    f"{self.url}{API}/ratings/{movie}", json={"rating": stars}, headers=self.headers, timeout=10
                )
            except requests.RequestException:
                return
            if answer.status_code == 200:
                self.acknowledged[movie] = stars

    def kept(self) -> dict[int, float]:
        """Return what the server keeps."""
        found = requests.get(f"{self.url}{API}", headers=self.headers, timeout=10).json()
        return {one["movie_id"]: one["rating"] for one in found["ratings"]}


def test_kill_9_in_the_middle_of_writes_loses_nothing(
    served: GunicornProcess, toy_installation: Installation
) -> None:
    movies = toy_installation.dataset.movies.ids.tolist()
    writers = [Writer(served.url, movies) for _ in range(4)]
    for writer in writers:
        writer.start()
    wait_for(lambda: sum(len(writer.acknowledged) for writer in writers) > 30, "writes", timeout=60)
    served.kill()
    for writer in writers:
        writer.join(30)
    served.start("/readyz", timeout=60)
    for writer in writers:
        kept = writer.kept()
        # What was under way may have been kept or not; what was acknowledged is there.
        for movie, stars in writer.acknowledged.items():
            assert kept.get(movie) in {stars, *writer.asked[movie]}


def test_a_worker_that_is_killed_loses_nothing(served: GunicornProcess, toy_installation: Installation) -> None:
    writer = Writer(served.url, toy_installation.dataset.movies.ids.tolist())
    for turn, movie in enumerate(writer.movies[:20]):
        if turn == 10:
            os.kill(served.worker_pids()[0], signal.SIGKILL)
        for _ in range(20):
            try:
                answer = requests.put(
                    f"{served.url}{API}/ratings/{movie}", json={"rating": 4}, headers=writer.headers, timeout=10
                )
            except requests.RequestException:
                continue
            if answer.status_code == 200:
                break
    assert writer.kept() == dict.fromkeys(writer.movies[:20], 4.0)


def test_two_workers_write_one_row_once(served: GunicornProcess, toy_installation: Installation) -> None:
    writer = Writer(served.url, toy_installation.dataset.movies.ids.tolist())
    answers: list[Any] = []
    change = {"changes": [{"kind": "rating", "movie_id": writer.movies[0], "rating": 3.5}]}

    def send(number: int) -> None:
        headers = {**writer.headers, "Idempotency-Key": "the same" if number % 2 else f"key {number}"}
        answer = requests.post(f"{served.url}{API}/changes", json=change, headers=headers, timeout=20)
        answers.append((answer.status_code, answer.json()))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [(200, {"kept": 1})] * 24
    assert writer.kept() == {writer.movies[0]: 3.5}
    told = requests.get(f"{served.url}{API}/export", headers=writer.headers, timeout=10).json()
    assert len(told["films"]["toy"]) == 1


def test_what_is_learned_reaches_running_workers(toy_installation: Installation, tmp_path: Path) -> None:
    for name in ("data_dir", "models_dir"):
        shutil.copytree(getattr(toy_installation, name), tmp_path / name)
    own = Installation(tmp_path / "data_dir", tmp_path / "models_dir", tmp_path / "cache", toy_installation.dataset)
    chosen = {"algorithms": "popularity,content", "database_url": f"sqlite:///{tmp_path / 'profiles.db'}"}
    own = own.with_cache(tmp_path / "cache", **chosen)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **{key: str(value) for key, value in own.env.items()}}

    def cinematch(*words: str) -> str:
        command = [sys.executable, "-m", "core.cli", *words]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def newest(url: str) -> set[int]:
        """Return what several connections, to either worker, say of the number of users."""
        asked = [requests.get(f"{url}/api/v1/dataset", headers={"Connection": "close"}, timeout=20) for _ in range(8)]
        return {answer.json()["users"] for answer in asked}

    server = GunicornProcess("dashboard.wsgi:server", tmp_path, env=own.env, config=ROOT / "gunicorn.conf.py")
    try:
        server.start("/readyz", timeout=60)
        writer = Writer(server.url, [])
        movie = int(own.dataset.movies.ids[0])
        requests.put(f"{server.url}{API}/ratings/{movie}", json={"rating": 5}, headers=writer.headers, timeout=10)
        words = ("data", "add-film", "--title", "Another One (1975)", "--genres", "Comedy", "--json")
        film = json.loads(cinematch(*words))["movie_id"]
        cinematch("retrain")
        users = own.dataset.n_users + 1
        wait_for(lambda: newest(server.url) == {users}, "the next data set in both workers", timeout=60)
        query = "algorithm=content&n=100"
        listed = requests.get(f"{server.url}{API}/recommendations?{query}", headers=writer.headers, timeout=20).json()
        assert film in [item["movie_id"] for item in listed["items"]]
        assert (
            requests.get(f"{server.url}/api/v1/users/{own.dataset.user_ids[-1] + 1}", timeout=10).status_code == 404
        )
        assert requests.get(f"{server.url}/readyz", timeout=10).json()["status"] == "ready"
    finally:
        server.kill()
