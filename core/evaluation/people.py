"""A run person by person: what every test user contributes to each metric, kept beside the run."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.errors import DataError
from core.evaluation.statistic import UserStatistic

if TYPE_CHECKING:
    import pandas as pd

    from core.evaluation.measure import Measured

__all__ = ["MOST_PEOPLE", "People"]

MOST_PEOPLE = 20_000
"""So many test users are kept at most, drawn at random with the run's seed."""
_RATIOS = {"rmse": True, "mae": False, "predictable": False}
"""Metrics that weigh every rating alike, and whether they are the root of a mean."""


@dataclass(frozen=True)
class People:
    """The values of test users.

    Attributes
    ----------
    users : ndarray of int32, shape (n,), ascending
        Dense indices of the run's data set.
    asked : ndarray of float64, shape (n,)
        Held-out ratings of each, in a run of predicted stars; ones in a run of lists.
    values : dict of dict of ndarray of float32, shape (n,)
        By algorithm and metric; NaN where a user has no value.
    """

    users: NDArray[np.int32]
    asked: NDArray[np.float64]
    values: dict[str, dict[str, NDArray[np.float32]]]

    @classmethod
    def of(cls, measured: Mapping[str, Measured], seed: int) -> People:
        """Return what the algorithms' statistics say of each user."""
        statistics = {key: one.statistics for key, one in measured.items()}
        some = next(iter(statistics.values()))
        tested = np.zeros(len(next(iter(some.values())).numerators), dtype=bool)
        for of_algorithm in statistics.values():
            for statistic in of_algorithm.values():
                tested |= statistic.denominators > 0
        users = np.flatnonzero(tested).astype(np.int32)
        if len(users) > MOST_PEOPLE:
            users = np.sort(np.random.default_rng(seed).choice(users, MOST_PEOPLE, replace=False))
        asked = some["rmse"].denominators[users] if "rmse" in some else np.ones(len(users))
        return cls(
            users,
            asked,
            {
                key: {name: _values(statistic, users) for name, statistic in of_algorithm.items()}
                for key, of_algorithm in statistics.items()
            },
        )

    def statistic(self, algorithm: str, metric: str, among: NDArray[np.bool_] | None = None) -> UserStatistic:
        """Return a metric over these people, or over some of them.

        Raises
        ------
        KeyError
            For an algorithm or a metric that is not of this run.
        """
        values = self.values[algorithm][metric].astype(np.float64)
        chosen = ~np.isnan(values) if among is None else ~np.isnan(values) & among
        filled = np.where(chosen, np.nan_to_num(values), 0.0)
        if metric not in _RATIOS:
            return UserStatistic(filled, chosen.astype(np.float64))
        weights = np.where(chosen, self.asked, 0.0)
        root = _RATIOS[metric]
        return UserStatistic((filled**2 if root else filled) * weights, weights, root=root)

    def to_frame(self, user_ids: NDArray[np.int64]) -> pd.DataFrame:
        """Return one row per person, algorithm and metric: ``user_id``, ``algorithm``, ``metric``, ``value``.

        Parameters
        ----------
        user_ids : ndarray of int64, shape (n_users,)
            Those of the run's data set.
        """
        import pandas as pd

        parts = [
            pd.DataFrame(
                {"user_id": user_ids[self.users], "algorithm": key, "metric": name, "value": values}
            ).dropna()
            for key, of_algorithm in self.values.items()
            for name, values in of_algorithm.items()
        ]
        return pd.concat(parts, ignore_index=True)

    def to_bytes(self) -> bytes:
        """Return everything as one compressed archive of arrays."""
        buffer = io.BytesIO()
        arrays = {
            f"{key}/{name}": values
            for key, of_algorithm in self.values.items()
            for name, values in of_algorithm.items()
        }
        np.savez_compressed(buffer, users=self.users, asked=self.asked, **arrays)  # type: ignore[arg-type]
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> People:
        """Return what `to_bytes` wrote.

        Raises
        ------
        DataError
            When it is something else.
        """
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as archive:
                users, asked = archive["users"], archive["asked"]
                values: dict[str, dict[str, NDArray[np.float32]]] = {}
                for name in archive.files:
                    key, slash, metric = name.partition("/")
                    if slash:
                        values.setdefault(key, {})[metric] = archive[name]
        except (KeyError, ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
            raise DataError(f"What is kept of a run's people cannot be read ({error}). Measure again.") from error
        if any(one.shape != users.shape for of_algorithm in values.values() for one in of_algorithm.values()):
            raise DataError("What is kept of a run's people does not fit together. Measure again.")
        return cls(users, asked, values)


def _values(statistic: UserStatistic, users: NDArray[np.int32]) -> NDArray[np.float32]:
    return statistic.of_sums(statistic.numerators[users], statistic.denominators[users]).astype(np.float32)
