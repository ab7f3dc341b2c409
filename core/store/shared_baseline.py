"""The baseline of a data set on disk, for as long as several processes train on it.

Nearly every algorithm begins with it: a quarter of a minute for each at 32 million ratings, in a process of its own.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import ArtifactError

if TYPE_CHECKING:
    from core.data.dataset import Dataset

__all__ = ["leave_baseline", "take_up_baseline"]

_REMEDY = "It is fitted again."


def take_up_baseline(dataset: Dataset, directory: Path) -> None:
    """Let all that is trained on a data set begin with the baseline that another process left, if one did."""
    from core.data.arraydir import open_arrays, read_manifest
    from core.recommenders.parts.biases import BaselineFit, adopt_baseline

    with suppress(ArtifactError):
        manifest = read_manifest(directory, what="baseline", remedy=_REMEDY)
        if manifest.get("fingerprint") == dataset.fingerprint:
            adopt_baseline(dataset, BaselineFit.from_arrays(open_arrays(directory, manifest, remedy=_REMEDY)))


def leave_baseline(dataset: Dataset, directory: Path) -> None:
    """Leave the baseline of a data set to other processes, if it was fitted here and none is there."""
    from core.data.arraydir import write_array_dir
    from core.recommenders.parts.biases import fitted_baseline

    fitted = fitted_baseline(dataset)
    if fitted is not None and not directory.exists():
        write_array_dir(directory, fitted.arrays(), {"kind": "baseline", "fingerprint": dataset.fingerprint})
