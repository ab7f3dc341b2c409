"""Curves that are kept: how metrics change with the length of a profile, or with the people learned from."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast, get_args

from core.data.dataset import Dataset
from core.errors import InvalidInputError
from core.evaluation.coldstart import ProfileKind, cold_start_curve
from core.evaluation.learning import learning_curve
from core.evaluation.runs import code_version
from core.files import write_atomically
from core.progress import Progress
from core.views import Curve, CurveKind, CurvePoint, Spread

__all__ = ["checked_kind", "measure_curve", "stored_curve"]


def checked_kind(kind: str) -> CurveKind:
    """Return a kind of curves by its name.

    Raises
    ------
    InvalidInputError
        For another name.
    """
    for known in get_args(CurveKind):
        if kind == known:
            return cast("CurveKind", known)
    raise InvalidInputError(f"Curves are {', '.join(get_args(CurveKind))}, not {kind!r}.")


def measure_curve(
    dataset: Dataset, cache_dir: Path, kind: CurveKind, keys: Sequence[str], progress: Progress, seed: int = 42
) -> None:
    """Measure algorithms on a curve and keep them beside those that were measured by the same code.

    Raises
    ------
    InvalidInputError
        When there are too few people for it.
    """
    measured: dict[str, Any]
    if kind == "learning":
        measured = learning_curve(dataset, keys, seed=seed, progress=progress).to_dict()
    else:
        profiles: ProfileKind = "random" if kind == "cold-start" else "coherent"
        measured = cold_start_curve(
            dataset, keys, profiles=profiles, seed=seed, max_users=1000, progress=progress
        ).to_dict()
    known = {
        key: {
            size: {name: item for name, item in values.items() if math.isfinite(item["value"])}
            for size, values in sizes.items()
        }
        for key, sizes in measured["curves"].items()
    }
    before = _read(dataset, cache_dir, kind)
    document = {
        "code": code_version(),
        "how": measured["how"],
        "curves": {**(before["curves"] if before is not None else {}), **known},
    }
    write_atomically(_place(dataset, cache_dir, kind), json.dumps(document, allow_nan=False))


def stored_curve(dataset: Dataset, cache_dir: Path, kind: CurveKind, metric: str) -> Curve | None:
    """Return what was measured by this code on these data; None where that is nothing."""
    document = _read(dataset, cache_dir, kind)
    if document is None:
        return None
    lines = {
        key: [
            CurvePoint(int(size), Spread(values[metric]["value"], values[metric]["low"], values[metric]["high"]))
            for size, values in sizes.items()
            if metric in values
        ]
        for key, sizes in document["curves"].items()
    }
    return Curve(kind, metric, document["how"], {key: points for key, points in lines.items() if points})


def _read(dataset: Dataset, cache_dir: Path, kind: CurveKind) -> dict[str, Any] | None:
    try:
        document = json.loads(_place(dataset, cache_dir, kind).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    # What other code measured cannot stand beside what this measures.
    return document if document.get("code") == code_version() else None


def _place(dataset: Dataset, cache_dir: Path, kind: CurveKind) -> Path:
    return Path(cache_dir) / "curves" / f"{kind}-{dataset.fingerprint[:16]}.json"
