"""A first start: training in a process beside the server, which begins as soon as it has something to serve."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from core.errors import ArtifactError

if TYPE_CHECKING:
    from core.settings import Settings

__all__ = ["train_beside"]

_EVERY_S = 0.1
_ENDS_IN_S = 5.0


def train_beside(settings: Settings) -> None:
    """Start to train what is missing, and return when what is learned in seconds stands or could not be learned.

    The training is a child of this process, which becomes the server: when that ends, so does the training, and what
    it has finished stays.

    Raises
    ------
    ArtifactError
        When the training ended and there is no model.
    """
    from core.store.learning import clear_learning

    # What an earlier training said of its end means nothing any more.
    clear_learning(settings.dataset_models_dir)
    command = ["-P", "-m", "core.cli", "train", "--missing", "--dataset", settings.dataset]
    trainer = subprocess.Popen(  # noqa: S603
        [sys.executable, *command, "--beside-server", str(os.getpid())], stdin=subprocess.DEVNULL
    )
    try:
        while not _stands(settings):
            if trainer.poll() is not None:
                if not _trained(settings):
                    raise ArtifactError(
                        f"No model of {settings.dataset} could be trained, and there is nothing to serve. What was "
                        "said above has the reason."
                    )
                return
            time.sleep(_EVERY_S)
    except KeyboardInterrupt:
        # The terminal told it, too. One that is told by nobody, or takes longer, ends with this process.
        with suppress(subprocess.TimeoutExpired):
            trainer.wait(_ENDS_IN_S)
        raise


def _stands(settings: Settings) -> bool:
    """Return whether everything that is learned in seconds has a model, or will have none."""
    from core.recommenders.registry import algorithm_keys
    from core.store.costs import FIRST
    from core.store.learning import read_learning

    keys = settings.algorithms or algorithm_keys()
    first = {key for key in FIRST if key in keys}
    learning = read_learning(settings.dataset_models_dir)
    failed = set() if learning is None else {key for key, state in learning.fits.items() if state == "failed"}
    settled = _trained(settings) | failed
    return settled >= first if first else bool(settled & set(keys))


def _trained(settings: Settings) -> set[str]:
    """Return the keys of what there is a model of these data of, or is known to have none."""
    from core.data.versions import manifest_of, trained_on
    from core.store.training import left_out_of

    fingerprint = str(manifest_of(settings.dataset_dir).get("fingerprint") or "")
    found = trained_on(fingerprint or None, settings.dataset_models_dir)
    return set(found) | left_out_of(settings.dataset_models_dir, fingerprint)
