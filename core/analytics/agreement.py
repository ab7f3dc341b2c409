"""How far two people's stars go together, and how sure that is."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from core.views import LEAST_COMMON, Interval

__all__ = ["ROUNDING", "correlation", "fisher_bounds", "mean_difference"]

ROUNDING = 0.5**2 / 12
"""Variance of what is rounded to half stars."""


def fisher_bounds(
    values: NDArray[np.float64], counts: NDArray[np.int64], level: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the ends of the intervals of correlations, both float64 of shape (n,).

    The inverse hyperbolic tangent of a correlation over `n` pairs is about normal with variance ``1 / (n - 3)``:
    Fisher (1921), On the "probable error" of a coefficient of correlation deduced from a small sample, Metron 1.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        Strictly between -1 and 1.
    counts : ndarray of int64, shape (n,)
        Pairs behind each, at least `LEAST_COMMON`.
    """
    middle = np.arctanh(values)
    reach = ndtri(0.5 + level / 2) / np.sqrt(counts - 3)
    return np.tanh(middle - reach), np.tanh(middle + reach)


def correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> Interval | None:
    """Return the correlation of two people's stars over the films that both rated.

    Pearson's, as Resnick et al. (1994), GroupLens: An open architecture for collaborative filtering of netnews,
    CSCW '94, use it for likeness of people, with Fisher's interval. To each variance that of rounding to half stars
    is added (Sheppard 1898, Proceedings of the London Mathematical Society 29): otherwise two people who gave four
    films nearly the same stars would count as surely and perfectly alike.

    Parameters
    ----------
    one, other : ndarray of float32, shape (n,)
        Stars of the same films.

    Returns
    -------
    Interval or None
        None for fewer than `LEAST_COMMON` films, or where one of the two gave the same stars to all.
    """
    if len(one) < LEAST_COMMON or np.ptp(one) == 0 or np.ptp(other) == 0:
        return None
    first, second = one.astype(np.float64), other.astype(np.float64)
    together = ((first - first.mean()) * (second - second.mean())).mean()
    value = together / np.sqrt((first.var() + ROUNDING) * (second.var() + ROUNDING))
    low, high = fisher_bounds(np.array([value]), np.array([len(one)]))
    return Interval(float(value), float(low[0]), float(high[0]))


def mean_difference(one: NDArray[np.float32], other: NDArray[np.float32]) -> Interval | None:
    """Return by how many stars two people differ on average, with Student's interval (1908, Biometrika 6).

    Parameters
    ----------
    one, other : ndarray of float32, shape (n,)
        Stars of the same films.

    Returns
    -------
    Interval or None
        None for fewer than `LEAST_COMMON` films.
    """
    count = len(one)
    if count < LEAST_COMMON:
        return None
    gaps = np.abs(one.astype(np.float64) - other)
    # Both were rounded: equal differences over few films are not certain ones.
    reach = float(stdtrit(count - 1, 0.975) * np.sqrt((gaps.var(ddof=1) + 2 * ROUNDING) / count))
    value = float(gaps.mean())
    return Interval(value, max(value - reach, 0.0), value + reach)
