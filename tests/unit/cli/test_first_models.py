"""Who interrupts a first start is obeyed, however long the training beside it takes to end."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from core.commands import first_models
from core.settings import load_settings


def test_an_interruption_passes_though_the_training_goes_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Trainer:
        def __init__(self, *_given: Any, **_named: Any) -> None:
            """Start nothing."""

        def poll(self) -> int | None:
            raise KeyboardInterrupt

        def wait(self, seconds: float) -> None:
            raise subprocess.TimeoutExpired("train", seconds)

    monkeypatch.setattr(first_models.subprocess, "Popen", Trainer)
    settings = load_settings(dataset="toy", data_dir=tmp_path, models_dir=tmp_path)
    with pytest.raises(KeyboardInterrupt):
        first_models.train_beside(settings)
