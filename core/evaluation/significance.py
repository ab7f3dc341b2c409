"""How sure a number is: bootstrap intervals over users, paired tests, correction for many comparisons."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.evaluation.statistic import UserStatistic

__all__ = ["Comparison", "bootstrap_changes", "bootstrap_intervals", "compare_pairs", "holm", "leaders"]

_CELLS = 4_000_000
"""Size of the random blocks that are alive at one time."""


@dataclass(frozen=True)
class Comparison:
    """A difference of two algorithms on one metric, measured on the same users.

    Attributes
    ----------
    difference : float
        Value of `first` minus value of `second`.
    low, high : float
        Bootstrap interval of the difference.
    p_value, p_adjusted : float
        Of the paired randomisation test; adjusted after Holm over all pairs of the metric.
    significant : bool
        Whether `p_adjusted` is below the level; otherwise the difference is inside the noise.
    """

    metric: str
    first: str
    second: str
    difference: float
    low: float
    high: float
    p_value: float
    p_adjusted: float
    significant: bool


def bootstrap_intervals(
    statistics: Mapping[str, UserStatistic], *, seed: int = 42, resamples: int = 2000, level: float = 0.95
) -> dict[str, tuple[float, float]]:
    """Return percentile bootstrap intervals, users being what is drawn again.

    Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 13. All metrics see the same draws.
    """
    if not statistics:
        return {}
    samples = _bootstrap(list(statistics.values()), seed, resamples)
    tails = [50 * (1 - level), 50 * (1 + level)]
    return {
        name: (float("nan"), float("nan"))
        if np.isnan(sample).any()
        else (float(np.percentile(sample, tails[0])), float(np.percentile(sample, tails[1])))
        for name, sample in zip(statistics, samples, strict=True)
    }


def bootstrap_changes(
    reference: UserStatistic,
    others: Sequence[UserStatistic],
    *,
    seed: int = 42,
    resamples: int = 2000,
    level: float = 0.95,
) -> list[tuple[float, float]]:
    """Return percentile bootstrap intervals of ``other - reference`` over the same users, paired user by user."""
    first, *rest = _bootstrap([reference, *others], seed, resamples)
    tails = [50 * (1 - level), 50 * (1 + level)]
    return [(float(low), float(high)) for low, high in (np.percentile(drawn - first, tails) for drawn in rest)]


def compare_pairs(
    metric: str,
    by_algorithm: Mapping[str, UserStatistic],
    *,
    seed: int = 42,
    resamples: int = 10_000,
    level: float = 0.95,
) -> list[Comparison]:
    """Test all pairs of algorithms on one metric by a paired randomisation test over users.

    Under the null hypothesis the two algorithms' labels can be swapped for each user, which flips the sign of that
    user's difference: Smucker, Allan and Carterette (2007), A comparison of statistical significance tests for
    information retrieval evaluation, CIKM '07. Of metrics that are ratios, numerators are what is compared:
    the denominators (numbers of ratings) are the same for both.

    Parameters
    ----------
    by_algorithm : mapping of key to UserStatistic
        Over the same users in the same order.
    resamples : int
        Random sign patterns; fewer above 20,000 users, where the means are normal enough.
    """
    pairs = list(combinations(by_algorithm, 2))
    if not pairs:
        return []
    differences = np.stack(
        [by_algorithm[first].numerators - by_algorithm[second].numerators for first, second in pairs], axis=1
    )
    p_values = _sign_flip_p_values(differences, seed, resamples)
    adjusted = holm(p_values)
    drawn = dict(zip(by_algorithm, _bootstrap(list(by_algorithm.values()), seed, 2000), strict=True))
    tails = [50 * (1 - level), 50 * (1 + level)]
    comparisons = []
    for (first, second), p_value, p_adjusted in zip(pairs, p_values, adjusted, strict=True):
        low, high = np.percentile(drawn[first] - drawn[second], tails)
        comparisons.append(
            Comparison(
                metric=metric,
                first=first,
                second=second,
                difference=by_algorithm[first].value - by_algorithm[second].value,
                low=float(low),
                high=float(high),
                p_value=float(p_value),
                p_adjusted=float(p_adjusted),
                significant=bool(p_adjusted < 1 - level),
            )
        )
    return comparisons


def holm(p_values: ArrayLike) -> NDArray[np.float64]:
    """Return p-values adjusted for multiple comparison.

    Holm (1979), A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6(2).
    """
    values = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    stepped = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1))
    adjusted = np.empty(len(values))
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


def leaders(
    metric: str, values: Mapping[str, float], comparisons: Sequence[Comparison], *, smaller_is_better: bool
) -> list[str]:
    """Return the best algorithm and those whose distance from it is inside the noise, best first."""
    known = {key: value for key, value in values.items() if np.isfinite(value)}
    ranked = sorted(known, key=lambda key: known[key], reverse=not smaller_is_better)
    if not ranked:
        return []
    apart = {
        frozenset((pair.first, pair.second)) for pair in comparisons if pair.metric == metric and pair.significant
    }
    return [key for key in ranked if frozenset((key, ranked[0])) not in apart]


def _bootstrap(statistics: Sequence[UserStatistic], seed: int, resamples: int) -> list[NDArray[np.float64]]:
    n_users = len(statistics[0].numerators)
    sums = np.stack([part for item in statistics for part in (item.numerators, item.denominators)], axis=1)
    rng = np.random.default_rng(seed)
    drawn = np.empty((resamples, sums.shape[1]))
    for span in _blocks(resamples, n_users):
        # Poisson(1) weights in place of multinomial ones: the same limit, and independent draws per user.
        weights = rng.poisson(1.0, size=(span.stop - span.start, n_users)).astype(np.float64)
        drawn[span] = weights @ sums
    return [item.of_sums(drawn[:, 2 * row], drawn[:, 2 * row + 1]) for row, item in enumerate(statistics)]


def _sign_flip_p_values(differences: NDArray[np.float64], seed: int, resamples: int) -> NDArray[np.float64]:
    n_users = len(differences)
    draws = resamples if n_users <= 20_000 else max(1000, resamples // 10)
    observed = np.abs(differences.sum(axis=0))
    # Sums of the same numbers in another order differ by rounding; equal is equal.
    tolerance = 1e-9 * np.abs(differences).sum(axis=0)
    rng = np.random.default_rng(seed)
    at_least = np.zeros(differences.shape[1])
    for span in _blocks(draws, n_users):
        signs = rng.integers(0, 2, size=(span.stop - span.start, n_users), dtype=np.int8) * 2.0 - 1.0
        at_least += (np.abs(signs @ differences) >= observed - tolerance).sum(axis=0)
    return (at_least + 1) / (draws + 1)


def _blocks(count: int, width: int) -> Iterator[slice]:
    size = max(1, _CELLS // max(width, 1))
    for start in range(0, count, size):
        yield slice(start, min(start + size, count))
