"""Measuring on held-out data, and what was measured before.

What measures is imported when it is asked for: a server that only lists films never pays for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.lists.what_if import hybrid_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from core.data.dataset import Dataset
    from core.evaluation.runs import EvaluationRun, RunSummary
    from core.evaluation.what_if import WhatIfResult
    from core.lists.requests import WhatIf
    from core.progress import Progress
    from core.recommenders.base import Recommender
    from core.settings import Settings

__all__ = ["Measurements"]


class Measurements:
    """The measurements of one data set, and those that are stored.

    Parameters
    ----------
    dataset : Dataset
    settings : Settings
        Name the directory where they are stored.
    hybrid : callable
        Returns the hybrid that is served.
    """

    def __init__(self, dataset: Dataset, settings: Settings, hybrid: Callable[[], Recommender]) -> None:
        self._dataset = dataset
        self._settings = settings
        self._hybrid = hybrid

    def run_id(self, algorithms: Sequence[str], protocol: str = "ranking", folds: int = 5, seed: int = 42) -> str:
        """Return the id of what `CineMatch.evaluate` would measure: of the same question it is the same."""
        from core.evaluation.benchmark import run_request
        from core.evaluation.protocols import Protocol
        from core.evaluation.runs import request_id

        wanted = Protocol.named(protocol, folds=folds, seed=seed)
        return request_id(run_request(self._dataset, algorithms, wanted))

    def runs(self) -> list[RunSummary]:
        """Return the stored measurements, the latest first."""
        from core.evaluation.runs import RunStore

        return RunStore(self._settings.cache_dir).list()

    def run(self, run_id: str) -> EvaluationRun | None:
        """Return a stored measurement by its id, None where there is none."""
        from core.evaluation.runs import RunStore

        return RunStore(self._settings.cache_dir).find(run_id)

    def what_if(self, what_if: WhatIf, progress: Progress | None = None) -> WhatIfResult:
        """Measure the hybrid with the weights it has learned and with changed ones, on held-out ratings."""
        from core.evaluation.what_if import measure_what_if

        model = hybrid_of(self._hybrid())
        return measure_what_if(self._dataset, model, what_if, cache_dir=self._settings.cache_dir, progress=progress)

    def code_version(self) -> str:
        """Return the version and a digest of the code that decides about results: another one measures anew."""
        from core.evaluation.runs import code_version

        return code_version()
