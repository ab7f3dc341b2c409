"""A first start: training in a process beside the server, which begins as soon as it has something to serve."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from core.store.first_models import TRAINER

if TYPE_CHECKING:
    from core.settings import Settings

__all__ = ["train_beside"]


def train_beside(settings: Settings) -> None:
    """Start to train what is missing, and leave to the server whom it waits for.

    The training is a child of this process, which becomes the server: when that ends, so does the training, and what
    it has finished stays.
    """
    from core.store.learning import clear_learning

    # What an earlier training said of its end means nothing any more.
    clear_learning(settings.dataset_models_dir)
    command = ["-P", "-m", "core.cli", "train", "--missing", "--dataset", settings.dataset]
    trainer = subprocess.Popen(  # noqa: S603
        [sys.executable, *command, "--beside-server", str(os.getpid())], stdin=subprocess.DEVNULL
    )
    os.environ[TRAINER] = str(trainer.pid)
