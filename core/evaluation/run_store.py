"""Where evaluation runs are kept, found again and compared."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.errors import DataError, UnknownIdError
from core.evaluation.people import People
from core.evaluation.runs import EvaluationRun, MetricValue, RunSummary
from core.files import write_atomically

__all__ = ["RunStore"]

_RUN_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


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

    def save(self, run: EvaluationRun, people: People | None = None) -> Path:
        """Write a run atomically, in place of an older one of the same request, with its people beside it."""
        if people is not None:
            write_atomically(self.directory / f"{run.run_id}.npz", people.to_bytes())
        return write_atomically(self.directory / f"{run.run_id}.json", run.to_json())

    def people(self, run_id: str) -> People | None:
        """Return a run person by person; None where that is not kept, as of older runs, or this is no run's id."""
        if not isinstance(run_id, str) or not _RUN_ID.fullmatch(run_id):
            return None
        try:
            return People.from_bytes((self.directory / f"{run_id}.npz").read_bytes())
        except (FileNotFoundError, DataError):
            return None

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


def _apart(first: MetricValue, second: MetricValue) -> bool | None:
    if first.low is None or first.high is None or second.low is None or second.high is None:
        return None
    return first.high < second.low or second.high < first.low
