"""SLIST: what people rate next, told by the films that they rated last, solved in closed form."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from scipy import sparse

from core.data.compress import narrow
from core.data.dataset import Dataset
from core.data.profile import Profile
from core.data.user_rows import RatingRows
from core.progress import Progress, part_of
from core.recommenders.base import AlgorithmConfig, Recommender
from core.recommenders.parts.biases import Baseline, fit_baseline
from core.recommenders.parts.contributions import film_contributions, watched_by_many
from core.recommenders.parts.linear_rows import add_gram, inverse, mirror, most_rated, pruned, starts_among
from core.recommenders.parts.order_of_time import in_order_of_time
from core.recommenders.parts.rating_weights import PopularityPrior, profile_weights
from core.recommenders.parts.recency import faded, sittings_back, steps_back
from core.recommenders.parts.sparse_rows import SparseRows
from core.recommenders.parts.trend import Trend
from core.recommenders.results import Contribution, Scoring

__all__ = ["SLIST", "SLISTConfig", "Sequences"]

_REACH = 40
"""So many films of a profile, the latest, count: at the default the last of these has .0002 of the first's weight."""

_ENOUGH_FOR_WEIGHTS = 5_000
"""Of so many movies, the most rated, the hybrid learns the same weights as of 10,000."""


class SLISTConfig(AlgorithmConfig):
    """Configuration of `SLIST`; found on each user's last film but one, on ml-100k and ml-latest-small."""

    fade: float = Field(default=0.8, gt=0, lt=1)
    """How much a film counts beside the one that was rated after it."""
    sitting: float = Field(default=0.7, gt=0, le=1)
    """How much a film counts beside one of the next sitting, beyond `fade`; a sitting ends with an hour's pause."""
    window: int = Field(default=10, ge=1, le=100)
    """So many films before each one are its features while fitting."""
    together: float = Field(default=0.3, ge=0)
    """Weight of the regression of each film on all others of its user, which knows no order, beside that on the last
    ones."""
    penalty: float = Field(default=10.0, gt=0)
    """Ridge penalty of every weight."""
    movie_power: float = Field(default=0.28, ge=0, le=1)
    """Each movie's column of features is divided by its number of ratings to this power."""
    user_power: float = Field(default=0.2, ge=0, le=1)
    """Each user's rows count one divided by his number of ratings to this power."""
    rating_gain: float = Field(default=0.0, ge=0)
    """How much more a film of the profile counts for each star above what its user gives on average."""
    popularity: float = Field(default=0.08, ge=0)
    """Weight of how many people rated a movie, which fades as the profile grows: see `PopularityPrior`."""
    trend: float = Field(default=0.2, ge=0, le=1)
    """How much counts what was being rated when somebody rated last: the power of `Trend`."""
    min_ratings: int = Field(default=5, ge=1)
    """Movies with fewer ratings take no part."""
    max_movies: int = Field(default=10_000, ge=1)
    """Only the most rated movies take part: memory grows with the square, time with the cube of their number."""
    weights_per_movie: int = Field(default=400, ge=1)
    """How many weights are kept for each movie on average: those that matter most."""
    seed: int = Field(default=0, ge=0)
    """Draws which of films rated at the same time comes first."""


class Sequences(NamedTuple):
    """What users rated of the movies that take part, by their numbers.

    Attributes
    ----------
    indptr : ndarray of int64, shape (n_users + 1,)
    columns, ordered : ndarray of int32
        Ascending, and in the order of time.
    share : ndarray of float32, shape (n_users,)
        How much a row of each user counts.
    """

    indptr: NDArray[np.int64]
    columns: NDArray[np.int32]
    ordered: NDArray[np.int32]
    share: NDArray[np.float32]


class SLIST(Recommender):
    """The session-aware linear item model of Choi et al. (2021), "Session-aware linear item-item models for
    session-based recommendation", WWW '21: one matrix of weights that serves two regressions at once.

    SLIT: for each film of each user there is a row, whose features are the films rated before it, fading by place,
    and whose target is the film. SLIS: for each user there is a row, whose features and targets are all of his films.
    With X the features and Y the targets of both, P = (X' X + penalty I)^-1 and B = P X' Y, the weights with a zero
    diagonal are B - P diag(B) / diag(P). Rows and columns are scaled by powers of their sums, as EASE's are. A
    profile's own films, fading by place and by sitting, are its features; what speaks for a film is multiplied by its
    `Trend`, since people rate what is new and what a site shows at the time. Stars are those of the baseline.

    Where times are equal, a lot decides in training, and in a profile films of one time count alike; so do all films
    of a profile without times: the order says nothing then. Data without times teach only what is rated together.
    """

    key = "slist"
    title = "What next"
    summary = "What people rate after the films that you rated last, all solved at once in closed form."
    similarity = "weight with which having just rated the one speaks for rating the other next"
    config_class = SLISTConfig
    config: SLISTConfig

    # --- fitting ------------------------------------------------------------------------------------------

    def config_for_weights(self) -> SLISTConfig:
        """Return the configuration with half of the usual movies at most: an eighth of the time."""
        fewer = min(self.config.max_movies, _ENOUGH_FOR_WEIGHTS)
        return self.config.model_copy(update={"max_movies": fewer})

    def _fit(self, dataset: Dataset, progress: Progress) -> dict[str, NDArray[Any]]:
        chosen = self.chosen(dataset)
        fitted = fit_baseline(dataset)
        gram, onward = self._counted(dataset, chosen, part_of(progress, 0.0, 0.5))
        kept = self.from_sums(dataset, chosen, gram, onward, progress)
        trend = Trend.fit(dataset, chosen, self.config.trend)
        return {**kept, **trend.arrays("trend"), **fitted.baseline.arrays()}

    def chosen(self, dataset: Dataset) -> NDArray[np.int32]:
        """Return the movies that take part, ascending."""
        return most_rated(dataset.movie_counts, self.config.min_ratings, self.config.max_movies)

    def from_sums(
        self,
        dataset: Dataset,
        chosen: NDArray[np.int32],
        gram: NDArray[np.float32],
        onward: NDArray[np.float32],
        progress: Progress,
    ) -> dict[str, NDArray[Any]]:
        """Return the weights that follow from X' X and X' Y, not yet scaled by movies; both are overwritten.

        Parameters
        ----------
        dataset : Dataset
            Of which only what belongs to movies is read.
        gram, onward : ndarray of float32, shape (len(chosen), len(chosen))
            Of the first, the upper triangle counts.
        """
        config = self.config
        size = dataset.movie_counts[chosen].astype(np.float64)
        inward = (size**-config.movie_power).astype(np.float32)
        gram *= inward
        gram *= inward[:, None]
        onward *= inward[:, None]
        gram[np.diag_indices_from(gram)] += config.penalty
        precision = inverse(gram, self.title, part_of(progress, 0.5, 0.7)).astype(np.float32, copy=False)
        onward[np.diag_indices_from(onward)] -= np.einsum("ij,ij->j", precision, onward) / np.diagonal(precision)

        def weights(rows: NDArray[np.intp]) -> NDArray[np.float32]:
            block: NDArray[np.float32] = precision[rows] @ onward
            block[np.arange(len(rows)), rows] = 0
            block *= inward[rows, None]
            return block

        kept = pruned(weights, chosen, size, dataset.n_movies, config.weights_per_movie, part_of(progress, 0.7, 1.0))
        return kept.arrays("weight")

    def _counted(
        self, dataset: Dataset, chosen: NDArray[np.int32], progress: Progress
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return X' X, of which only the upper triangle counts, and X' Y, both not yet scaled by movies."""
        n = len(chosen)
        sequences = self.sequences(dataset, dataset.n_movies, chosen)
        gram = np.zeros((n, n), dtype=np.float32)
        if self.config.together:
            add_gram(self.together(sequences, n), gram, part_of(progress, 0.0, 0.6))
        onward = gram.copy()
        mirror(onward)
        progress(0.7, "putting ratings in order")
        self.add_following(sequences, gram, onward)
        progress(1.0, "counted what follows what")
        return gram, onward

    def sequences(
        self, rows: RatingRows, n_movies: int, chosen: NDArray[np.int32], first_user: int = 0
    ) -> "Sequences":
        """Return what users rated of the chosen movies, of all users or of some, the first of whom is told."""
        position = np.full(n_movies, -1, dtype=np.int32)
        position[chosen] = np.arange(len(chosen), dtype=np.int32)
        columns = position[rows.user_items]
        kept = columns >= 0
        indptr = starts_among(kept, rows.user_indptr).astype(np.int64)
        share = (np.maximum(np.diff(indptr), 1.0) ** -self.config.user_power).astype(np.float32)
        seed = self.config.seed
        ordered = position[in_order_of_time(rows.user_indptr, rows.user_items, rows.user_times, seed, first_user)]
        return Sequences(indptr, columns[kept], ordered[ordered >= 0], share)

    def together(self, sequences: "Sequences", n: int) -> sparse.csr_array:
        """Return the rows of the regression that knows no order."""
        weights = np.sqrt(np.float32(self.config.together) * sequences.share)
        values = np.repeat(weights, np.diff(sequences.indptr))
        shape = (len(sequences.share), n)
        return sparse.csr_array((values, sequences.columns, narrow(sequences.indptr)), shape=shape)

    def add_following(
        self, sequences: "Sequences", gram: NDArray[np.float32], onward: NDArray[np.float32], first: int = 0
    ) -> None:
        """Add the sums of the regression on the last films to rows of X' X and X' Y that begin with `first`."""
        from core.recommenders.kernels.transitions import add_transitions

        config = self.config
        fade = np.float32(config.fade) ** np.arange(config.window, dtype=np.float32)
        add_transitions(sequences.indptr, sequences.ordered, fade, sequences.share, gram, onward, first)

    # --- asking -------------------------------------------------------------------------------------------

    def _bind(self) -> None:
        self._rows = SparseRows.from_arrays(self.arrays, "weight")
        self._trend = Trend.from_arrays(self.arrays, "trend")
        self._baseline = Baseline.shared(self.dataset, self.arrays)
        self._prior = PopularityPrior(self.dataset, self.config.popularity)
        self._fade = np.float32(self.config.fade) ** np.arange(_REACH, dtype=np.float32)

    def _weights(self, profile: Profile) -> NDArray[np.float32]:
        """Return how much each film of the profile speaks for its like: the latest most, a hated one against it."""
        lately = faded(profile, self._fade) * np.float32(self.config.sitting) ** sittings_back(profile)
        weights: NDArray[np.float32] = lately * profile_weights(self._baseline, profile, self.config.rating_gain)
        return weights.astype(np.float32, copy=False)

    def _score(self, profile: Profile) -> NDArray[np.float32]:
        weights = self._weights(profile)
        used = np.flatnonzero(weights)
        scores = self._rows.weighted_sum(profile.items[used], weights[used])
        scores += self._prior.added(profile)
        self._trend.apply(profile, scores)
        return scores

    def _predict(self, profile: Profile, items: NDArray[np.int32]) -> NDArray[np.float32]:
        return self._baseline.predict(self._baseline.fold_in(profile), items)

    def _similar(self, item: int) -> NDArray[np.float32]:
        weights = self._rows.dense_row(item)
        return np.where(weights > 0, weights, np.float32(np.nan))

    def _explain(self, scoring: Scoring, item: int) -> list[Contribution]:
        profile = scoring.profile
        values = self._weights(profile) * self._rows.column(profile.items, item)
        prior = self._prior.value(profile, item)
        factor = self._trend.factor(profile, item) if values.sum() + prior > 0 else 1.0
        if not factor:
            return [
                Contribution(
                    "bias", item, "Nobody had rated it a month after the last of these films", 0.0, unborn=True
                )
            ]
        rest = watched_by_many(factor * prior)
        return film_contributions(self.dataset, profile, factor * values, rest, steps_back(profile))
