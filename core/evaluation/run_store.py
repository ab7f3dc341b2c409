"""Stored evaluation runs: found by id, listed without being read, bounded in number and age."""

import contextlib
import json
import logging
import re
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.errors import DataError, UnknownIdError
from core.evaluation.people import People
from core.evaluation.runs import EvaluationRun, MetricValue, RunSummary
from core.files import set_aside, write_atomically

__all__ = ["MOST_RUNS", "RunStore"]

log = logging.getLogger("cinematch.evaluation")

MOST_RUNS = 500
"""Runs that are kept; whoever may measure could fill the disk otherwise."""
_KEPT_S = 366 * 86400.0
_RUN_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_INDEX = ".index"
_INDEX_FORMAT = 1
_Index = dict[str, list[Any]]
"""By file name: time and size of the file, and what a list tells of it, None where it cannot be read."""


class RunStore:
    """Stored runs, one JSON file each under ``cache_dir/runs``; a file is complete or not there.

    The latest `MOST_RUNS` of the last year are kept. A list is made of an index, which notes what it tells of each
    file with the file's time and size, and reads only files that are new to it: runs are large, and a page lists them
    all. The index is no more than a short cut: a damaged or missing one is made anew.
    """

    def __init__(self, cache_dir: Path | str) -> None:
        self.directory = Path(cache_dir) / "runs"

    def find(self, run_id: str) -> EvaluationRun | None:
        """Return the run of a request, or None when it is not stored, no longer readable, or this is no run's id."""
        if not isinstance(run_id, str) or not _RUN_ID.fullmatch(run_id):
            return None  # it may come from an address, and is to become a file's name
        try:
            return self._read(self.directory / f"{run_id}.json")
        except (OSError, DataError):
            return None

    def save(self, run: EvaluationRun, people: People | None = None) -> Path:
        """Write a run atomically, in place of an older one of the same request, with its people beside it.

        The oldest runs beyond what is kept are dropped.

        Raises
        ------
        DataError
            When it cannot be written.
        """
        try:
            if people is not None:
                write_atomically(self.directory / f"{run.run_id}.npz", people.to_bytes())
            path = write_atomically(self.directory / f"{run.run_id}.json", run.to_json())
        except OSError as error:
            raise DataError(
                f"The measurement is finished, but cannot be kept ({error.strerror}). Make room in "
                "CINEMATCH_CACHE_DIR and measure again."
            ) from error
        self._drop_old()
        return path

    def people(self, run_id: str) -> People | None:
        """Return a run person by person; None where that is not kept, as of older runs, or this is no run's id."""
        if not isinstance(run_id, str) or not _RUN_ID.fullmatch(run_id):
            return None
        try:
            return People.from_bytes((self.directory / f"{run_id}.npz").read_bytes())
        except (OSError, DataError):
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
        known = self._indexed()
        index: _Index = {}
        for path in self._files():
            with contextlib.suppress(FileNotFoundError):
                facts = path.stat()
                stamp = [facts.st_mtime_ns, facts.st_size]
                entry = known.get(path.name)
                index[path.name] = entry if entry and entry[0] == stamp else [stamp, self._summary(path)]
        if index != known:
            self._keep_index(index)
        summaries = [RunSummary(**summary) for _, summary in index.values() if summary is not None]
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
        try:
            return EvaluationRun.from_json(path.read_text(encoding="utf-8"))
        except UnicodeDecodeError as error:
            raise DataError(f"{path.name} is no evaluation run ({error}). Measure again.") from error

    def _summary(self, path: Path) -> dict[str, Any] | None:
        try:
            return asdict(RunSummary.of(self._read(path)))
        except FileNotFoundError:
            return None  # dropped meanwhile
        except (OSError, DataError) as error:
            log.warning("%s is not listed: %s", path, error)
            return None

    def _indexed(self) -> _Index:
        file = self.directory / _INDEX
        try:
            document = json.loads(file.read_text(encoding="utf-8"))
            if document["format_version"] != _INDEX_FORMAT:
                return {}
            entries: _Index = document["runs"]
            for stamp, summary in entries.values():
                if len(stamp) != 2 or summary is not None:
                    RunSummary(**summary)
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            set_aside(file, error)
            return {}
        return entries

    def _keep_index(self, index: _Index) -> None:
        try:
            write_atomically(
                self.directory / _INDEX, json.dumps({"format_version": _INDEX_FORMAT, "runs": index}, allow_nan=False)
            )
        except OSError as error:
            log.warning("the index of stored runs is not kept: %s", error)

    def _drop_old(self) -> None:
        aged = []
        for path in self._files():
            with contextlib.suppress(FileNotFoundError):
                aged.append((path.stat().st_mtime, path))
        aged.sort(reverse=True)
        oldest = time.time() - _KEPT_S
        for number, (written, path) in enumerate(aged):
            if number >= MOST_RUNS or written < oldest:
                path.unlink(missing_ok=True)
                path.with_suffix(".npz").unlink(missing_ok=True)


def _apart(first: MetricValue, second: MetricValue) -> bool | None:
    if first.low is None or first.high is None or second.low is None or second.high is None:
        return None
    return first.high < second.low or second.high < first.low
