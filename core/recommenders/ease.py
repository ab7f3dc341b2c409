"""EASE: a linear model between movies, solved in closed form."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from scipy import linalg, sparse
from scipy.linalg import lapack

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.progress import Progress
from core.recommenders.base import AlgorithmConfig, Recommender
from core.recommenders.parts.biases import Baseline, fit_baseline
from core.recommenders.parts.contributions import film_contributions, watched_by_many
from core.recommenders.parts.rating_weights import PopularityPrior, content_rows, profile_weights, training_weights
from core.recommenders.parts.sparse_rows import SparseRows
from core.recommenders.results import Contribution, Scoring

__all__ = ["EASE", "EASEConfig"]

_BLOCK = 512
_SAMPLE = 8
_USERS_PER_MOVIE = 2.5
"""The system of users takes three times the work and several times the memory of its entries: it must be smaller."""
_DOUBLE_BELOW = 3000
"""Systems up to this size are solved in double precision."""


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
        counts = dataset.movie_counts
        most_rated = np.argsort(-counts.astype(np.int64), kind="stable")[: config.max_movies]
        enough = min(config.min_ratings, int(counts.max()))
        chosen = np.sort(most_rated[counts[most_rated] >= enough]).astype(np.int32)
        fitted = fit_baseline(dataset)
        progress(0.05, "weighting ratings")
        ratings = self._scaled_ratings(dataset, training_weights(dataset, fitted, config.rating_gain), chosen)
        size = counts[chosen].astype(np.float64)
        content = config.content_weight * content_rows(dataset)[:, chosen]
        content *= (size ** (config.content_power - config.movie_power)).astype(np.float32)
        few_users = _USERS_PER_MOVIE * (ratings.shape[0] + len(content)) <= len(chosen)
        solver = _from_users if few_users else _from_movies
        solved = solver(ratings, content, config.penalty, progress)
        rows = self._pruned(solved, chosen, size, dataset.n_movies, progress)
        return {**rows.arrays("weight"), **fitted.baseline.arrays()}

    def _scaled_ratings(
        self, dataset: Dataset, weights: NDArray[np.float32], chosen: NDArray[np.int32]
    ) -> sparse.csr_array:
        """Return the weighted ratings of the chosen movies, rows and columns scaled, in single precision."""
        position = np.full(dataset.n_movies, -1, dtype=np.int32)
        position[chosen] = np.arange(len(chosen), dtype=np.int32)
        lengths = np.diff(dataset.user_indptr)
        rows = np.maximum(lengths, 1).astype(np.float32) ** -self.config.user_power
        columns = np.maximum(dataset.movie_counts, 1).astype(np.float32) ** -self.config.movie_power
        weights *= np.repeat(rows, lengths)
        weights *= columns[dataset.user_items]
        columns_of = position[dataset.user_items]
        kept = columns_of >= 0
        indptr = np.concatenate([[0], np.cumsum(kept)])[dataset.user_indptr].astype(np.int64)
        return sparse.csr_array(
            (weights[kept], columns_of[kept], indptr), shape=(dataset.n_users, len(chosen)), dtype=np.float32
        )

    def _pruned(
        self,
        solved: "_Solved",
        chosen: NDArray[np.int32],
        size: NDArray[np.float64],
        n_movies: int,
        progress: Progress,
    ) -> SparseRows:
        """Return the weights that matter, scaled so that a score is a plain weighted sum.

        A movie is in a share of all profiles that is proportional to its ratings n_i, so leaving out W_ij adds
        n_i W_ij^2 to the expected squared error of the scores: the threshold is on sqrt(n_i) |W_ij|, the same for
        the whole matrix, and is estimated on every `_SAMPLE`-th row.
        """
        inward = (size**-self.config.movie_power).astype(np.float32)
        outward = (size**self.config.score_power).astype(np.float32) / solved.diagonal
        matters = np.sqrt(size).astype(np.float32)

        def weights(rows: NDArray[np.intp]) -> NDArray[np.float32]:
            block = -solved.rows(rows)
            block[np.arange(len(rows)), rows] = 0
            block *= outward
            block *= inward[rows, None]
            return block

        sample = np.arange(0, len(chosen), _SAMPLE)
        threshold = np.float32(0)
        if self.config.weights_per_movie < len(chosen):
            importance = np.abs(weights(sample)) * matters[sample, None]
            share = self.config.weights_per_movie / len(chosen)
            threshold = np.partition(importance.ravel(), -int(share * importance.size))[-int(share * importance.size)]
        columns, values = [], []
        lengths = np.zeros(n_movies, dtype=np.int64)
        for start in range(0, len(chosen), _BLOCK):
            rows = np.arange(start, min(start + _BLOCK, len(chosen)))
            block = weights(rows)
            kept = (np.abs(block) * matters[rows, None] >= threshold) & (block != 0)
            lengths[chosen[rows]] = kept.sum(axis=1)
            columns.append(chosen[np.nonzero(kept)[1]])
            values.append(block[kept])
            progress(0.7 + 0.3 * float(rows[-1] + 1) / len(chosen), "keeping the weights that matter")
        return SparseRows(np.concatenate([[0], np.cumsum(lengths)]), np.concatenate(columns), np.concatenate(values))

    # --- asking -------------------------------------------------------------------------------------------

    def _bind(self) -> None:
        self._rows = SparseRows.from_arrays(self.arrays, "weight")
        self._baseline = Baseline.from_arrays(self.arrays)
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
    from core.recommenders.kernels.gram import gram_rows

    n = ratings.shape[1]
    by_item = ratings.tocsc()
    gram = content.T @ content
    for start in range(0, n, _BLOCK):
        stop = min(start + _BLOCK, n)
        gram_rows(
            start,
            stop,
            ratings.indptr,
            ratings.indices,
            ratings.data,
            by_item.indptr,
            by_item.indices,
            by_item.data,
            gram,
        )
        progress(0.05 + 0.35 * stop / n, "counting what is watched together")
    gram[np.diag_indices_from(gram)] += penalty
    if n <= _DOUBLE_BELOW:
        gram, potrf, potri = gram.astype(np.float64), lapack.dpotrf, lapack.dpotri
    else:
        potrf, potri = lapack.spotrf, lapack.spotri
    # LAPACK reads columns: the upper triangle of the rows is the lower one of the transpose, which is what it gets.
    factor, failed = potrf(gram.T, lower=True, overwrite_a=True, clean=False)
    progress(0.55, "solving for all movies at once")
    inverse, failed_again = potri(factor, lower=True, overwrite_c=True)
    if failed or failed_again:
        raise linalg.LinAlgError("The system of EASE is not positive definite: raise its penalty.")
    whole = inverse.T
    for start in range(0, n, _BLOCK):
        stop = min(start + _BLOCK, n)
        whole[start:stop, :start] = whole[:start, start:stop].T
        inner = whole[start:stop, start:stop]
        inner[...] = np.triu(inner) + np.triu(inner, 1).T
    progress(0.7, "solved")
    return _Solved(np.diagonal(whole).astype(np.float32), lambda rows: whole[rows].astype(np.float32, copy=False))
