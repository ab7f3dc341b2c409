"""Main directions in what people watched: the spectral side of the factor models.

The 0/1 matrix of who rated what, its rows and columns scaled by powers of their sums, is decomposed by scikit-learn's
TruncatedSVD (PureSVD of Cremonesi, Koren and Turrin 2010, with the normalisation that spectral methods on graphs
use). A profile is projected on the movies' singular vectors and back: nothing of a user is stored.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from core.data.dataset import Dataset
from core.data.profile import Profile

__all__ = ["Scaling", "WatchedDirections", "power_iterations"]

_MANY_RATINGS = 5_000_000


class Scaling(NamedTuple):
    """How the matrix is scaled.

    Attributes
    ----------
    movie_power, user_power : float
        Columns and rows are divided by their numbers of ratings to these powers.
    score_power : float
        Scores are multiplied by the movie's number of ratings to this power.
    shrinkage : float
        Factor f is damped by ``1 - shrinkage (s_last / s_f)^2``.
    """

    movie_power: float = 0.15
    user_power: float = 0.35
    score_power: float = 0.15
    shrinkage: float = 0.9


def power_iterations(dataset: Dataset) -> int:
    """Return how many power iterations the randomised decomposition needs: fewer where the data are many."""
    return 5 if dataset.n_ratings <= _MANY_RATINGS else 2


class WatchedDirections:
    """A fitted decomposition.

    Parameters
    ----------
    arrays : mapping
        With ``watched_directions``, float32 of shape (n_movies, n_factors), and ``watched_damping``, float32 of shape
        (n_factors,): what `fit` returned.
    counts : ndarray of int32, shape (n_movies,)
        Number of ratings.
    scaling : Scaling
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]], counts: NDArray[np.int32], scaling: Scaling) -> None:
        known = np.maximum(counts, 1).astype(np.float32)
        self.directions: NDArray[np.float32] = arrays["watched_directions"]
        self.damping: NDArray[np.float32] = arrays["watched_damping"]
        self._inward: NDArray[np.float32] = known ** np.float32(-scaling.movie_power)
        self._outward: NDArray[np.float32] = known ** np.float32(scaling.score_power)
        self._user_power = scaling.user_power

    @staticmethod
    def fit(
        dataset: Dataset, factors: int, scaling: Scaling, seed: int, report: Callable[[str], None]
    ) -> dict[str, NDArray[Any]]:
        """Return the arrays of the decomposition."""
        from sklearn.decomposition import TruncatedSVD

        lengths = np.diff(dataset.user_indptr)
        columns = np.maximum(dataset.movie_counts, 1).astype(np.float32) ** np.float32(-scaling.movie_power)
        rows = np.maximum(lengths, 1).astype(np.float32) ** np.float32(-scaling.user_power)
        values = columns[dataset.user_items]
        values *= np.repeat(rows, lengths)
        matrix = sparse.csr_matrix(dataset.matrix(values))
        del values
        report("decomposing what was watched")
        size = max(min(factors, min(matrix.shape) - 1), 1)
        found = TruncatedSVD(size, n_iter=power_iterations(dataset), random_state=seed).fit(matrix)
        strength = np.maximum(found.singular_values_, 1e-9)
        damping = 1.0 - scaling.shrinkage * (strength[-1] / strength) ** 2
        return {
            "watched_directions": np.ascontiguousarray(found.components_.T, dtype=np.float32),
            "watched_damping": damping.astype(np.float32),
        }

    def position(self, profile: Profile) -> NDArray[np.float32]:
        """Return the profile's damped coordinates, float32 of shape (n_factors,)."""
        position: NDArray[np.float32] = (self._weights(profile) @ self.directions[profile.items]) * self.damping
        return position

    def scores(self, position: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the scores of all movies."""
        scores: NDArray[np.float32] = self.directions @ position
        scores *= self._outward
        return scores

    def by_factor(self, position: NDArray[np.float32], item: int) -> NDArray[np.float32]:
        """Split one score by factor."""
        parts: NDArray[np.float32] = position * self.directions[item] * self._outward[item]
        return parts

    def by_film(self, profile: Profile, item: int) -> NDArray[np.float32]:
        """Split one score by the profile's films."""
        back = self.damping * self.directions[item] * self._outward[item]
        parts: NDArray[np.float32] = self._weights(profile) * (self.directions[profile.items] @ back)
        return parts

    def _weights(self, profile: Profile) -> NDArray[np.float32]:
        weights: NDArray[np.float32] = self._inward[profile.items] / np.float32(
            max(len(profile), 1) ** self._user_power
        )
        return weights
