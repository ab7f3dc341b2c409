"""Measuring recommenders on held-out data: protocols, metrics, uncertainty, stored runs, tuning."""

from typing import TYPE_CHECKING, Any

__all__ = ["EvaluationRun", "Protocol", "RunStore", "evaluate", "measure_for_manifest"]

if TYPE_CHECKING:
    from core.evaluation.benchmark import evaluate
    from core.evaluation.manifest import measure_for_manifest
    from core.evaluation.protocols import Protocol
    from core.evaluation.run_store import RunStore
    from core.evaluation.runs import EvaluationRun


def __getattr__(name: str) -> Any:
    # Resolved on first use: listing stored runs must not import every algorithm.
    from importlib import import_module

    homes = {
        "EvaluationRun": "core.evaluation.runs",
        "Protocol": "core.evaluation.protocols",
        "RunStore": "core.evaluation.run_store",
        "evaluate": "core.evaluation.benchmark",
        "measure_for_manifest": "core.evaluation.manifest",
    }
    if name not in homes:
        raise AttributeError(f"module 'core.evaluation' has no attribute {name!r}")
    return getattr(import_module(homes[name]), name)
