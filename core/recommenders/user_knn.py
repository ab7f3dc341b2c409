"""User-based nearest neighbours: what people with your taste watched, and how they rated it."""

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from scipy.sparse import _sparsetools

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.progress import Progress
from core.recommenders.base import AlgorithmConfig, Recommender
from core.recommenders.parts.biases import Baseline, fit_baseline
from core.recommenders.parts.contributions import film_contributions, watched_by_many
from core.recommenders.parts.rating_weights import PopularityPrior, profile_weights
from core.recommenders.parts.residuals import RESIDUAL_UNIT, quantised
from core.recommenders.parts.sparse_rows import add_rows_of_ones
from core.recommenders.parts.top_n import top_n
from core.recommenders.results import Contribution, Scoring

__all__ = ["UserKNN", "UserKNNConfig"]

_SIMILAR_RATERS = 1000
_SIMILAR_SHRINKAGE = 5.0
_OWN, _ASKED = 1, 2


class UserKNNConfig(AlgorithmConfig):
    """Configuration of `UserKNN`."""

    neighbours: int = Field(default=164, ge=1)
    """People from whom the list is drawn."""
    movie_power: float = Field(default=0.28, ge=0, le=1)
    """A common film counts less the more people rated it: divided by that number to this power."""
    asymmetry: float = Field(default=0.52, ge=0, le=1)
    """Exponent of the profile's size in the cosine; the neighbour's has one minus it."""
    shrinkage: float = Field(default=1.8, ge=0)
    """Added to the cosine's denominator."""
    sharpness: float = Field(default=3.0, gt=0)
    """Similarities are taken to this power."""
    activity_power: float = Field(default=0.25, ge=0, le=1)
    """A neighbour's vote is divided by his number of ratings to this power."""
    score_power: float = Field(default=-0.14, ge=-1, le=1)
    """Scores are multiplied by the movie's number of ratings to this power."""
    rating_gain: float = Field(default=0.1, ge=0)
    """How much more a rating counts for each star above what the user gives on average."""
    popularity: float = Field(default=0.003, ge=0)
    """Weight of how many people rated a movie, which fades as the profile grows: see `PopularityPrior`."""
    profile_limit: int = Field(default=128, ge=1)
    """Films of a profile that are compared; of longer ones a random choice, always the same."""
    rating_candidates: int = Field(default=1000, ge=1)
    """People with the most similar films whose ratings are looked at for the stars."""
    rating_entries: int = Field(default=100_000, ge=1)
    """Of them so many that they have at most this many ratings together, which bounds the time of a request."""
    rating_used: int = Field(default=60, ge=1)
    """Of those who rated a film the most similar that its prediction uses."""
    rating_shrinkage: float = Field(default=100.0, ge=0)
    """Common films at which a correlation counts half."""
    rating_penalty: float = Field(default=0.3, ge=0)
    """Added to the sum of the weights, which pulls predictions towards the baseline."""


class _Neighbourhood(NamedTuple):
    """The people nearest to a profile.

    Attributes
    ----------
    users : ndarray of int32, shape (n,)
    votes : ndarray of float32, shape (n,)
        What each adds to the films that he rated.
    """

    users: NDArray[np.int32]
    votes: NDArray[np.float32]


class _Read(NamedTuple):
    """Ratings of several people, one after the other.

    Attributes
    ----------
    ends : ndarray of int64, shape (n_people,)
        Where each one's end.
    movies : ndarray of int32
    residuals : ndarray of int8
        What mean and biases leave over, in units of `RESIDUAL_UNIT`.
    """

    ends: NDArray[np.int64]
    movies: NDArray[np.int32]
    residuals: NDArray[np.int8]


class UserKNN(Recommender):
    """User-based neighbourhoods over the training ratings, one kind for the list and one for the stars.

    The list: powered, shrunk asymmetric cosine (Aiolli 2013, eq. 5) between what was watched, common films weighted
    down by their popularity; the nearest people vote for what they rated. The stars: the baseline plus the weighted
    mean of what it leaves over of other people's ratings, with shrunk correlations of residuals as weights (Koren
    2010, "Factor in the neighbors", eq. 3 and 4, by users).
    Nothing is computed between all pairs of people: a profile is compared through the columns of its films.
    """

    key = "user_knn"
    title = "Similar people"
    summary = "What the people whose films overlap most with yours watched, and the stars they gave."
    similarity = "cosine of who rated both, drawn to 0 for few"
    config_class = UserKNNConfig
    config: UserKNNConfig

    # --- fitting ------------------------------------------------------------------------------------------

    def _fit(self, dataset: Dataset, progress: Progress) -> dict[str, NDArray[Any]]:
        fitted = fit_baseline(dataset)
        progress(0.4, "subtracting the baseline")
        residuals = quantised(fitted.bias_residuals(dataset))
        left = quantised(fitted.residuals(dataset))
        progress(0.8, "measuring profiles")
        lengths = np.diff(dataset.user_indptr)
        norms = _segment_sums(self._movie_weights(dataset)[dataset.user_items], dataset.user_indptr)
        squares = _segment_sums(residuals.astype(np.int16) ** 2, dataset.user_indptr)
        spread = np.sqrt(np.where(squares > 0, squares, 1) / np.maximum(lengths, 1)) * RESIDUAL_UNIT
        return {
            "norms": norms.astype(np.float32),
            "spread": spread.astype(np.float32),
            "residuals": residuals,
            "left": left,
            **fitted.baseline.arrays(),
        }

    def _movie_weights(self, dataset: Dataset) -> NDArray[np.float32]:
        counts = np.maximum(dataset.movie_counts, 1).astype(np.float32)
        return counts ** np.float32(-self.config.movie_power)

    def _bind(self) -> None:
        dataset, config = self.dataset, self.config
        self._baseline = Baseline.shared(self.dataset, self.arrays)
        self._weights = self._movie_weights(dataset)
        norms: NDArray[np.float32] = self.arrays["norms"]
        self._norms = norms ** np.float32(1 - config.asymmetry)
        counts = dataset.movie_counts
        self._outward = np.maximum(counts, 1).astype(np.float32) ** np.float32(config.score_power)
        self._prior = PopularityPrior(dataset, config.popularity)
        # Plain views: each slice of a memmap object would build another memmap object.
        self._user_items = dataset.user_items.view(np.ndarray)
        self._movie_users = dataset.movie_users.view(np.ndarray)
        self._residuals = self.arrays["residuals"].view(np.ndarray)

    @cached_property
    def _ones(self) -> NDArray[np.float32]:
        """As many ones as the longest row or column has entries."""
        longest = max(int(np.diff(self.dataset.user_indptr).max()), int(self.dataset.movie_counts.max()))
        return np.ones(longest, dtype=np.float32)

    # --- neighbours ---------------------------------------------------------------------------------------

    def _compared(self, profile: Profile) -> Profile:
        limit = self.config.profile_limit
        if len(profile) <= limit:
            return profile
        chosen = np.sort(np.random.default_rng(len(profile)).choice(len(profile), limit, replace=False))
        return profile.part(chosen)

    def _item_weights(self, compared: Profile) -> NDArray[np.float32]:
        gains = profile_weights(self._baseline, compared, self.config.rating_gain)
        return gains * self._weights[compared.items]

    def _overlaps(self, compared: Profile) -> NDArray[np.float32]:
        """Return the weight of what every user has in common with a profile, float32 of shape (n_users,)."""
        overlaps = np.zeros(self.dataset.n_users, dtype=np.float32)
        add_rows_of_ones(
            self.dataset.movie_indptr,
            self._movie_users,
            self._ones,
            compared.items,
            self._item_weights(compared),
            overlaps,
        )
        if compared.user is not None:
            overlaps[compared.user] = 0
        return overlaps

    def _most_alike(self, profile: Profile) -> _Neighbourhood:
        """Return the people nearest to a profile by shrunk asymmetric cosine, and the cosines, the nearest first."""
        config = self.config
        compared = self._compared(profile)
        overlaps = self._overlaps(compared)
        own = np.float32(self._weights[compared.items].sum() ** config.asymmetry)
        similarities = own * self._norms
        similarities += np.float32(config.shrinkage)
        np.divide(overlaps, similarities, out=similarities)
        people = top_n(similarities, max(config.neighbours, config.rating_candidates))
        found = similarities[people]
        some = int(np.count_nonzero(found > 0))
        return _Neighbourhood(people[:some], found[:some])

    def _nearest(self, profile: Profile) -> _Neighbourhood:
        alike = profile.once(self, UserKNN._most_alike)
        users = alike.users[: self.config.neighbours]
        activity = self._lengths(users).astype(np.float32)
        votes = alike.votes[: self.config.neighbours] ** np.float32(self.config.sharpness)
        return _Neighbourhood(users, votes / activity ** np.float32(self.config.activity_power))

    # --- asking -------------------------------------------------------------------------------------------

    def _score(self, profile: Profile) -> NDArray[np.float32]:
        scores = np.zeros(self.dataset.n_movies, dtype=np.float32)
        nearest = self._nearest(profile)
        # The rows are short and many: reading them in one call and adding them in another is faster than a call each.
        read = self._read(nearest.users)
        bounds = np.concatenate([[0], read.ends]).astype(np.int32)
        ones = np.ones(len(read.movies), dtype=np.float32)
        _sparsetools.csc_matvec(len(scores), len(nearest.users), bounds, read.movies, ones, nearest.votes, scores)
        scores *= self._outward
        scores += self._prior.added(profile)
        return scores

    def _predict(self, profile: Profile, items: NDArray[np.int32]) -> NDArray[np.float32]:
        user = self._baseline.fold_in(profile)
        predicted = self._baseline.predict(user, items)
        people = self._rated_alike(profile)
        if len(people) == 0 or len(items) == 0:
            return predicted
        read = self._read(people)
        wanted, place = np.unique(items, return_inverse=True)
        marks = np.zeros(self.dataset.n_movies, dtype=np.uint8)
        marks[profile.items] = _OWN
        marks[wanted] |= _ASKED
        # Few of all these ratings are of films in the profile or asked for; only those are looked at further.
        met = marks.take(read.movies)
        # As truth values, among which NumPy finds those that are not zero ten times faster.
        common = np.flatnonzero((met & _OWN).view(np.bool_))
        residuals = self._baseline.profile_bias_residuals(user, profile)
        own = np.zeros(self.dataset.n_movies, dtype=np.float32)
        own[profile.items] = residuals
        products = own[read.movies[common]] * read.residuals[common]
        agreement = self._agreement(residuals, people, products, np.searchsorted(common, read.ends))
        asked = np.flatnonzero(met > _OWN)
        owners = np.searchsorted(read.ends, asked, side="right")
        agreeing = agreement[owners] > 0
        asked, owners = asked[agreeing], owners[agreeing]
        entries = asked - read.ends[owners] + self.dataset.user_indptr[people[owners] + 1]
        of, weights = np.searchsorted(wanted, read.movies[asked]), agreement[owners]
        left = self.arrays["left"][entries] * RESIDUAL_UNIT
        order = np.lexsort((-weights, of))
        of, weights, left = of[order], weights[order], left[order]
        first = np.searchsorted(of, np.arange(len(wanted)))
        used = np.arange(len(of)) - first[of] < self.config.rating_used
        total = np.bincount(of[used], weights[used] * left[used], minlength=len(wanted))
        weight = np.bincount(of[used], weights[used], minlength=len(wanted))
        correction = total / (weight + self.config.rating_penalty + 1e-9)
        return predicted + correction[place].astype(np.float32)

    def _rated_alike(self, profile: Profile) -> NDArray[np.int32]:
        """Return the people whose ratings are looked at: the nearest, as many as have few enough ratings together."""
        people = profile.once(self, UserKNN._most_alike).users[: self.config.rating_candidates]
        together = np.cumsum(self._lengths(people))
        return people[: max(int(np.searchsorted(together, self.config.rating_entries, side="right")), 1)]

    def _lengths(self, people: NDArray[np.int32]) -> NDArray[np.int64]:
        lengths: NDArray[np.int64] = self.dataset.user_indptr[people + 1] - self.dataset.user_indptr[people]
        return lengths

    def _read(self, people: NDArray[np.int32]) -> _Read:
        """Return all ratings of some people, one after the other."""
        indptr = self.dataset.user_indptr
        starts, stops = indptr[people], indptr[people + 1]
        ends = np.cumsum(stops - starts)
        movies = np.empty(int(ends[-1]) if len(ends) else 0, dtype=np.int32)
        residuals = np.empty(len(movies), dtype=np.int8)
        # SciPy's own loop, which selects rows of a matrix: here every other one of those that have these bounds.
        bounds = np.column_stack([starts, stops]).astype(np.int32).ravel()
        rows = np.arange(0, len(bounds), 2, dtype=np.int32)
        _sparsetools.csr_row_index(len(rows), rows, bounds, self._user_items, self._residuals, movies, residuals)
        return _Read(ends, movies, residuals)

    def _agreement(
        self,
        residuals: NDArray[np.float32],
        people: NDArray[np.int32],
        products: NDArray[np.float32],
        ends: NDArray[np.intp],
    ) -> NDArray[np.float32]:
        """Return the shrunk correlation of some people's residuals with the profile's, 0 where it is negative.

        Parameters
        ----------
        residuals : ndarray of float32, as long as the profile
        people : ndarray of int32
        products : ndarray of float32
            Of the profile's and each person's residual of every film in common, one person after the other.
        ends : ndarray of int64, as long as `people`
            Where each one's end.
        """
        counts = np.diff(ends, prepend=0)
        sums = np.concatenate([[0.0], np.cumsum(products, dtype=np.float64)])
        dots = np.diff(sums[ends], prepend=0.0) * RESIDUAL_UNIT
        spread = float(np.sqrt((residuals**2).mean())) if len(residuals) else 0.0
        scale = max(spread, 1e-3) * self.arrays["spread"][people] * (counts + self.config.rating_shrinkage)
        return np.maximum(dots / np.maximum(scale, 1e-9), 0).astype(np.float32)

    def _similar(self, item: int) -> NDArray[np.float32]:
        dataset = self.dataset
        raters = self._movie_users[dataset.movie_indptr[item] : dataset.movie_indptr[item + 1]]
        if len(raters) == 0:
            return np.full(dataset.n_movies, np.nan, dtype=np.float32)
        asked = raters[np.unique(np.linspace(0, len(raters) - 1, _SIMILAR_RATERS).astype(np.int64))]
        common = np.bincount(self._read(asked).movies, minlength=dataset.n_movies)
        scale = len(raters) / len(asked)
        counts = dataset.movie_counts
        cosine = scale * common / (np.sqrt(counts * float(counts[item])) + _SIMILAR_SHRINKAGE)
        return np.where(common > 0, cosine, np.nan).astype(np.float32)

    # --- explaining ---------------------------------------------------------------------------------------

    def _voters(self, profile: Profile, item: int) -> _Neighbourhood:
        """Return the nearest people who rated a movie and what each adds to its score."""
        nearest = self._nearest(profile)
        raters = self._movie_users[self.dataset.movie_indptr[item] : self.dataset.movie_indptr[item + 1]]
        known = np.isin(nearest.users, raters)
        return _Neighbourhood(nearest.users[known], nearest.votes[known] * self._outward[item])

    def _explain(self, scoring: Scoring, item: int) -> list[Contribution]:
        profile = scoring.profile
        voters = self._voters(profile, item)
        people = [
            Contribution("neighbour", user, f"Person {self.dataset.user_label(user)}", vote)
            for user, vote in zip(voters.users.tolist(), voters.votes.tolist(), strict=True)
        ]
        return [*people, watched_by_many(self._prior.value(profile, item), item)]

    def _explain_items(self, scoring: Scoring, item: int) -> list[Contribution]:
        """Split every voter's vote by what each common film adds to the overlap."""
        profile = scoring.profile
        voters = self._voters(profile, item)
        compared = self._compared(profile)
        weights = self._item_weights(compared)
        values = np.zeros(len(compared))
        for user, vote in zip(voters.users.tolist(), voters.votes.tolist(), strict=True):
            span = slice(int(self.dataset.user_indptr[user]), int(self.dataset.user_indptr[user + 1]))
            shares = np.where(np.isin(compared.items, self._user_items[span], assume_unique=True), weights, 0)
            values += vote * shares / shares.sum()
        return film_contributions(self.dataset, compared, values, watched_by_many(self._prior.value(profile, item)))


def _segment_sums(values: NDArray[Any], indptr: NDArray[np.int64]) -> NDArray[np.float64]:
    sums = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    segments: NDArray[np.float64] = sums[indptr[1:]] - sums[indptr[:-1]]
    return segments
