"""Main directions in what people watched: the spectral side of the factor models.

The 0/1 matrix of who rated what, its rows and columns scaled by powers of their sums, is decomposed by scikit-learn's
TruncatedSVD (PureSVD of Cremonesi, Koren and Turrin 2010, with the normalisation that spectral methods on graphs
use). Ratings are weighted by how much they were liked, and genres and years join as pseudo users, so that rarely
rated films lean on films of their kind. A profile is projected on the movies' singular vectors and back: nothing of
a user is stored.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from core.data.arraydir import give_back
from core.data.dataset import Dataset
from core.data.profile import Profile
from core.data.user_rows import RatingRows
from core.recommenders.parts.biases import Baseline, BaselineFit, fit_baseline
from core.recommenders.parts.leading_directions import leading_directions
from core.recommenders.parts.rating_weights import content_rows, profile_weights, signed, training_weights

__all__ = ["Scaling", "WatchedDirections", "power_iterations"]

_MANY_RATINGS = 5_000_000
_USERS = 4096
"""Users whose ratings are scaled at a time."""
_MOVIES = 32_000
"""Directions are kept for so many of the most rated movies. What is multiplied in each request then stays in the
processor's cache, a tenth of the time; in a catalogue of 87,585 movies the others have a handful of ratings each,
too few to have a direction."""


class Scaling(NamedTuple):
    """How the matrix is scaled.

    Attributes
    ----------
    movie_power, user_power : float
        Columns and rows are divided by their numbers of ratings to these powers.
    score_power : float
        Scores are multiplied by the movie's number of ratings to this power.
    shrinkage, strength_power : float
        Factor f is damped by ``(s_f / s_first)^strength_power (1 - shrinkage (s_last / s_f)^2)``.
    rating_gain : float
        How much more a rating counts for each star above what the user gives on average.
    content_weight, content_power : float
        Genres and years enter as pseudo users of this weight, in which a movie counts by its number of ratings to
        this power.
    """

    movie_power: float = 0.26
    user_power: float = 0.39
    score_power: float = 0.1
    shrinkage: float = 0.86
    strength_power: float = 0.23
    rating_gain: float = 0.14
    content_weight: float = 0.1
    content_power: float = 0.45


def power_iterations(dataset: Dataset) -> int:
    """Return how many power iterations the randomised decomposition needs: fewer where the data are many."""
    return 5 if dataset.n_ratings <= _MANY_RATINGS else 2


class WatchedDirections:
    """A fitted decomposition.

    Parameters
    ----------
    arrays : mapping
        What `fit` returned: ``watched_items``, int32 of shape (n_kept,), ascending, the movies that have a direction;
        ``watched_directions``, float32 of shape (n_kept, n_factors); ``watched_damping``, float32 of shape
        (n_factors,).
    counts : ndarray of int32, shape (n_movies,)
        Number of ratings.
    scaling : Scaling
    taste : Baseline or float
        From which the weights of ratings are told; where `scaling` has no gain everybody's mean rating will do.
    """

    def __init__(
        self,
        arrays: Mapping[str, NDArray[Any]],
        counts: NDArray[np.int32],
        scaling: Scaling,
        taste: Baseline | float,
    ) -> None:
        self.items: NDArray[np.int32] = arrays["watched_items"].view(np.ndarray)
        # As wide as an index: NumPy would widen it in each request.
        self._places = self.items.astype(np.intp)
        known = np.maximum(counts[self._places], 1).astype(np.float32)
        self.directions: NDArray[np.float32] = arrays["watched_directions"].view(np.ndarray)
        self.damping: NDArray[np.float32] = arrays["watched_damping"]
        self._inward: NDArray[np.float32] = known ** np.float32(-scaling.movie_power)
        self._outward: NDArray[np.float32] = known ** np.float32(scaling.score_power)
        self._scaling = scaling
        self._taste = taste
        self._n_movies = len(counts)

    @staticmethod
    def fit(
        dataset: Dataset, factors: int, scaling: Scaling, seed: int, report: Callable[[str], None]
    ) -> dict[str, NDArray[Any]]:
        """Return the arrays of the decomposition."""
        values = WatchedDirections.scaled(dataset, fit_baseline(dataset), dataset.movie_counts, scaling)
        content = WatchedDirections.content(dataset, scaling)
        matrix = _with_rows(dataset, values, content)
        del values, content
        give_back(dataset.user_items)
        report("decomposing what was watched")
        components, values = leading_directions(matrix, factors, power_iterations(dataset), seed)
        return WatchedDirections.kept(components, values, dataset.movie_counts, scaling)

    @staticmethod
    def scaled(
        rows: RatingRows, fitted: BaselineFit, counts: NDArray[np.int32], scaling: Scaling
    ) -> NDArray[np.float32]:
        """Return the scaled weight of every rating of all users or of some.

        Parameters
        ----------
        counts : ndarray of int32, shape (n_movies,)
            Everybody's number of ratings.
        """
        lengths = np.diff(rows.user_indptr)
        columns = np.maximum(counts, 1).astype(np.float32) ** np.float32(-scaling.movie_power)
        shares = np.maximum(lengths, 1).astype(np.float32) ** np.float32(-scaling.user_power)
        values = training_weights(rows, fitted, scaling.rating_gain)
        give_back(rows.user_ratings)
        _scale(values, rows, shares, columns)
        return values

    @staticmethod
    def content(dataset: Dataset, scaling: Scaling) -> sparse.csr_array:
        """Return the pseudo users, float32 of shape (n_rows, n_movies)."""
        counts = dataset.movie_counts
        columns = np.maximum(counts, 1).astype(np.float32) ** np.float32(-scaling.movie_power)
        content = content_rows(dataset)
        content *= scaling.content_weight * columns * (counts**scaling.content_power).astype(np.float32)
        return sparse.csr_array(content)

    @staticmethod
    def kept(
        components: NDArray[Any], values: NDArray[Any], counts: NDArray[np.int32], scaling: Scaling
    ) -> dict[str, NDArray[Any]]:
        """Return the arrays that follow from right singular vectors, a row each, and their singular values."""
        strength = np.maximum(values, 1e-9)
        damping = (strength / strength[0]) ** scaling.strength_power
        damping *= 1.0 - scaling.shrinkage * (strength[-1] / strength) ** 2
        kept = np.sort(np.argsort(-counts.astype(np.int64), kind="stable")[:_MOVIES]).astype(np.int32)
        return {
            "watched_items": kept,
            "watched_directions": np.ascontiguousarray(components.T[kept], dtype=np.float32),
            "watched_damping": damping.astype(np.float32),
        }

    def position(self, profile: Profile) -> NDArray[np.float32]:
        """Return the profile's damped coordinates, float32 of shape (n_factors,)."""
        rows, weights = self._weighted(profile)
        position: NDArray[np.float32] = (weights @ self.directions[rows]) * self.damping
        return position

    def reach(self, profile: Profile) -> float:
        """Return the length of the coordinates if every film had been watched and none disliked: a scale for them."""
        rows, known = self.rows(profile.items)
        weights = self._inward[rows] * known / np.float32(max(len(profile), 1) ** self._scaling.user_power)
        return float(np.linalg.norm((weights @ self.directions[rows]) * self.damping))

    def scores(self, position: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the scores of all movies, 0 for those without a direction."""
        return self.spread(self.known_scores(position))

    def known_scores(self, position: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the scores of the movies that have a direction, in the order of `items`."""
        found: NDArray[np.float32] = self.directions @ position
        found *= self._outward
        return found

    def direction(self, item: int) -> NDArray[np.float32]:
        """Return the direction of one movie, zeros where it has none."""
        rows, known = self.rows(np.array([item], dtype=np.int32))
        direction: NDArray[np.float32] = self.directions[rows[0]] * known[0]
        return direction

    def by_factor(self, position: NDArray[np.float32], item: int) -> NDArray[np.float32]:
        """Split one score by factor."""
        parts: NDArray[np.float32] = position * self._back(item)
        return parts

    def by_item(self, profile: Profile, item: int) -> NDArray[np.float32]:
        """Split one score by the profile's films."""
        rows, weights = self._weighted(profile)
        parts: NDArray[np.float32] = weights * (self.directions[rows] @ (self.damping * self._back(item)))
        return parts

    def alike(self, item: int) -> NDArray[np.float32]:
        """Return the cosine of a movie's direction with those of all movies, 0 for those without one."""
        shape = np.sqrt(np.maximum(self.damping, np.float32(0)))
        directions = self.directions * shape
        norms = np.linalg.norm(directions, axis=1) + np.float32(1e-9)
        wanted = self.direction(item) * shape
        cosine = (directions @ wanted) / (norms * (np.linalg.norm(wanted) + np.float32(1e-9)))
        return self.spread(cosine)

    def _back(self, item: int) -> NDArray[np.float32]:
        rows, known = self.rows(np.array([item], dtype=np.int32))
        back: NDArray[np.float32] = self.directions[rows[0]] * (self._outward[rows[0]] * known[0])
        return back

    def spread(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return values of the movies that have a direction as values of all movies, 0 for the others."""
        if len(values) == self._n_movies:
            return values
        spread = np.zeros(self._n_movies, dtype=np.float32)
        spread[self._places] = values
        return spread

    def rows(self, items: NDArray[np.int32]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """Return where movies stand in `directions`, and whether they do."""
        if len(self.items) == self._n_movies:
            return items.astype(np.intp), np.ones(len(items), dtype=bool)
        rows = np.minimum(np.searchsorted(self.items, items), len(self.items) - 1)
        return rows, self.items[rows] == items

    def _weighted(self, profile: Profile) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """Return where the films of a profile stand in `directions`, and their scaled weights."""
        rows, known = self.rows(profile.items)
        weights = self._inward[rows] * known
        if isinstance(self._taste, Baseline):
            weights *= profile_weights(self._taste, profile, self._scaling.rating_gain)
        else:
            weights *= signed(np.ones(len(profile), dtype=np.float32), profile, self._taste)
        weights /= np.float32(max(len(profile), 1) ** self._scaling.user_power)
        return rows, weights


def _scale(
    values: NDArray[np.float32], dataset: RatingRows, rows: NDArray[np.float32], columns: NDArray[np.float32]
) -> None:
    """Multiply the value of every rating by what belongs to its user and to its movie."""
    for first in range(0, dataset.n_users, _USERS):
        starts = dataset.user_indptr[first : first + _USERS + 1]
        span = slice(int(starts[0]), int(starts[-1]))
        values[span] *= columns[dataset.user_items[span]]
        values[span] *= np.repeat(rows[first : first + _USERS], np.diff(starts))


def _with_rows(dataset: Dataset, values: NDArray[np.float32], more: sparse.csr_array) -> sparse.csr_matrix:
    """Return the ratings' matrix with further rows below, which `values` are made longer for instead of copied."""
    ends = np.concatenate([dataset.user_indptr, dataset.user_indptr[-1] + more.indptr[1:]])
    shape = (dataset.n_users + more.shape[0], dataset.n_movies)
    values.resize(len(values) + more.nnz, refcheck=False)
    values[dataset.n_ratings :] = more.data
    return sparse.csr_matrix((values, np.concatenate([dataset.user_items, more.indices]), ends), shape=shape)
