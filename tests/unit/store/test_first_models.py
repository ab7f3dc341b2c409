"""A first start waits for what it serves first, for no more, and for nobody who has ended."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from core.errors import ArtifactError
from core.settings import Settings, load_settings
from core.store import first_models
from core.store.first_models import TRAINER, await_first_models
from core.store.training import train
from core.testing.toy import toy_dataset


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = load_settings(dataset="toy", data_dir=tmp_path / "data", models_dir=tmp_path / "models")
    toy_dataset().save(settings.dataset_dir)
    return settings


@pytest.fixture
def trainer(monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[bytes]]:
    """Be a training that goes on until it is ended."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    monkeypatch.setenv(TRAINER, str(child.pid))
    yield child
    child.kill()
    child.wait()


def test_nothing_is_awaited_where_no_training_was_started(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(TRAINER, raising=False)
    await_first_models(settings)


def test_the_server_begins_with_the_first_models_while_others_are_learned(
    settings: Settings, trainer: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    def learn_meanwhile(seconds: float) -> None:
        waited.append(seconds)
        train(toy_dataset(), [("popularity", "user_knn", "svd")[len(waited) - 1]], settings.dataset_models_dir)

    # Of this module alone: other threads sleep, too.
    monkeypatch.setattr(first_models, "time", SimpleNamespace(sleep=learn_meanwhile, monotonic=time.monotonic))
    await_first_models(settings)
    assert len(waited) == 3
    assert trainer.poll() is None
    assert TRAINER not in os.environ  # what the server starts later waits for nobody


def test_a_training_that_ended_with_something_is_served_and_one_with_nothing_is_told(
    settings: Settings, trainer: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer.kill()
    with pytest.raises(ArtifactError, match="nothing to serve"):
        await_first_models(settings)
    monkeypatch.setenv(TRAINER, str(trainer.pid))
    train(toy_dataset(), ["popularity"], settings.dataset_models_dir)
    await_first_models(settings)


def test_an_interruption_passes_though_the_training_goes_on(
    settings: Settings, trainer: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_models, "_ENDS_IN_S", 0.1)
    asked: list[float] = []

    def interrupt_once(seconds: float) -> None:
        asked.append(seconds)
        if len(asked) == 1:
            raise KeyboardInterrupt
        time.sleep(seconds)

    monkeypatch.setattr(first_models, "time", SimpleNamespace(sleep=interrupt_once, monotonic=time.monotonic))
    with pytest.raises(KeyboardInterrupt):
        await_first_models(settings)
    assert trainer.poll() is None
