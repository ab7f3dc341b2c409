"""Measuring on held-out data, and what was measured before.

What measures is imported when it is asked for: a server that only lists films never pays for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.lists.what_if import hybrid_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from core.data.dataset import Dataset
    from core.evaluation.runs import EvaluationRun
    from core.evaluation.what_if import WhatIfResult
    from core.lists.requests import WhatIf
    from core.progress import Progress
    from core.recommenders.base import Recommender

__all__ = ["measure_changed", "measured_before"]


def measured_before(
    dataset: Dataset, cache_dir: Path, algorithms: Sequence[str], protocol: str, folds: int, seed: int
) -> EvaluationRun | None:
    """Return the stored result of exactly this measurement, by this code on these ratings."""
    from core.evaluation.benchmark import run_request
    from core.evaluation.protocols import Protocol
    from core.evaluation.runs import RunStore, request_id

    wanted = Protocol.named(protocol, folds=folds, seed=seed)
    return RunStore(cache_dir).find(request_id(run_request(dataset, algorithms, wanted)))


def measure_changed(
    dataset: Dataset, cache_dir: Path, model: Recommender, what_if: WhatIf, progress: Progress | None
) -> WhatIfResult:
    """Measure a hybrid with the weights it has learned and with changed ones."""
    from core.evaluation.what_if import measure_what_if

    return measure_what_if(dataset, hybrid_of(model), what_if, cache_dir=cache_dir, progress=progress)
