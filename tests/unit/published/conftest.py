"""Two trainings to publish, and three kinds of places to publish them at."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.published.local import LocalVersions
from core.published.place import Place, open_place
from core.settings import Settings, load_settings
from core.store.training import train
from core.testing.toy import toy_dataset
from tests.s3 import BUCKET, S3Process

KEYS = ("popularity", "svd")


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Process]:
    """One server for all tests; each has an address of its own."""
    with S3Process() as server:
        yield server


@pytest.fixture(scope="session")
def trainings(tmp_path_factory: pytest.TempPathFactory) -> list[Settings]:
    """What was trained on two data sets, one after the other."""
    found = []
    for seed in (1, 2):
        places = {f"{name}_dir": tmp_path_factory.mktemp(f"training{seed}") / name for name in ("data", "models")}
        settings = load_settings(dataset="toy", **places)
        dataset = toy_dataset(seed=seed)
        dataset.save(settings.dataset_dir)
        train(dataset, KEYS, settings.dataset_models_dir)
        found.append(settings)
    return found


@pytest.fixture(params=["file", "memory", "s3"])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An address where nothing is yet."""
    if request.param == "file":
        return f"file://{tmp_path}/published"
    if request.param == "memory":
        return f"memory://{uuid.uuid4().hex}"
    for name, value in request.getfixturevalue("s3").env.items():
        monkeypatch.setenv(name, value)
    return f"s3://{BUCKET}/{uuid.uuid4().hex}"


@pytest.fixture
def place(url: str) -> Place:
    """The place at the address."""
    return open_place(url, "toy")


@pytest.fixture
def replica(url: str, tmp_path: Path) -> Settings:
    """The settings of a machine that serves what is published."""
    return load_settings(dataset="toy", cache_dir=tmp_path / "cache", artifacts_url=url, algorithms=",".join(KEYS))


@pytest.fixture
def local(replica: Settings) -> LocalVersions:
    """What that machine has."""
    return LocalVersions(replica)
