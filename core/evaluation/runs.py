"""Evaluation runs: what was measured, on what, how; kept as JSON files that can be found again."""

import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import __version__
from core.errors import DataError, UnknownIdError
from core.evaluation.former_runs import with_relevance
from core.evaluation.relevance import RELEVANCES, Relevance, relevance_of
from core.evaluation.significance import Comparison
from core.files import write_atomically

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "AlgorithmResult",
    "EvaluationRun",
    "MetricValue",
    "Relevance",
    "RunStore",
    "RunSummary",
    "code_version",
    "request_id",
    "smaller_is_better",
]

FORMAT_VERSION = 2
_RUN_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_BEFORE_RELEVANCE = 1
"""The format whose runs judged lists in one way."""
_SMALLER = (
    *("rmse", "mae", "rmse_user", "mae_user", "calibration_error"),
    *("gini", "popularity", "disliked", "below_mean"),
)


def smaller_is_better(metric: str) -> bool:
    """Return whether a lower value of a metric is the better one.

    Popularity and Gini count as bias; films that were disliked, or that the model itself predicts below the mean of
    the profile, are none to list.
    """
    return metric.split("@", maxsplit=1)[0] in _SMALLER


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
    """

    key: str
    title: str
    config: dict[str, Any]
    metrics: dict[str, MetricValue]
    per_split: dict[str, list[float]]
    details: dict[str, Any]
    fit_seconds: float
    ask_seconds: float


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


class RunStore:
    """Stored runs, one JSON file each under ``cache_dir/runs``; a file is complete or not there."""

    def __init__(self, cache_dir: Path | str) -> None:
        self.directory = Path(cache_dir) / "runs"

    def find(self, run_id: str) -> EvaluationRun | None:
        """Return the run of a request, or None when it is not stored, no longer readable, or this is no run's id."""
        if not isinstance(run_id, str) or not _RUN_ID.fullmatch(run_id):
            return None  # it may come from an address, and is to become a file's name
        try:
            return self._read(self.directory / f"{run_id}.json")
        except (FileNotFoundError, DataError):
            return None

    def save(self, run: EvaluationRun) -> Path:
        """Write a run atomically, in place of an older one of the same request."""
        return write_atomically(self.directory / f"{run.run_id}.json", run.to_json())

    def load(self, run_id: str) -> EvaluationRun:
        """Return a run by its id or by the unique beginning of it.

        Raises
        ------
        UnknownIdError
            When no run, or more than one, begins like that.
        """
        found = [path for path in self._files() if path.stem.startswith(run_id)]
        if len(found) != 1 or not run_id:
            what = "no stored run" if not found else f"{len(found)} stored runs"
            raise UnknownIdError(f"There is {what} {run_id!r}. `cinematch runs list` shows them.")
        return self._read(found[0])

    def list(self) -> list[RunSummary]:
        """Return all readable runs, the latest first."""
        summaries = []
        for path in self._files():
            try:
                run = self._read(path)
            except (FileNotFoundError, DataError):
                continue  # written by another version, or removed meanwhile
            summaries.append(
                RunSummary(
                    run.run_id,
                    run.created_at,
                    run.dataset["name"],
                    run.protocol["kind"],
                    run.summary,
                    list(run.algorithms),
                    run.leaders,
                )
            )
        return sorted(summaries, key=lambda item: item.created_at, reverse=True)

    def compare(self, first: str, second: str) -> dict[str, Any]:
        """Return how the second run differs from the first, by algorithm and metric that both have.

        Returns
        -------
        dict
            ``same_data`` and ``same_protocol`` (without both, differences mean little), ``rows`` with
            ``algorithm``, ``metric``, ``first``, ``second``, ``difference`` and ``apart`` (whether the two
            intervals do not overlap).
        """
        left, right = self.load(first), self.load(second)
        rows = [
            {
                "algorithm": key,
                "metric": metric,
                "first": before.value,
                "second": after.value,
                "difference": after.value - before.value,
                "apart": _apart(before, after),
            }
            for key, result in left.algorithms.items()
            if key in right.algorithms
            for metric, before in result.metrics.items()
            if (after := right.algorithms[key].metrics.get(metric)) is not None
        ]
        return {
            "first": left.run_id,
            "second": right.run_id,
            "same_data": left.dataset["fingerprint"] == right.dataset["fingerprint"],
            "same_protocol": left.protocol == right.protocol,
            "rows": rows,
        }

    def _files(self) -> Sequence[Path]:
        return sorted(self.directory.glob("[!.]*.json")) if self.directory.is_dir() else []

    @staticmethod
    def _read(path: Path) -> EvaluationRun:
        return EvaluationRun.from_json(path.read_text(encoding="utf-8"))


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


def _apart(first: MetricValue, second: MetricValue) -> bool | None:
    if first.low is None or first.high is None or second.low is None or second.high is None:
        return None
    return first.high < second.low or second.high < first.low


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
