"""The baseline of `core.recommenders.parts.biases`, its sums over ratings taken on Spark.

The movies' side stands on the driver; the users' side is not kept anywhere: a block computes it from the movies' when
it is asked, as the fold-in of a profile does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.data.user_rows import UserRows
from core.recommenders.parts.baseline_sums import solved_traits, trait_sums
from core.recommenders.parts.biases import (
    ITEM_PENALTY,
    ITEM_SHRINKAGE,
    SWEEPS,
    USER_PENALTY,
    USER_SHRINKAGE,
    Baseline,
    BaselineFit,
    activity_moments,
    movie_features,
    user_traits,
)
from core.recommenders.parts.ridge import ridge_rows

if TYPE_CHECKING:
    from core.spark.ratings import SparkRatings

__all__ = ["Movies", "fit_baseline", "fitted_users"]


@dataclass(frozen=True, eq=False)
class Movies:
    """What a block needs to know the baseline of its users.

    Attributes
    ----------
    baseline : Baseline
    exact_bias : ndarray of float64, shape (n_movies,)
        The movies' biases before they are rounded: those of users follow from these.
    """

    baseline: Baseline
    exact_bias: NDArray[np.float64]


def fit_baseline(ratings: SparkRatings) -> Movies:
    """Return the baseline that one machine fits, rounding of sums apart."""
    data = ratings.dataset
    mean, shrunk = data.global_mean, data.movie_counts + ITEM_SHRINKAGE
    bias = None
    for _ in range(SWEEPS):
        (totals,) = ratings.sums(_bias_totals, mean, bias, data.n_movies)
        bias = totals / shrunk
    assert bias is not None  # noqa: S101  (there are sweeps)
    rounded = bias.astype(np.float32)
    features = movie_features(data, rounded)
    center, spread = activity_moments(np.diff(data.user_indptr))
    effects = np.zeros((data.n_movies, 3), dtype=np.float32)
    movies = Movies(Baseline(mean, center, spread, rounded, features, effects), bias)
    gram, right = ratings.sums(_trait_sums, movies)
    return replace(movies, baseline=replace(movies.baseline, effects=solved_traits(gram, right, ITEM_PENALTY)))


def fitted_users(block: UserRows, movies: Movies) -> BaselineFit:
    """Return the baseline with the side of a block's users."""
    base = movies.baseline
    bias = _user_bias(block, base.mean, movies.exact_bias)
    traits = user_traits(np.diff(block.user_indptr), bias.astype(np.float32), base.count_center, base.count_spread)
    none = np.zeros((block.n_users, base.features.shape[1]), dtype=np.float32)
    fitted = BaselineFit(base, bias.astype(np.float32), none, traits)
    penalty = np.full(base.features.shape[1], USER_PENALTY)
    left = fitted.bias_residuals(block)
    return replace(fitted, user_taste=ridge_rows(block.user_indptr, block.user_items, left, base.features, penalty))


def _users(block: UserRows) -> NDArray[np.intp]:
    return np.repeat(np.arange(block.n_users), np.diff(block.user_indptr))


def _user_bias(block: UserRows, mean: float, item_bias: NDArray[np.float64]) -> NDArray[np.float64]:
    left = 0.5 * block.user_ratings - mean - item_bias[block.user_items]
    found: NDArray[np.float64] = np.bincount(_users(block), left, minlength=block.n_users).astype(np.float64)
    found /= np.diff(block.user_indptr) + USER_SHRINKAGE
    return found


def _bias_totals(
    block: UserRows, mean: float, item_bias: NDArray[np.float64] | None, n_movies: int
) -> tuple[NDArray[Any], ...]:
    user_bias = np.zeros(block.n_users) if item_bias is None else _user_bias(block, mean, item_bias)
    left = 0.5 * block.user_ratings - (mean + user_bias)[_users(block)]
    return (np.bincount(block.user_items, left, minlength=n_movies),)


def _trait_sums(block: UserRows, movies: Movies) -> tuple[NDArray[Any], ...]:
    fitted = fitted_users(block, movies)
    left = fitted.residuals(block)
    return trait_sums(block.user_indptr, block.user_items, left, fitted.user_traits, len(movies.exact_bias))
