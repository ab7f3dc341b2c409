"""Evaluation runs: what was measured, on what, how; kept as JSON files that can be found again."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import __version__
from core.display.metrics import smaller_is_better
from core.errors import DataError
from core.evaluation.former_runs import with_relevance
from core.evaluation.protocols import question_of
from core.evaluation.relevance import RELEVANCES, Relevance, relevance_of
from core.evaluation.significance import Comparison

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "LATELY",
    "AlgorithmResult",
    "EvaluationRun",
    "MetricValue",
    "Relevance",
    "RunSummary",
    "code_version",
    "request_id",
]

FORMAT_VERSION = 2
LATELY = ":lately=1"
"""What stands behind an algorithm's key where it ordered by what comes next after the last films."""
_BEFORE_RELEVANCE = 1
"""The format whose runs judged lists in one way."""


@dataclass(frozen=True)
class MetricValue:
    """A metric with its bootstrap interval over users; `low` and `high` are None where there is none."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class AlgorithmResult:
    """One algorithm in a run.

    Attributes
    ----------
    config : dict
        The complete configuration, defaults included.
    metrics : dict of MetricValue
    per_split : dict of list of float
        Each metric on each split alone, in order; their mean is what tables of k-fold results usually quote.
    details : dict
        Tables behind a metric, such as ``calibration``: predicted and actual mean stars per bin.
    fit_seconds, ask_seconds : float
        CPU seconds for fitting and for asking, summed over splits. Fitting of members that several algorithms
        share is counted where it happened.
    people : int
        How many times a person was asked about, over all splits; 0 in runs that did not count.
    model_mb : float or None
        Size of the fitted arrays, those of members included; None in runs that did not weigh.
    """

    key: str
    title: str
    config: dict[str, Any]
    metrics: dict[str, MetricValue]
    per_split: dict[str, list[float]]
    details: dict[str, Any]
    fit_seconds: float
    ask_seconds: float
    people: int = 0
    model_mb: float | None = None

    @property
    def measured(self) -> dict[str, MetricValue]:
        """All metrics, and among them what the algorithm costs: ``ask_ms``, ``model_mb`` and ``fit_seconds``."""
        costs = {"fit_seconds": self.fit_seconds}
        if self.people:
            costs["ask_ms"] = 1000 * self.ask_seconds / self.people
        if self.model_mb is not None:
            costs["model_mb"] = self.model_mb
        return self.metrics | {name: MetricValue(value) for name, value in costs.items()}


@dataclass(frozen=True)
class EvaluationRun:
    """A complete measurement.

    Attributes
    ----------
    run_id : str
        Names the request: data, code, protocol and configurations. The same request has the same id.
    created_at : str
        UTC, ISO 8601.
    dataset : dict
        Name, source, fingerprint and counts.
    protocol : dict
        `Protocol.to_dict()`.
    summary : str
        One sentence that tells how it was measured.
    splits : list of dict
        Descriptions of the splits, with sizes.
    environment : dict
        Code version, versions of Python and libraries, machine.
    algorithms : dict of AlgorithmResult
    primary : list of str
        The metrics on which pairs of algorithms were tested, the headline first; of lists for both relevances.
    comparisons : list of Comparison
        All pairs on each primary metric.
    leaders : dict of list of str
        Per primary metric the best algorithm and those whose distance from it is inside the noise.
    seconds : float
        Wall time of the whole run.
    """

    run_id: str
    created_at: str
    dataset: dict[str, Any]
    protocol: dict[str, Any]
    summary: str
    splits: list[dict[str, Any]]
    environment: dict[str, Any]
    algorithms: dict[str, AlgorithmResult]
    primary: list[str]
    comparisons: list[Comparison] = field(default_factory=list)
    leaders: dict[str, list[str]] = field(default_factory=dict)
    seconds: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return the run as plain values; what is not a number becomes None."""
        document: dict[str, Any] = _plain({"format_version": FORMAT_VERSION, **asdict(self)})
        return document

    def to_json(self) -> str:
        """Return the run as one JSON document."""
        return json.dumps(self.to_dict(), indent=1, allow_nan=False)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> "EvaluationRun":
        """Return what `to_dict` described.

        Raises
        ------
        DataError
            When the document is no run of this format or the one before.

        Notes
        -----
        Runs of the format before judged lists by all held-out ratings, or by those of so many stars and more: they
        are read as runs of ``rated``, or of ``liked`` from there on.
        """
        known = (FORMAT_VERSION, _BEFORE_RELEVANCE)
        if not isinstance(document, Mapping) or document.get("format_version") not in known:
            raise DataError("This is not an evaluation run of this version. Measure again with `cinematch evaluate`.")
        if document["format_version"] == _BEFORE_RELEVANCE:
            document = with_relevance(document)
        values = {key: value for key, value in document.items() if key != "format_version"}
        try:
            values["algorithms"] = {
                key: AlgorithmResult(**{**result, "metrics": _metric_values(result["metrics"])})
                for key, result in document["algorithms"].items()
            }
            values["comparisons"] = [Comparison(**item) for item in document["comparisons"]]
            return cls(**values)
        except (KeyError, TypeError, AttributeError) as error:
            raise DataError(
                f"An evaluation run is not complete ({error}). Measure again with `cinematch evaluate`."
            ) from error

    @classmethod
    def from_json(cls, text: str) -> "EvaluationRun":
        """Return the run of a JSON document."""
        try:
            return cls.from_dict(json.loads(text))
        except json.JSONDecodeError as error:
            raise DataError(
                f"An evaluation run is no valid JSON ({error}). Measure again with `cinematch evaluate`."
            ) from error

    @property
    def asked(self) -> list[str]:
        """The algorithms that were asked for, by key."""
        return [key for key in self.algorithms if not key.endswith(LATELY)]

    @property
    def relevances(self) -> list[Relevance]:
        """By what the run's lists were judged, the headline first; empty for a run of predicted stars."""
        return list(dict.fromkeys(found for name in self.primary if (found := relevance_of(name)) is not None))

    def primary_of(self, relevance: Relevance) -> list[str]:
        """Return the primary metrics of one relevance; all of them where the run was not judged by it."""
        return [name for name in self.primary if relevance_of(name) == relevance] or self.primary

    def metric_names(self, relevance: Relevance | None) -> set[str]:
        """Return the metrics of one relevance and those that know none."""
        return {
            name
            for result in self.algorithms.values()
            for name in result.metrics
            if relevance_of(name) in (None, relevance)
        }

    def to_frame(self) -> "pd.DataFrame":
        """Return the run as a DataFrame: a row for each algorithm and metric, with its interval.

        Returns
        -------
        pandas.DataFrame
            Columns ``algorithm``, ``title``, ``metric``, ``value``, ``low``, ``high``; the latter two are missing
            where a metric has no interval.
        """
        import pandas as pd

        rows = [
            (result.key, result.title, name, item.value, item.low, item.high)
            for result in self.algorithms.values()
            for name, item in result.metrics.items()
        ]
        frame = pd.DataFrame(rows, columns=["algorithm", "title", "metric", "value", "low", "high"])
        return frame.astype({"value": "float64", "low": "float64", "high": "float64"})

    def table(
        self, metrics: Sequence[str] | None = None, relevance: Relevance = RELEVANCES[0]
    ) -> list[dict[str, Any]]:
        """Return one row per algorithm, best first on the first primary metric of `relevance`, with its values."""
        first = self.primary_of(relevance)[0]
        ranked = sorted(
            self.algorithms.values(),
            key=lambda result: result.metrics[first].value,
            reverse=not smaller_is_better(first),
        )
        return [
            {
                "algorithm": result.key,
                "title": result.title,
                **{name: item.value for name, item in result.metrics.items() if metrics is None or name in metrics},
            }
            for result in ranked
        ]


@dataclass(frozen=True)
class RunSummary:
    """A stored run in a list."""

    run_id: str
    created_at: str
    dataset: str
    protocol: str
    summary: str
    algorithms: list[str]
    leaders: dict[str, list[str]]

    @classmethod
    def of(cls, run: EvaluationRun) -> "RunSummary":
        """Return what a list tells of a run.

        Raises
        ------
        DataError
            When the run lacks what a list tells.
        """
        try:
            return cls(
                run.run_id,
                run.created_at,
                run.dataset["name"],
                question_of(run.protocol),
                run.summary,
                list(run.algorithms),
                run.leaders,
            )
        except (KeyError, TypeError) as error:
            raise DataError(
                f"An evaluation run is not complete ({error}). Measure again with `cinematch evaluate`."
            ) from error


@cache
def code_version() -> str:
    """Return the version and a digest of the code that decides about results."""
    root = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for part in ("data", "evaluation", "lists", "recommenders", "views"):
        for file in sorted((root / part).rglob("*.py")):
            digest.update(file.relative_to(root).as_posix().encode())
            digest.update(file.read_bytes())
    return f"{__version__}+{digest.hexdigest()[:12]}"


def request_id(request: Mapping[str, Any]) -> str:
    """Return the id of a request: a digest of what it asks for."""
    canonical = json.dumps(_plain(dict(request)), sort_keys=True, allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def _metric_values(metrics: Mapping[str, Any]) -> dict[str, MetricValue]:
    return {
        name: MetricValue(float("nan") if item["value"] is None else item["value"], item["low"], item["high"])
        for name, item in metrics.items()
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
