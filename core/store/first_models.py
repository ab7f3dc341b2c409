"""What a first start waits for: some model that is learned in seconds, from a training that is its child."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from core.errors import ArtifactError

if TYPE_CHECKING:
    from core.settings import Settings

__all__ = ["TRAINER", "await_first_models"]

TRAINER = "_CINEMATCH_TRAINER"
"""Where `cinematch serve` leaves the process id of the training for the server that it becomes."""
_EVERY_S = 0.05
_ENDS_IN_S = 5.0


def await_first_models(settings: Settings) -> None:
    """Return when the first models of a training beside this process stand, or could not be learned.

    Where no training was started there is nothing to wait for.

    Raises
    ------
    ArtifactError
        When the training ended and there is no model.
    KeyboardInterrupt
        When somebody ends the start; the training has ended, too, or has had five seconds for it.
    """
    trainer = int(os.environ.pop(TRAINER, "0"))
    if not trainer:
        return
    try:
        while not _stand(settings):
            if _has_ended(trainer):
                if not _settled(settings):
                    raise ArtifactError(
                        f"No model of {settings.dataset} could be trained, and there is nothing to serve. What was "
                        "said above has the reason."
                    )
                return
            time.sleep(_EVERY_S)
    except KeyboardInterrupt:
        # The terminal told it, too. One that takes longer ends with this process.
        until = time.monotonic() + _ENDS_IN_S
        while not _has_ended(trainer) and time.monotonic() < until:
            time.sleep(_EVERY_S)
        raise


def _has_ended(child: int) -> bool:
    try:
        return os.waitpid(child, os.WNOHANG)[0] == child
    except ChildProcessError:
        return True


def _stand(settings: Settings) -> bool:
    """Return whether all of what is awaited has a model, or will have none."""
    from core.recommenders.registry import algorithm_keys
    from core.store.costs import SERVED_FIRST
    from core.store.learning import read_learning

    keys = settings.algorithms or algorithm_keys()
    first = {key for key in SERVED_FIRST if key in keys}
    learning = read_learning(settings.dataset_models_dir)
    failed = set() if learning is None else {key for key, state in learning.fits.items() if state == "failed"}
    settled = _settled(settings) | failed
    return settled >= first if first else bool(settled & set(keys))


def _settled(settings: Settings) -> set[str]:
    """Return the keys of what there is a model of these data of, or is known to have none."""
    from core.data.versions import manifest_of, trained_on
    from core.store.training import left_out_of

    fingerprint = str(manifest_of(settings.dataset_dir).get("fingerprint") or "")
    found = trained_on(fingerprint or None, settings.dataset_models_dir)
    return set(found) | left_out_of(settings.dataset_models_dir, fingerprint)
