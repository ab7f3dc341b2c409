"""Data and models are replaced together under real workers, and brought back, while people go on asking."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from core.data.install import keep
from core.data.versions import roll_back
from core.service import open_service
from core.settings import Settings, load_settings
from core.store.training import train
from core.testing.toy import toy_dataset
from tests.integration.asking import Answer, Asking
from tests.servers import ROOT, GunicornProcess, wait_for

pytestmark = pytest.mark.integration

KEYS = ("popularity", "svd")


def install(settings: Settings, seed: int) -> tuple[str, Answer]:
    """Import a data set over the one that is there and train on it; return what it is and its list for user 1."""
    dataset = keep(toy_dataset(seed=seed), settings)
    train(dataset, KEYS, settings.dataset_models_dir)
    found = open_service(settings).recommend(user_id=1, algorithm="svd", n=5)
    return dataset.fingerprint, tuple((item.movie_id, round(item.score, 4)) for item in found.items)


def serves(url: str, fingerprint: str) -> Callable[[], bool]:
    """Return a condition: several connections in a row are answered from these data."""

    def asked() -> str:
        answer = requests.get(f"{url}/api/v1/dataset", headers={"Connection": "close"}, timeout=20)
        return str(answer.json()["fingerprint"])

    return lambda: {asked() for _ in range(12)} == {fingerprint}


def test_data_and_models_are_replaced_together_and_brought_back(tmp_path: Path) -> None:
    places = {f"{name}_dir": tmp_path / name for name in ("data", "models", "cache")}
    settings = load_settings(dataset="toy", algorithms=",".join(KEYS), **places)
    first, before = install(settings, 1)
    env: dict[str, str | None] = {f"CINEMATCH_{name.upper()}": str(place) for name, place in places.items()}
    env |= {"CINEMATCH_DATASET": "toy", "CINEMATCH_ALGORITHMS": ",".join(KEYS), "CINEMATCH_RATE_LIMIT": "off"}
    server = GunicornProcess("dashboard.wsgi:server", tmp_path, env=env, config=ROOT / "gunicorn.conf.py")
    with server.start("/readyz", timeout=60):
        workers, people = server.worker_pids(), [Asking(server.url, "algorithm=svd&n=5") for _ in range(3)]
        for one in people:
            one.start()
        try:
            second, after = install(settings, 2)
            wait_for(serves(server.url, second), "the new version in both workers", timeout=40)
            assert roll_back(settings, "toy") == (first, len(KEYS))
            wait_for(serves(server.url, first), "the former version in both workers", timeout=40)
        finally:
            for one in people:
                one.enough.set()
            for one in people:
                one.join(30)
        assert server.worker_pids() == workers
        ready = requests.get(f"{server.url}/readyz", timeout=20).json()
        assert ready["status"] == "ready"
    assert [one.failed for one in people] == [[]] * 3
    given: Counter[Answer] = sum((one.answers for one in people), Counter())
    # Nobody got films of one version with scores of the other.
    assert set(given) == {before, after}
    assert before != after
