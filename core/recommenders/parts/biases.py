"""What can be said of a rating before any taste is compared: biases and global effects.

Every rating model works on what this baseline leaves over. It is

    mean + b_u + b_i  +  w_u . f_i  +  v_i . z_u

with shrunk biases (Koren 2010, "Factor in the neighbors", eq. 1), the user's response w_u to features f_i of a
movie (how often it is rated, its year, its own bias, its genres) and the movie's response v_i to features z_u of a
user (how much he rates, his own bias): the global effects of Bell and Koren (2007), "Scalable collaborative
filtering with jointly derived neighborhood interpolation weights", section 3, estimated by one ridge regression per
user and movie. On ml-100k (5 folds) the biases alone have an RMSE of 0.944, with the effects 0.910.

Nothing of a user is stored: `Baseline.fold_in` computes b_u, w_u and z_u of any profile in closed form, and for the
profile of a training user gives the values of the fit.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self, cast
from weakref import WeakKeyDictionary, WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.data.user_rows import RatingRows
from core.recommenders.parts.baseline_sums import baseline_residuals, movie_ridge, shrunk_biases
from core.recommenders.parts.ridge import ridge_row, ridge_rows

__all__ = ["Baseline", "BaselineFit", "UserBaseline", "adopt_baseline", "fit_baseline", "fitted_baseline"]

USER_SHRINKAGE = 5.0
"""Ratings without deviation added to each user's before his bias is taken."""
ITEM_SHRINKAGE = 5.0
"""The same for a movie."""
SWEEPS = 8
"""Alternations between movie and user biases."""
USER_PENALTY = 60.0
"""Ridge penalty of a user's response to the features of movies."""
ITEM_PENALTY = 100.0
"""Ridge penalty of a movie's response to the features of users."""
_FEATURE_LIMIT = 4.0
_TRAIT_LIMIT = 2.0
_TRAIT_SHRINKAGE = 5.0
_SCALE = 2.0


@dataclass(frozen=True)
class UserBaseline:
    """One profile's side of the baseline.

    Attributes
    ----------
    bias : float
        b_u in stars.
    taste : ndarray of float32, shape (n_features,)
        w_u, the response to the features of movies.
    traits : ndarray of float32, shape (3,)
        z_u: one, the standardised logarithm of the number of ratings (damped where they are few), the scaled bias.
    """

    bias: float
    taste: NDArray[np.float32]
    traits: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Baseline:
    """The movies' side of the baseline, which is all that is stored.

    Attributes
    ----------
    mean : float
        Mean of all ratings, in stars.
    count_center, count_spread : float
        Mean and standard deviation of log(1 + number of ratings) over the users' ratings.
    item_bias : ndarray of float32, shape (n_movies,)
    features : ndarray of float32, shape (n_movies, n_features)
        f_i: one, standardised log(1 + number of ratings), standardised year, scaled bias, genres.
    effects : ndarray of float32, shape (n_movies, 3)
        v_i, the response to the traits of users.
    """

    mean: float
    count_center: float
    count_spread: float
    item_bias: NDArray[np.float32]
    features: NDArray[np.float32]
    effects: NDArray[np.float32]

    def fold_in(self, profile: Profile) -> UserBaseline:
        """Return the baseline of any profile, be it a stored user's or a visitor's; computed once for each."""
        return profile.once(self, Baseline._folded_in)

    def _folded_in(self, profile: Profile) -> UserBaseline:
        count = len(profile)
        left = profile.ratings - self.mean - self.item_bias[profile.items]
        bias = float(left.sum()) / (count + USER_SHRINKAGE)
        rows = self.features[profile.items]
        penalty = np.full(rows.shape[1], USER_PENALTY)
        taste = ridge_row(rows, left - bias, penalty).astype(np.float32)
        activity = min(max((math.log1p(count) - self.count_center) / self.count_spread, -_TRAIT_LIMIT), _TRAIT_LIMIT)
        activity *= count / (count + _TRAIT_SHRINKAGE)
        return UserBaseline(bias, taste, np.array([1.0, activity, _SCALE * bias], dtype=np.float32))

    def predict(self, user: UserBaseline, items: NDArray[np.int32] | None = None) -> NDArray[np.float32]:
        """Return baseline ratings in stars, not clipped, of some movies or of all."""
        chosen = slice(None) if items is None else items
        predicted: NDArray[np.float32] = self.features[chosen] @ user.taste
        predicted += self.effects[chosen] @ user.traits
        predicted += self.item_bias[chosen]
        predicted += np.float32(self.mean + user.bias)
        return predicted

    def profile_residuals(self, profile: Profile) -> NDArray[np.float32]:
        """Return what the baseline leaves over of the profile's own ratings; computed once, not to be written to."""
        return profile.once(self, Baseline._residuals)

    def _residuals(self, profile: Profile) -> NDArray[np.float32]:
        left: NDArray[np.float32] = profile.ratings - self.predict(self.fold_in(profile), profile.items)
        return left.astype(np.float32, copy=False)

    def profile_bias_residuals(self, user: UserBaseline, profile: Profile) -> NDArray[np.float32]:
        """Return what mean and biases alone leave over of the profile's own ratings."""
        left: NDArray[np.float32] = (
            profile.ratings - np.float32(self.mean + user.bias) - self.item_bias[profile.items]
        )
        return left

    def arrays(self, prefix: str = "baseline_") -> dict[str, NDArray[Any]]:
        """Return the arrays under which a model stores its baseline."""
        return {
            f"{prefix}scalars": np.array([self.mean, self.count_center, self.count_spread]),
            f"{prefix}item_bias": self.item_bias,
            f"{prefix}features": self.features,
            f"{prefix}effects": self.effects,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], prefix: str = "baseline_") -> Self:
        """Rebuild the baseline from what `arrays` returned."""
        mean, center, spread = arrays[f"{prefix}scalars"].tolist()
        return cls(
            mean,
            center,
            spread,
            arrays[f"{prefix}item_bias"],
            arrays[f"{prefix}features"],
            arrays[f"{prefix}effects"],
        )

    @classmethod
    def shared(cls, dataset: Dataset, arrays: Mapping[str, NDArray[Any]], prefix: str = "baseline_") -> Self:
        """Rebuild the baseline that a model of a data set stored; models with the same one get the same object.

        Each stores its own, to stand for itself. Served together they fold a profile in once, and read one of the
        files. Equal means, spreads and biases are of equal ratings, from which all else follows.
        """
        own = cls.from_arrays(arrays, prefix)
        known = _of_models.setdefault(dataset, WeakValueDictionary())
        found = known.setdefault((own.mean, own.count_center, own.count_spread), own)
        return cast("Self", found) if np.array_equal(found.item_bias, own.item_bias) else own


@dataclass(frozen=True)
class BaselineFit:
    """A baseline together with the training users' side, for the time of training.

    Attributes
    ----------
    baseline : Baseline
    user_bias : ndarray of float32, shape (n_users,)
    user_taste : ndarray of float32, shape (n_users, n_features)
    user_traits : ndarray of float32, shape (n_users, 3)
    """

    baseline: Baseline
    user_bias: NDArray[np.float32]
    user_taste: NDArray[np.float32]
    user_traits: NDArray[np.float32]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return both sides as arrays, for another process."""
        users = {"user_bias": self.user_bias, "user_taste": self.user_taste, "user_traits": self.user_traits}
        return {**self.baseline.arrays(), **users}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Rebuild what `arrays` returned."""
        users = (arrays[name] for name in ("user_bias", "user_taste", "user_traits"))
        return cls(Baseline.from_arrays(arrays), *users)

    def residuals(self, dataset: RatingRows) -> NDArray[np.float32]:
        """Return what the whole baseline leaves over, float32 of shape (n_ratings,), in the order of `user_items`."""
        base = self.baseline
        return self._left(dataset, (self.user_taste, base.features), (self.user_traits, base.effects))

    def bias_residuals(self, dataset: RatingRows) -> NDArray[np.float32]:
        """Return what mean and biases alone leave over: similarities of users and movies are best taken on these."""
        return self._left(dataset)

    def _left(
        self, dataset: RatingRows, *products: tuple[NDArray[np.float32], NDArray[np.float32]]
    ) -> NDArray[np.float32]:
        level, bias = np.float64(self.baseline.mean) + self.user_bias, self.baseline.item_bias
        return baseline_residuals(
            dataset.user_indptr, dataset.user_items, dataset.user_ratings, level, bias, *products
        )


_fitted: WeakKeyDictionary[Dataset, BaselineFit] = WeakKeyDictionary()
_of_models: WeakKeyDictionary[Dataset, WeakValueDictionary[tuple[float, float, float], Baseline]] = (
    WeakKeyDictionary()
)


def fit_baseline(dataset: Dataset) -> BaselineFit:
    """Return the baseline of a data set, fitted once: all models trained on it share it."""
    found = _fitted.get(dataset)
    if found is None:
        found = _fit(dataset)
        _fitted[dataset] = found
    return found


def fitted_baseline(dataset: Dataset) -> BaselineFit | None:
    """Return the baseline of a data set if it was fitted or taken up already."""
    return _fitted.get(dataset)


def adopt_baseline(dataset: Dataset, fitted: BaselineFit) -> None:
    """Take up a baseline that another process fitted to the same data set."""
    _fitted[dataset] = fitted


def user_traits(counts: NDArray[Any], biases: NDArray[Any], center: float, spread: float) -> NDArray[np.float32]:
    """Return z_u of users, float32 of shape (n_users, 3)."""
    # A newcomer has few ratings, but that does not make him one who rates little: the fewer, the less it says.
    activity = np.clip((np.log1p(counts) - center) / spread, -_TRAIT_LIMIT, _TRAIT_LIMIT)
    activity *= counts / (counts + _TRAIT_SHRINKAGE)
    return np.column_stack([np.ones(len(counts)), activity, _SCALE * biases]).astype(np.float32)


def activity_moments(counts: NDArray[Any]) -> tuple[float, float]:
    """Return mean and standard deviation of log(1 + number of ratings) over the ratings of users."""
    return _moments(np.log1p(counts), counts)


def movie_features(dataset: Dataset, item_bias: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return f_i of all movies, float32 of shape (n_movies, 4 + number of genres that occur)."""
    counts = dataset.movie_counts.astype(np.float64)
    years = dataset.movies.years.astype(np.float64)
    known = years > 0
    if known.any():
        years[~known] = np.average(years[known], weights=counts[known] + 1e-9)
    genres = dataset.movies.genre_matrix().astype(np.float64)
    genres = genres[:, genres.any(axis=0)]
    columns = [
        np.ones(len(counts)),
        _standardised(np.log1p(counts), counts),
        _standardised(years, counts),
        _SCALE * item_bias,
        _SCALE * genres,
    ]
    return np.ascontiguousarray(np.column_stack(columns), dtype=np.float32)


def _standardised(values: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    center, spread = _moments(values, weights)
    clipped: NDArray[np.float64] = np.clip((values - center) / spread, -_FEATURE_LIMIT, _FEATURE_LIMIT)
    return clipped


def _moments(values: NDArray[np.float64], weights: NDArray[Any]) -> tuple[float, float]:
    center = float(np.average(values, weights=weights))
    variance = float(np.average((values - center) ** 2, weights=weights))
    return center, max(variance**0.5, 1e-3)


def _fit(dataset: Dataset) -> BaselineFit:
    indptr, items = dataset.user_indptr, dataset.user_items
    mean = dataset.global_mean
    user_bias, item_bias = shrunk_biases(
        indptr, items, dataset.user_ratings, dataset.movie_counts, mean, (USER_SHRINKAGE, ITEM_SHRINKAGE), SWEEPS
    )
    features = movie_features(dataset, item_bias)
    counts = np.diff(indptr)
    center, spread = activity_moments(counts)
    traits = user_traits(counts, user_bias, center, spread)
    taste = np.zeros((dataset.n_users, features.shape[1]), dtype=np.float32)
    effects = np.zeros((dataset.n_movies, traits.shape[1]), dtype=np.float32)
    baseline = Baseline(mean, center, spread, item_bias, features, effects)
    left = BaselineFit(baseline, user_bias, taste, traits).bias_residuals(dataset)
    taste = ridge_rows(indptr, items, left, features, np.full(features.shape[1], USER_PENALTY))
    del left  # 4 bytes for each rating, before there are as many again
    left = BaselineFit(baseline, user_bias, taste, traits).residuals(dataset)
    effects = movie_ridge(indptr, items, left, traits, dataset.n_movies, ITEM_PENALTY)
    return BaselineFit(replace(baseline, effects=effects), user_bias, taste, traits)
