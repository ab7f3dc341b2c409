"""Is this installation in order? Imports, data, artifacts, and one recommendation per model."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.errors import CineMatchError
from core.recommenders.base import Recommender
from core.settings import Settings
from core.store.artifact import get_model_metadata, verify_model
from core.store.loader import open_artifact

__all__ = ["Check", "validate_installation"]

_HEAVY = ("sklearn", "surprise", "dash", "flask")
_IMPORT = f"""
import json, sys
import core.utils
missing = [name for name in core.utils.__all__ if not callable(getattr(core.utils, name, None))]
print(json.dumps({{"names": len(core.utils.__all__), "missing": missing,
                  "heavy": [name for name in {_HEAVY!r} if name in sys.modules]}}))
"""


@dataclass(frozen=True, slots=True)
class Check:
    """The outcome of one check."""

    kind: Literal["imports", "data", "artifact", "recommendation"]
    name: str
    passed: bool
    detail: str


def validate_installation(settings: Settings, keys: tuple[str, ...]) -> list[Check]:
    """Check everything that serving needs.

    Parameters
    ----------
    settings : Settings
    keys : tuple of str
        The algorithms that must be trained.

    Returns
    -------
    list of Check
        Public names in a fresh interpreter; the data set's hashes; and per algorithm hashes, shapes, finite
        values, the data set's fingerprint, and a list for a stored user and for a newcomer.
    """
    checks = [_check_imports()]
    try:
        dataset = Dataset.open(settings.dataset_dir)
    except CineMatchError as error:
        return [*checks, Check("data", settings.dataset, False, str(error))]
    faults = dataset.verify()
    size = f"{dataset.n_ratings:,} ratings, {dataset.n_users:,} users, {dataset.n_movies:,} movies"
    checks.append(Check("data", dataset.name, not faults, "; ".join(faults) or size))
    for key in keys:
        checks += _check_model(settings.dataset_models_dir / key, key, dataset)
    return checks


def _check_imports() -> Check:
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", _IMPORT], capture_output=True, text=True, timeout=60, check=False, cwd=root
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        return Check("imports", "core.utils", False, lines[-1] if lines else f"exit code {done.returncode}")
    found = json.loads(done.stdout)
    problems = [f"{name} is missing" for name in found["missing"]] + [f"loads {name}" for name in found["heavy"]]
    return Check("imports", "core.utils", not problems, "; ".join(problems) or f"{found['names']} public names")


def _check_model(path: Path, key: str, dataset: Dataset) -> Iterator[Check]:
    faults = verify_model(path, dataset)
    if faults:
        yield Check("artifact", key, False, "; ".join(faults))
        return
    manifest = get_model_metadata(path)
    yield Check(
        "artifact", key, True, f"{len(manifest['arrays'])} arrays, {manifest['sizes']['disk']:.1f} MB, hashes agree"
    )
    try:
        yield _check_recommendations(open_artifact(path, manifest, dataset), dataset)
    except Exception as error:  # noqa: BLE001
        # A model that cannot be asked is what this command is there to find.
        yield Check("recommendation", key, False, f"{type(error).__name__}: {error}")


def _check_recommendations(model: Recommender, dataset: Dataset) -> Check:
    busiest = int(np.argmax(np.diff(dataset.user_indptr)))
    problems = []
    first = ""
    for who, profile in (("a stored user", dataset.profile(busiest)), ("a newcomer", Profile.empty())):
        found = model.recommend(profile, 5)
        if not len(found):
            problems.append(f"an empty list for {who}")
        elif not bool(np.isfinite(found.scores).all()):
            problems.append(f"scores that are not finite for {who}")
        else:
            first = first or dataset.movies.title(int(found.items[0]))
    return Check("recommendation", model.key, not problems, "; ".join(problems) or f"first of the list: {first}")
