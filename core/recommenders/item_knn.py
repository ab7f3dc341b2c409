"""Item-based nearest neighbours: films that the same people watched, and rated alike."""

from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.progress import Progress
from core.recommenders.base import AlgorithmConfig, Recommender
from core.recommenders.parts.biases import Baseline, fit_baseline
from core.recommenders.parts.contributions import film_contributions, watched_by_many
from core.recommenders.parts.rating_weights import PopularityPrior, profile_weights
from core.recommenders.parts.residuals import quantised
from core.recommenders.parts.sparse_rows import SparseRows
from core.recommenders.results import Contribution, Scoring

__all__ = ["ItemKNN", "ItemKNNConfig", "Nearest", "Neighbours"]

_BLOCK = 256
_PREDICT_BLOCK = 2048


class ItemKNNConfig(AlgorithmConfig):
    """Configuration of `ItemKNN`."""

    neighbours: int = Field(default=50, ge=1, le=1000)
    """Movies from which each movie draws its score."""
    asymmetry: float = Field(default=0.8, ge=0, le=1)
    """Exponent of the neighbour's number of ratings in the cosine; the movie's own has one minus it."""
    shrinkage: float = Field(default=5.0, ge=0)
    """Added to the cosine's denominator, in common raters."""
    sharpness: float = Field(default=1.3, gt=0)
    """Similarities are taken to this power."""
    score_power: float = Field(default=-0.1, ge=-1, le=1)
    """Scores are multiplied by the movie's number of ratings to this power."""
    rating_gain: float = Field(default=0.26, ge=0)
    """How much more a rating counts for each star above what the user gives on average."""
    popularity: float = Field(default=2.0, ge=0)
    """Weight of how many people rated a movie, which fades as the profile grows: see `PopularityPrior`."""
    min_common: int = Field(default=1, ge=1)
    """Pairs with fewer common raters are no neighbours."""
    rating_neighbours: int = Field(default=100, ge=1, le=1000)
    """Movies kept for predicting the stars of each movie."""
    rating_shrinkage: float = Field(default=100.0, ge=0)
    """Common raters at which a correlation counts half."""
    rating_used: int = Field(default=60, ge=1)
    """Of the films in a profile the most similar that a prediction uses."""
    rating_power: float = Field(default=2.0, gt=0)
    """Correlations are taken to this power."""
    rating_penalty: float = Field(default=0.05, ge=0)
    """Added to the sum of the weights, which pulls predictions towards the baseline."""


class Measures(NamedTuple):
    """What movies are compared by, in the order in which the compiled loops take it.

    Attributes
    ----------
    source_norm, target_norm : ndarray of float32, shape (n_movies,)
        Powers of the numbers of ratings.
    shrinkage : float
    spread : ndarray of float32, shape (n_movies,)
        Root mean square of a movie's quantised residuals, 1 where there are none.
    rating_shrinkage : float
    min_common : int
    """

    source_norm: NDArray[np.float32]
    target_norm: NDArray[np.float32]
    shrinkage: float
    spread: NDArray[np.float32]
    rating_shrinkage: float
    min_common: int


class Neighbours(NamedTuple):
    """The nearest movies of every movie, the nearest first, of equally near ones those of lower index.

    Attributes
    ----------
    items : ndarray of int32, shape (n_rows, k)
        -1 where there are fewer.
    values : ndarray of float32, shape (n_rows, k)
        0 where there are fewer.
    """

    items: NDArray[np.int32]
    values: NDArray[np.float32]


class Nearest(NamedTuple):
    """Heaps of neighbours of one kind, as `core.recommenders.kernels.neighbours` fills them.

    Attributes
    ----------
    lowest : ndarray of int64, shape (n_rows,)
        The lowest entry of each row.
    heaps : ndarray of int64, shape (n_rows, k)
        Values and neighbours packed into one number; -1 where a place is not filled.
    """

    lowest: NDArray[np.int64]
    heaps: NDArray[np.int64]

    @classmethod
    def none(cls, n_rows: int, k: int) -> Self:
        """Return empty heaps of so many places."""
        return cls(np.full(n_rows, -1, dtype=np.int64), np.full((n_rows, k), -1, dtype=np.int64))

    def found(self) -> Neighbours:
        """Return the neighbours in order; the heaps are sorted, too."""
        from core.recommenders.kernels.neighbours import LAST

        items = np.empty(self.heaps.shape, dtype=np.int32)
        values = np.empty(self.heaps.shape, dtype=np.float32)
        for start in range(0, len(self.heaps), _BLOCK):
            rows = slice(start, start + _BLOCK)
            self.heaps[rows].sort(axis=1)
            entries = self.heaps[rows, ::-1]
            items[rows] = np.where(entries < 0, -1, LAST - (entries & LAST))
            values[rows] = np.where(entries < 0, 0, entries >> 32).astype(np.int32).view(np.float32)
        return Neighbours(items, values)


class ItemKNN(Recommender):
    """Item-based neighbourhoods, one kind for the list and one for the stars.

    The list: asymmetric cosine (Aiolli 2013, "Efficient top-n recommendation for very large scale binary rated
    datasets", eq. 5) between columns of what was watched, shrunk; every movie is scored through its nearest
    neighbours only, which keeps well-known films from winning by the number of their neighbours.
    The stars: the baseline plus the weighted mean of what it leaves over of the profile's ratings, with shrunk
    correlations of residuals as weights (Koren 2010, "Factor in the neighbors", eq. 3 and 4).
    """

    key = "item_knn"
    title = "Similar films"
    summary = "Films that people who watched yours watched too, and the stars that similar films got from you."
    similarity = "cosine of who watched both, as the list weighs it"
    config_class = ItemKNNConfig
    config: ItemKNNConfig

    # --- fitting ------------------------------------------------------------------------------------------

    def _fit(self, dataset: Dataset, progress: Progress) -> dict[str, NDArray[Any]]:
        from core.recommenders.kernels.neighbours import compare_movies

        n = dataset.n_movies
        fitted = fit_baseline(dataset)
        progress(0.02, "subtracting the baseline")
        residuals = quantised(fitted.bias_residuals(dataset))
        by_movie = dataset.matrix(residuals).tocsc()
        measures = self.measures(dataset.movie_counts, _sums_of_squares(by_movie.data, dataset.movie_indptr))
        watched, rated = self.no_neighbours(n, n)
        reached = dataset.user_indptr[:-1].copy()
        sums, touched = np.zeros(n, dtype=np.int64), np.empty(n, dtype=np.int32)
        for start in range(0, n, _BLOCK):
            stop = min(start + _BLOCK, n)
            compare_movies(
                start,
                stop,
                dataset.user_indptr,
                dataset.user_items,
                residuals,
                dataset.movie_indptr,
                dataset.movie_users,
                by_movie.data,
                *measures,
                reached,
                *watched,
                *rated,
                sums,
                touched,
            )
            progress(0.05 + 0.9 * stop / n, "comparing films")
        return {**self.kept(dataset.movie_counts, watched.found(), rated.found()), **fitted.baseline.arrays()}

    def measures(self, counts: NDArray[np.int32], squares: NDArray[np.integer[Any]]) -> "Measures":
        """Return what movies are compared by.

        Parameters
        ----------
        counts : ndarray of int32, shape (n_movies,)
            Number of ratings.
        squares : ndarray of int64, shape (n_movies,)
            Sum of the squares of their quantised residuals.
        """
        config = self.config
        size = np.maximum(counts, 1).astype(np.float64)
        mean = squares / size
        return Measures(
            (size**config.asymmetry).astype(np.float32),
            (size ** (1 - config.asymmetry)).astype(np.float32),
            config.shrinkage,
            np.sqrt(np.where(mean > 0, mean, 1)).astype(np.float32),
            config.rating_shrinkage,
            config.min_common,
        )

    def no_neighbours(self, n_rows: int, n_movies: int) -> tuple["Nearest", "Nearest"]:
        """Return room for the neighbours of so many movies, for the list and for the stars."""
        config = self.config
        return (
            Nearest.none(n_rows, min(config.neighbours, n_movies)),
            Nearest.none(n_rows, min(config.rating_neighbours, n_movies)),
        )

    def kept(self, counts: NDArray[np.int32], watched: Neighbours, rated: Neighbours) -> dict[str, NDArray[Any]]:
        """Return what is stored of the neighbours of all movies, whose values may change in place."""
        size = np.maximum(counts, 1).astype(np.float64)
        items, values = watched
        np.power(values, self.config.sharpness, out=values)
        values *= (size**self.config.score_power).astype(np.float32)[:, None]
        targets, places = np.nonzero(items >= 0)
        rows = SparseRows.from_lists(
            items[targets, places], targets.astype(np.int32), values[targets, places], len(counts)
        )
        return {
            **rows.arrays("watched"),
            "rated_items": rated.items,
            "rated_values": rated.values.astype(np.float16),
        }

    # --- asking -------------------------------------------------------------------------------------------

    def _bind(self) -> None:
        self._rows = SparseRows.from_arrays(self.arrays, "watched")
        self._baseline = Baseline.shared(self.dataset, self.arrays)
        self._prior = PopularityPrior(self.dataset, self.config.popularity)

    def _score(self, profile: Profile) -> NDArray[np.float32]:
        weights = profile_weights(self._baseline, profile, self.config.rating_gain)
        scores = self._rows.weighted_sum(profile.items, weights)
        scores += self._prior.added(profile)
        return scores

    def _predict(self, profile: Profile, items: NDArray[np.int32]) -> NDArray[np.float32]:
        user = self._baseline.fold_in(profile)
        left = np.zeros(self.dataset.n_movies + 1, dtype=np.float32)
        left[profile.items] = self._baseline.profile_residuals(profile)
        # Empty places hold -1, which points at the last entry: never rated.
        rated = np.zeros(len(left), dtype=np.bool_)
        rated[profile.items] = True
        predicted = self._baseline.predict(user, items)
        for start in range(0, len(items), _PREDICT_BLOCK):
            span = slice(start, start + _PREDICT_BLOCK)
            predicted[span] += self._correction(left, rated, items[span])
        return predicted

    def _correction(
        self, left: NDArray[np.float32], rated: NDArray[np.bool_], items: NDArray[np.int32]
    ) -> NDArray[np.float32]:
        """Return what the most similar films of the profile add to the baseline of some movies."""
        config = self.config
        near = self.arrays["rated_items"][items]
        # Few neighbours are in a profile: only those are looked at further.
        rows, places = np.nonzero(rated[near])
        starts = np.searchsorted(rows, np.arange(len(items)))
        used = np.arange(len(rows)) - starts[rows] < config.rating_used
        rows, places = rows[used], places[used]
        weights = self.arrays["rated_values"][items[rows], places].astype(np.float32) ** config.rating_power
        total = np.bincount(rows, weights * left[near[rows, places]], minlength=len(items))
        whole = np.bincount(rows, weights, minlength=len(items))
        correction: NDArray[np.float32] = (total / (whole + config.rating_penalty + 1e-9)).astype(np.float32)
        return correction

    def _similar(self, item: int) -> NDArray[np.float32]:
        return self._rows.dense_row(item)

    def _explain(self, scoring: Scoring, item: int) -> list[Contribution]:
        profile = scoring.profile
        weights = profile_weights(self._baseline, profile, self.config.rating_gain)
        values = weights * self._rows.column(profile.items, item)
        return film_contributions(self.dataset, profile, values, watched_by_many(self._prior.value(profile, item)))


def _sums_of_squares(values: NDArray[np.int8], indptr: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the sum of the squares of each segment."""
    squares = np.concatenate([[0], np.cumsum(values.astype(np.int16) ** 2, dtype=np.int64)])
    total: NDArray[np.int64] = squares[indptr[1:]] - squares[indptr[:-1]]
    return total
