"""A server takes up what is learned beside it while people ask, tells what is to come, and leaves no process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
import requests

from core.settings import load_settings
from core.store.learning import clear_learning, learning_alone, publish_learning
from core.store.training import train
from core.testing.toy import toy_dataset
from core.views import Learning
from tests.integration.asking import Asking
from tests.servers import ROOT, GunicornProcess, free_port, process_runs, wait_for

pytestmark = pytest.mark.integration


def places(tmp_path: Path, keys: str) -> dict[str, str]:
    """Return the environment of a server of toy data; they are installed."""
    toy_dataset().save(tmp_path / "data" / "toy")
    names = {f"CINEMATCH_{name.upper()}_DIR": str(tmp_path / name) for name in ("data", "models", "cache")}
    return {**names, "CINEMATCH_DATASET": "toy", "CINEMATCH_ALGORITHMS": keys, "CINEMATCH_RATE_LIMIT": "off"}


def ready(url: str) -> dict[str, object]:
    """Return what readiness says."""
    answer = requests.get(f"{url}/readyz", headers={"Connection": "close"}, timeout=20)
    assert answer.status_code == 200, answer.text
    document: dict[str, object] = answer.json()
    return document


def test_what_is_learned_is_taken_up_and_what_is_not_is_told(tmp_path: Path) -> None:
    env = places(tmp_path, "svd,ease,popularity")
    dataset, models = toy_dataset(), tmp_path / "models" / "toy"
    settings = load_settings(dataset="toy", models_dir=tmp_path / "models")
    train(dataset, ["popularity", "ease"], settings.dataset_models_dir)
    server = GunicornProcess("dashboard.wsgi:server", tmp_path, env={**env}, config=ROOT / "gunicorn.conf.py")
    with server.start("/readyz", timeout=60):
        workers, anybody = server.worker_pids(), Asking(server.url, "n=5")
        anybody.start()
        try:
            with learning_alone(models, lambda: None):
                publish_learning(models, Learning("running", {"svd": "running"}, {"ease": "waiting"}, ends_at=9e9))
                found = wait_for(lambda: told_running(server.url), "both workers to tell what is learned")
                assert (found["models"], found["measures"]) == (["svd"], ["ease"])
                train(dataset, ["svd"], models)
                mine = f"{server.url}/api/v1/users/1/recommendations?algorithm=svd&n=5"
                # Whichever worker is asked, whether it has looked or not.
                given = [requests.get(mine, headers={"Connection": "close"}, timeout=20) for _ in range(12)]
                assert {answer.status_code for answer in given} == {200}
            # The next answer may be another worker's, which looks up to a second later.
            found = wait_for(lambda: told(server.url, "stopped"), "the end of the training to be seen")
            assert "cinematch train --missing" in str(found["reason"])
            clear_learning(models)
            wait_for(lambda: learning(server.url)["state"] == "done", "all to be learned")
            assert ready(server.url)["status"] == "ready"
        finally:
            anybody.enough.set()
            anybody.join(30)
        assert server.worker_pids() == workers
    assert anybody.failed == []
    assert sum(anybody.answers.values()) > 10


def learning(url: str) -> dict[str, object]:
    """Return what readiness says of learning."""
    found = ready(url)["learning"]
    assert isinstance(found, dict)
    return found


def told(url: str, state: str) -> dict[str, object] | None:
    """Return what an answer says of learning, if that is in a state."""
    found = learning(url)
    return found if found["state"] == state else None


def told_running(url: str) -> dict[str, object] | None:
    """Return what every one of some answers says is being learned."""
    found = [learning(url) for _ in range(6)]
    return found[0] if all(one["state"] == "running" for one in found) else None


def test_a_first_start_serves_and_ctrl_c_ends_everything(tmp_path: Path) -> None:
    port = free_port()
    env = {**os.environ, **places(tmp_path, "popularity"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "core.cli", "serve", "--train-missing", "--port", str(port), "--workers", "1"]
    with (tmp_path / "log").open("wb") as log:
        started = subprocess.Popen(command, env=env, stdout=log, stderr=log, start_new_session=True)

    def answered() -> bool:
        assert started.poll() is None, (tmp_path / "log").read_text()
        try:
            return requests.get(f"http://127.0.0.1:{port}/api/v1/users/1/recommendations", timeout=5).ok
        except requests.ConnectionError:
            return False

    try:
        wait_for(answered, "a first list", timeout=60)
        family = psutil.Process(started.pid).children(recursive=True)
    finally:
        os.killpg(started.pid, signal.SIGINT)
        started.wait(30)
    wait_for(lambda: not any(process_runs(one.pid) for one in family), "all processes to end")
    assert (tmp_path / "models" / "toy" / "popularity" / "manifest.json").is_file()
