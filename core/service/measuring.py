"""Measuring on held-out data, and what was measured before.

What measures is imported when it is asked for: a server that only lists films never pays for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.errors import InvalidInputError
from core.lists.what_if import hybrid_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from core.data.dataset import Dataset
    from core.evaluation.people import People
    from core.evaluation.runs import EvaluationRun, RunSummary
    from core.evaluation.what_if import WhatIfResult
    from core.lists.requests import WhatIf
    from core.progress import Progress
    from core.recommenders.base import Recommender
    from core.settings import Settings
    from core.views import CohortKind, CohortTable, Curve, TradeOff, Versus

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
        from core.evaluation.run_store import RunStore

        return RunStore(self._settings.cache_dir).list()

    def run(self, run_id: str) -> EvaluationRun | None:
        """Return a stored measurement by its id, None where there is none."""
        from core.evaluation.run_store import RunStore

        return RunStore(self._settings.cache_dir).find(run_id)

    def exported(self, run_id: str, form: str) -> str | None:
        """Return a stored measurement as ``html``, ``csv`` or ``json``; None where there is none.

        Raises
        ------
        InvalidInputError
            For another form.
        """
        from core.evaluation.report import exported

        run = self.run(run_id)
        return None if run is None else exported(run, form)

    def trade_off_metrics(self, run: EvaluationRun) -> list[str]:
        """Return what every algorithm of a run was measured on, costs included."""
        from core.evaluation.tradeoffs import trade_off_metrics

        return trade_off_metrics(run)

    def trade_off(self, run: EvaluationRun, x: str, y: str) -> TradeOff:
        """Return a run's algorithms between two of its `trade_off_metrics`."""
        from core.evaluation.tradeoffs import trade_off

        return trade_off(run, x, y)

    def person_metrics(self, run_id: str) -> dict[str, list[str]]:
        """Return by algorithm what is known person by person of a stored run; empty where that is not kept."""
        people = self._people(run_id)
        return {} if people is None else {key: list(values) for key, values in people.values.items()}

    def cohorts(self, run_id: str, metric: str, kind: CohortKind) -> CohortTable:
        """Return a metric of a stored run by cohort.

        Raises
        ------
        InvalidInputError
            Where the run is of other data or was not kept person by person, and for other metrics and kinds.
        """
        from core.evaluation.cohorts import cohort_table

        people = self._known_people(run_id)
        keys = [key for key, values in people.values.items() if metric in values]
        if not keys:
            raise InvalidInputError(f"{metric} was not measured person by person in this run.")
        return cohort_table(people, self._dataset, metric, kind, keys)

    def versus(self, first: tuple[str, str], second: tuple[str, str], metric: str) -> Versus:
        """Return two algorithms against each other, person by person; each is a run's id and an algorithm of it.

        Raises
        ------
        InvalidInputError
            As of `cohorts`.
        """
        from core.evaluation.versus import versus

        sides = [(self._known_people(run_id), key) for run_id, key in (first, second)]
        return versus(self._dataset, sides[0], sides[1], metric)

    def differences(self, first: str, second: str) -> dict[str, Any]:
        """Return how all metrics of the second run differ from the first; see `RunStore.compare`."""
        from core.evaluation.run_store import RunStore

        return RunStore(self._settings.cache_dir).compare(first, second)

    def _people(self, run_id: str) -> People | None:
        from core.evaluation.run_store import RunStore

        return RunStore(self._settings.cache_dir).people(run_id)

    def _known_people(self, run_id: str) -> People:
        run, people = self.run(run_id), self._people(run_id)
        if run is None or people is None:
            raise InvalidInputError("This measurement was not kept person by person. Measure again.")
        if run.dataset["fingerprint"] != self._dataset.fingerprint:
            raise InvalidInputError(
                f"This measurement is of other data ({run.dataset['name']}) than what is served: who its people are "
                "is not known here."
            )
        return people

    def measure_curve(self, kind: str, algorithms: Sequence[str], progress: Progress) -> None:
        """Measure algorithms on newcomers (``cold-start``, ``coherent``) or by people learned from (``learning``).

        Raises
        ------
        InvalidInputError
            For another kind, and when there are too few people for it.
        """
        from core.evaluation.curves import checked_kind, measure_curve

        measure_curve(self._dataset, self._settings.cache_dir, checked_kind(kind), algorithms, progress)

    def curve(self, kind: str, metric: str) -> Curve | None:
        """Return what `measure_curve` has kept, by this code and of these data, on one metric."""
        from core.evaluation.curves import checked_kind, stored_curve

        return stored_curve(self._dataset, self._settings.cache_dir, checked_kind(kind), metric)

    def what_if(self, what_if: WhatIf, progress: Progress | None = None) -> WhatIfResult:
        """Measure the hybrid with the weights it has learned and with changed ones, on held-out ratings."""
        from core.evaluation.what_if import measure_what_if

        model = hybrid_of(self._hybrid())
        return measure_what_if(self._dataset, model, what_if, cache_dir=self._settings.cache_dir, progress=progress)

    def code_version(self) -> str:
        """Return the version and a digest of the code that decides about results: another one measures anew."""
        from core.evaluation.runs import code_version

        return code_version()
