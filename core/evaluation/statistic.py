"""A metric before it is averaged: what every user contributes to it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["UserStatistic"]


@dataclass(frozen=True)
class UserStatistic:
    """A ratio of sums over users, the form that every averaged metric here has.

    The value is ``sum(numerators) / sum(denominators)``, and its square root where `root` is set. With
    denominators of one this is a mean over users; with squared errors over rating counts it is RMSE.

    Attributes
    ----------
    numerators, denominators : ndarray of float64, shape (n_users,)
        A user without a value has zero in both.
    root : bool
    """

    numerators: NDArray[np.float64]
    denominators: NDArray[np.float64]
    root: bool = False

    @classmethod
    def mean(cls, values: NDArray[np.floating]) -> "UserStatistic":
        """Return the mean over users of `values`; NaN means that the user has no value."""
        known = ~np.isnan(values)
        return cls(np.where(known, values, 0.0).astype(np.float64), known.astype(np.float64))

    @property
    def value(self) -> float:
        """The metric; NaN when no user has a value."""
        return float(self.of_sums(self.numerators.sum(), self.denominators.sum()))

    def of_sums(
        self, numerators: NDArray[np.float64] | np.float64, denominators: NDArray[np.float64] | np.float64
    ) -> NDArray[np.float64]:
        """Return the metric of sums that were taken over some sample of users."""
        total = np.asarray(denominators, dtype=np.float64)
        ratio = np.full(total.shape, np.nan)
        np.divide(numerators, total, out=ratio, where=total > 0)
        return np.sqrt(ratio) if self.root else ratio

    def __add__(self, other: "UserStatistic") -> "UserStatistic":
        return UserStatistic(self.numerators + other.numerators, self.denominators + other.denominators, self.root)
