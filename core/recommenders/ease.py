"""EASE: a linear model between movies, solved in closed form."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from scipy import linalg, sparse

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.data.user_rows import RatingRows
from core.progress import Progress, part_of
from core.recommenders.base import AlgorithmConfig, Recommender
from core.recommenders.parts.biases import Baseline, BaselineFit, fit_baseline
from core.recommenders.parts.contributions import film_contributions, watched_by_many
from core.recommenders.parts.linear_rows import add_gram, inverse, most_rated, pruned, starts_among
from core.recommenders.parts.rating_weights import PopularityPrior, content_rows, profile_weights, training_weights
from core.recommenders.parts.sparse_rows import SparseRows
from core.recommenders.results import Contribution, Scoring

__all__ = ["EASE", "EASEConfig"]

_USERS_PER_MOVIE = 2.5
"""The system of users takes three times the work and several times the memory of its entries: it must be smaller."""


class EASEConfig(AlgorithmConfig):
    """Configuration of `EASE`."""

    penalty: float = Field(default=12.0, gt=0)
    """Ridge penalty of every weight."""
    movie_power: float = Field(default=0.28, ge=0, le=1)
    """Each movie's column is divided by its number of ratings to this power."""
    user_power: float = Field(default=0.17, ge=0, le=1)
    """Each user's row likewise, while fitting."""
    score_power: float = Field(default=0.15, ge=0, le=1)
    """Scores are multiplied by the movie's number of ratings to this power."""
    rating_gain: float = Field(default=0.23, ge=0)
    """How much more a rating counts for each star above what the user gives on average."""
    content_weight: float = Field(default=0.28, ge=0)
    """Weight of genres and years, which enter as pseudo users."""
    content_power: float = Field(default=0.45, ge=0, le=1)
    """A movie's weight among the pseudo users: its number of ratings to this power."""
    popularity: float = Field(default=0.08, ge=0)
    """Weight of how many people rated a movie, which fades as the profile grows: see `PopularityPrior`."""
    min_ratings: int = Field(default=2, ge=1)
    """Movies with fewer ratings take no part."""
    max_movies: int = Field(default=10_000, ge=1)
    """Only the most rated movies take part: memory grows with the square, time with the cube of their number."""
    weights_per_movie: int = Field(default=400, ge=1)
    """How many weights are kept for each movie on average: those that matter most."""


class EASE(Recommender):
    """The linear item model of Steck (2019), "Embarrassingly shallow autoencoders for sparse data".

    Each movie's column is regressed on all others by ridge regression with a zero diagonal: with the precision
    matrix P = (X' X + penalty I)^-1 the weights are -P_ij / P_jj (equation 8). Before that, rows and columns are
    scaled by powers of their sums (as spectral filters on graphs do), ratings are weighted by how much their user
    liked the film, and genres and years join as pseudo users (as in collective EASE of Jeunen et al. 2020), so that
    rarely rated films lean on films of their kind. Stars are those of the baseline.
    """

    key = "ease"
    title = "EASE"
    summary = "How much having watched each film speaks for every other, all solved at once in closed form."
    similarity = "weight with which having watched the one speaks for the other"
    config_class = EASEConfig
    config: EASEConfig

    # --- fitting ------------------------------------------------------------------------------------------

    def _fit(self, dataset: Dataset, progress: Progress) -> dict[str, NDArray[Any]]:
        config = self.config
        chosen = self.chosen(dataset)
        fitted = fit_baseline(dataset)
        progress(0.05, "weighting ratings")
        ratings = self.scaled_ratings(dataset, fitted, dataset.movie_counts, chosen)
        content = self._content(dataset, chosen)
        few_users = _USERS_PER_MOVIE * (ratings.shape[0] + len(content)) <= len(chosen)
        solver = _from_users if few_users else _from_movies
        solved = solver(ratings, content, config.penalty, progress)
        return {**self._kept(solved, dataset, chosen, progress), **fitted.baseline.arrays()}

    def chosen(self, dataset: Dataset) -> NDArray[np.int32]:
        """Return the movies that take part, ascending."""
        return most_rated(dataset.movie_counts, self.config.min_ratings, self.config.max_movies)

    def from_gram(
        self, dataset: Dataset, chosen: NDArray[np.int32], gram: NDArray[np.float32], progress: Progress
    ) -> dict[str, NDArray[Any]]:
        """Return the weights that follow from the Gram matrix of the scaled ratings.

        Parameters
        ----------
        dataset : Dataset
            Of which only what belongs to movies is read.
        gram : ndarray of float32, shape (len(chosen), len(chosen))
            Its upper triangle counts. Overwritten.
        """
        content = self._content(dataset, chosen)
        gram += content.T @ content
        return self._kept(_of_gram(gram, self.config.penalty, progress), dataset, chosen, progress)

    def scaled_ratings(
        self,
        rows: RatingRows,
        fitted: BaselineFit,
        counts: NDArray[np.int32],
        chosen: NDArray[np.int32],
    ) -> sparse.csr_array:
        """Return the weighted ratings of the chosen movies, rows and columns scaled, in single precision.

        Parameters
        ----------
        rows : RatingRows
            Of all users, or of some of them.
        counts : ndarray of int32, shape (n_movies,)
            Everybody's number of ratings.
        """
        weights = training_weights(rows, fitted, self.config.rating_gain)
        position = np.full(len(counts), -1, dtype=np.int32)
        position[chosen] = np.arange(len(chosen), dtype=np.int32)
        lengths = np.diff(rows.user_indptr)
        shares = np.maximum(lengths, 1).astype(np.float32) ** -self.config.user_power
        columns = np.maximum(counts, 1).astype(np.float32) ** -self.config.movie_power
        weights *= np.repeat(shares, lengths)
        weights *= columns[rows.user_items]
        columns_of = position[rows.user_items]
        kept = columns_of >= 0
        indptr = starts_among(kept, rows.user_indptr)
        return sparse.csr_array(
            (weights[kept], columns_of[kept], indptr), shape=(rows.n_users, len(chosen)), dtype=np.float32
        )

    def _content(self, dataset: Dataset, chosen: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return the pseudo users, float32 of shape (n_rows, len(chosen))."""
        config = self.config
        size = dataset.movie_counts[chosen].astype(np.float64)
        content = config.content_weight * content_rows(dataset)[:, chosen]
        content *= (size ** (config.content_power - config.movie_power)).astype(np.float32)
        return content

    def _kept(
        self, solved: "_Solved", dataset: Dataset, chosen: NDArray[np.int32], progress: Progress
    ) -> dict[str, NDArray[Any]]:
        """Return the weights that matter, scaled so that a score is a plain weighted sum."""
        config, size = self.config, dataset.movie_counts[chosen].astype(np.float64)
        inward = (size**-config.movie_power).astype(np.float32)
        outward = (size**config.score_power).astype(np.float32) / solved.diagonal

        def weights(rows: NDArray[np.intp]) -> NDArray[np.float32]:
            block = -solved.rows(rows)
            block[np.arange(len(rows)), rows] = 0
            block *= outward
            block *= inward[rows, None]
            return block

        kept = pruned(weights, chosen, size, dataset.n_movies, config.weights_per_movie, part_of(progress, 0.7, 1.0))
        return kept.arrays("weight")

    # --- asking -------------------------------------------------------------------------------------------

    def _bind(self) -> None:
        self._rows = SparseRows.from_arrays(self.arrays, "weight")
        self._baseline = Baseline.shared(self.dataset, self.arrays)
        self._prior = PopularityPrior(self.dataset, self.config.popularity)

    def _score(self, profile: Profile) -> NDArray[np.float32]:
        weights = profile_weights(self._baseline, profile, self.config.rating_gain)
        scores = self._rows.weighted_sum(profile.items, weights)
        scores += self._prior.added(profile)
        return scores

    def _predict(self, profile: Profile, items: NDArray[np.int32]) -> NDArray[np.float32]:
        return self._baseline.predict(self._baseline.fold_in(profile), items)

    def _similar(self, item: int) -> NDArray[np.float32]:
        weights = self._rows.dense_row(item)
        return np.where(weights > 0, weights, np.float32(np.nan))

    def _explain(self, scoring: Scoring, item: int) -> list[Contribution]:
        profile = scoring.profile
        weights = profile_weights(self._baseline, profile, self.config.rating_gain)
        values = weights * self._rows.column(profile.items, item)
        return film_contributions(self.dataset, profile, values, watched_by_many(self._prior.value(profile, item)))


@dataclass(frozen=True)
class _Solved:
    """The precision matrix P.

    Attributes
    ----------
    diagonal : ndarray of float32, shape (n,)
    rows : callable
        From row numbers to these rows, float32 and the caller's own; their diagonal is not meaningful.
    """

    diagonal: NDArray[np.float32]
    rows: Callable[[NDArray[np.intp]], NDArray[np.float32]]


def _from_users(
    ratings: sparse.csr_array, content: NDArray[np.float32], penalty: float, progress: Progress
) -> _Solved:
    """Solve with a system of users where they are fewer than movies.

    With F the rows of users and pseudo users, P = (I - F' (F F' + penalty I)^-1 F) / penalty (Woodbury).
    """
    stacked = np.concatenate([ratings.toarray(), content])
    gram = (stacked @ stacked.T).astype(np.float64)
    gram[np.diag_indices_from(gram)] += penalty
    progress(0.2, "solving for all movies at once")
    factor = linalg.cho_factor(gram, lower=True, overwrite_a=True, check_finite=False)
    right = linalg.cho_solve(factor, stacked.astype(np.float64), check_finite=False)
    diagonal = (1 - np.einsum("ui,ui->i", stacked, right)) / penalty
    progress(0.7, "solved")
    right32 = (right / -penalty).astype(np.float32)
    return _Solved(diagonal.astype(np.float32), lambda rows: stacked[:, rows].T @ right32)


def _from_movies(
    ratings: sparse.csr_array, content: NDArray[np.float32], penalty: float, progress: Progress
) -> _Solved:
    """Solve with a system of movies: X' X is filled in the upper triangle, inverted in place and mirrored."""
    gram = content.T @ content
    add_gram(ratings, gram, part_of(progress, 0.05, 0.4))
    return _of_gram(gram, penalty, progress)


def _of_gram(gram: NDArray[np.float32], penalty: float, progress: Progress) -> _Solved:
    """Solve a system of movies, whose matrix is overwritten."""
    gram[np.diag_indices_from(gram)] += penalty
    whole = inverse(gram, "EASE", part_of(progress, 0.4, 0.7))
    return _Solved(np.diagonal(whole).astype(np.float32), lambda rows: whole[rows].astype(np.float32, copy=False))
