"""Whether a match of 86% comes true 86 times in a hundred, and whether people rate within the spread of the stars."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from core.data.dataset import Dataset
from core.evaluation.benchmark import fit_on
from core.evaluation.match import measure_match
from core.evaluation.measure import rank_users
from core.evaluation.protocols import Protocol
from core.lists.match import PLACES
from core.progress import silent


def match(dataset: Dataset, keys: Sequence[str], seed: int = 42) -> str:
    """Return the calibration of every algorithm's match as Markdown."""
    protocol = Protocol(kind="ranking", seed=seed)
    split = next(protocol.splits(dataset))
    found: dict[str, dict[str, Any]] = {}
    for key, model, _, _ in fit_on(split.train, keys, {}, silent):
        if key in keys:
            ranked = rank_users(model, split, protocol, silent, PLACES)
            found[key] = measure_match(model, split, ranked, f"{dataset.name}: ", seed, silent)
    lengths = [part["from"] for part in next(iter(found.values()))["by_length"]]
    names = [f"{first}-{after - 1}" for first, after in pairwise(lengths)]
    heads = ["ECE", "Brier", "top 10", "top 50", *(f"{name} ratings" for name in (*names, f"{lengths[-1]}+"))]
    lines = [
        f"### {dataset.name}, match",
        "",
        next(iter(found.values()))["how"],
        "Expected calibration error of P(4 stars or more), in brackets what outcomes drawn from the very "
        "probabilities would show; of all ratings, of films that led the person's list, and by length of profile.",
        "",
        f"| algorithm | {' | '.join(heads)} | rated within one spread |",
        "| --- |" + " ---: |" * (len(heads) + 1),
    ]
    for key, one in found.items():
        parts = [one["top_10"], one["top_50"], *one["by_length"]]
        within = "" if one["within_spread"] is None else f"{one['within_spread']:.1%}"
        told = " | ".join([_error(one), f"{one['brier']:.4f}", *map(_error, parts), within])
        lines.append(f"| `{key}` | {told} |")
    return "\n".join(lines) + "\n"


def _error(part: dict[str, Any]) -> str:
    return "" if part["ece"] is None else f"{part['ece']:.3f} ({part['chance']:.3f})"
