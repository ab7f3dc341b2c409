"""Content: genres, years, words of titles and tags, weighed against what people in general watch."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from scipy import sparse

from core.data.compress import narrow
from core.data.dataset import Dataset
from core.data.profile import Profile
from core.progress import Progress
from core.recommenders.base import AlgorithmConfig, Recommender
from core.recommenders.parts.biases import Baseline, fit_baseline
from core.recommenders.parts.content_features import FIRST_YEAR, LAST_YEAR, genre_kinds, term_matrix, year_bells
from core.recommenders.parts.contributions import film_contributions, watched_by_many
from core.recommenders.parts.new_films import NewFilms, new_films
from core.recommenders.parts.rating_weights import profile_weights
from core.recommenders.parts.sparse_rows import add_rows
from core.recommenders.results import Contribution, Scoring

__all__ = ["Content", "ContentConfig"]

_SIMILAR_PARTS = (0.5, 0.2, 0.3)
"""Shares of genres, year and terms in the similarity of two films."""
_YEARS_APART = 8.0


class ContentConfig(AlgorithmConfig):
    """Configuration of `Content`."""

    genre_weight: float = Field(default=0.55, ge=0)
    """Weight of how much more a profile holds of a genre than people in general."""
    year_weight: float = Field(default=1.3, ge=0)
    """The same for the years of release."""
    term_weight: float = Field(default=0.5, ge=0)
    """Weight of shared title words and tags."""
    prior_ratings: float = Field(default=12.0, gt=0)
    """So many ratings like people in general are added to every profile."""
    rating_gain: float = Field(default=0.3, ge=0)
    """How much more a rating counts for each star above what the user gives on average."""
    popularity: float = Field(default=1.0, ge=0)
    """Weight of the logarithm of a film's number of ratings."""


class _Taste(NamedTuple):
    """A profile against people in general.

    Attributes
    ----------
    genres : ndarray of float32, shape (n_genres,)
        Weighted log ratio of each genre.
    years : ndarray of float32, shape (n_years,)
        What a year of release adds to a score.
    terms : ndarray of float32, shape (n_movies,)
        Sum of the cosines with the profile's films.
    """

    genres: NDArray[np.float32]
    years: NDArray[np.float32]
    terms: NDArray[np.float32]


class Content(Recommender):
    """A naive Bayes model of a profile's films: what makes them differ from those that everybody watches.

    The score is log(ratings + 1/2), which alone is popularity, plus for genres and years the logarithm of their
    share in the profile over their share among all ratings (smoothed), less the same for the films that count against
    their like, plus log(1 + s) with s the weighted sum of TF-IDF cosines of title words and tags with the profile's
    films, and -log(1 - s) where it is below 0. Stars are those of the baseline, which has a ridge
    regression of each profile on genres, year and popularity.
    """

    key = "content"
    title = "Content"
    summary = "Genres, years, title words and tags that you watch more than others do."
    similarity = "shared genres, years, title words and tags"
    config_class = ContentConfig
    config: ContentConfig

    # --- fitting ------------------------------------------------------------------------------------------

    def _fit(self, dataset: Dataset, progress: Progress) -> dict[str, NDArray[Any]]:
        fitted = fit_baseline(dataset)
        progress(0.4, "reading genres and years")
        kinds, kind_of = genre_kinds(dataset.movies)
        years = dataset.movies.years.astype(np.int32)
        year_of = np.where(years > 0, np.clip(years, FIRST_YEAR, LAST_YEAR) - FIRST_YEAR, -1)
        progress(0.6, "reading titles and tags")
        terms = term_matrix(dataset)
        by_term = terms.weights.tocsc()
        progress(1.0, "counted words")
        counts = dataset.movie_counts.astype(np.float64)
        by_kind = np.bincount(kind_of, counts, minlength=len(kinds)) @ kinds
        by_year = np.bincount(year_of[year_of >= 0], counts[year_of >= 0], minlength=LAST_YEAR - FIRST_YEAR + 1)
        return {
            "kinds": kinds,
            "kind_of": kind_of,
            "year_of": year_of.astype(np.int16),
            "genre_share": by_kind / counts.sum(),
            "period_share": (by_year @ year_bells()) / counts.sum(),
            "term_movies": by_term.indices.astype(np.int32),
            "term_values": by_term.data.astype(np.float32),
            "term_indptr": by_term.indptr.astype(np.int64),
            "movie_terms": terms.weights.indices.astype(np.int32),
            "movie_values": terms.weights.data.astype(np.float32),
            "movie_indptr": terms.weights.indptr.astype(np.int64),
            **fitted.baseline.arrays(),
            **new_films(dataset).arrays(),
        }

    def _bind(self) -> None:
        arrays = self.arrays
        self._baseline = Baseline.shared(self.dataset, arrays)
        self._bells = year_bells()
        # As wide as an index: NumPy would widen them in each request. Films without a year take the last entry.
        self._kind_of = arrays["kind_of"].astype(np.intp)
        years = arrays["year_of"].astype(np.intp)
        self._year_of = np.where(years < 0, len(self._bells), years)
        self._term_movies = arrays["term_movies"].view(np.ndarray)
        self._term_values = arrays["term_values"].view(np.ndarray)
        counts = self.dataset.movie_counts
        prior = self.config.popularity * np.log(counts + 0.5)
        prior = np.where(counts > 0, prior, np.nan).astype(np.float32)
        # What was added is tried as if it were watched as much as what it is like.
        self._prior = NewFilms.from_arrays(arrays).filled(prior)
        shape = (len(counts), len(arrays["term_indptr"]) - 1)
        self._terms = sparse.csr_array(
            (arrays["movie_values"], arrays["movie_terms"], narrow(arrays["movie_indptr"])), shape=shape
        )

    # --- asking -------------------------------------------------------------------------------------------

    def _taste(self, profile: Profile) -> _Taste:
        config, arrays = self.config, self.arrays
        weights = profile_weights(self._baseline, profile, config.rating_gain)
        kinds = arrays["kinds"][arrays["kind_of"][profile.items]]
        years = arrays["year_of"][profile.items]
        dated = years >= 0
        wanted = self._log_ratio(weights[dated], self._bells[years[dated]], arrays["period_share"])
        return _Taste(
            (config.genre_weight * self._log_ratio(weights, kinds, arrays["genre_share"])).astype(np.float32),
            (config.year_weight * (self._bells @ wanted)).astype(np.float32),
            self._shared_terms(profile, weights),
        )

    def _log_ratio(
        self, weights: NDArray[np.float32], rows: NDArray[Any], share: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return the log ratio for the films with a weight above 0 less that for those with one below."""
        prior = self.config.prior_ratings
        ratio = np.zeros(len(share))
        for sign in (1, -1):
            counted = np.maximum(sign * weights, 0)
            smoothed = (counted @ rows + prior * share) / (float(counted.sum()) + prior)
            ratio += sign * np.log(np.divide(smoothed, share, out=np.ones_like(share), where=share > 0))
        return ratio

    def _shared_terms(self, profile: Profile, weights: NDArray[np.float32]) -> NDArray[np.float32]:
        total = np.zeros(self.dataset.n_movies, dtype=np.float32)
        if len(profile) == 0:
            return total
        wanted = np.zeros(self._terms.shape[1], dtype=np.float32)
        by_movie = self.arrays
        add_rows(
            by_movie["movie_indptr"],
            by_movie["movie_terms"],
            by_movie["movie_values"],
            profile.items,
            weights,
            wanted,
        )
        terms = np.flatnonzero(wanted)
        add_rows(self.arrays["term_indptr"], self._term_movies, self._term_values, terms, wanted[terms], total)
        return total

    def _score(self, profile: Profile) -> NDArray[np.float32]:
        taste = self._taste(profile)
        scores: NDArray[np.float32] = (self.arrays["kinds"] @ taste.genres).take(self._kind_of)
        scores += np.append(taste.years, np.float32(0)).take(self._year_of)
        # NumPy's logarithm is vectorised, its log1p is not and takes ten times as long.
        shared = np.abs(taste.terms)
        shared += np.float32(1)
        np.log(shared, out=shared)
        shared *= np.float32(self.config.term_weight)
        scores += np.copysign(shared, taste.terms)
        scores += self._prior
        return scores

    def _predict(self, profile: Profile, items: NDArray[np.int32]) -> NDArray[np.float32]:
        return self._baseline.predict(self._baseline.fold_in(profile), items)

    def _similar(self, item: int) -> NDArray[np.float32]:
        kinds, years = self.arrays["kinds"], self.arrays["year_of"].astype(np.float32)
        of_genres, of_year, of_terms = _SIMILAR_PARTS
        similarity = of_genres * (kinds @ kinds[self.arrays["kind_of"][item]])[self.arrays["kind_of"]]
        dated = (years >= 0) & (years[item] >= 0)
        similarity += of_year * dated * np.exp(-0.5 * ((years - years[item]) / _YEARS_APART) ** 2)
        one = Profile(np.array([item], dtype=np.int32), np.array([0.0], dtype=np.float32))
        similarity += of_terms * self._shared_terms(one, np.ones(1, dtype=np.float32))
        return np.where(self.dataset.movie_counts > 0, similarity, np.nan).astype(np.float32)

    # --- explaining ---------------------------------------------------------------------------------------

    def _explain(self, scoring: Scoring, item: int) -> list[Contribution]:
        profile = scoring.profile
        taste, arrays = self._taste(profile), self.arrays
        names = self.dataset.movies.genre_names
        values = arrays["kinds"][arrays["kind_of"][item]] * taste.genres
        parts = [
            Contribution("genre", genre, names[genre], float(values[genre]))
            for genre in np.flatnonzero(values).tolist()
        ]
        year = int(arrays["year_of"][item])
        if year >= 0:
            label = f"films around {year + FIRST_YEAR}"
            parts.append(Contribution("genre", len(names), label, float(taste.years[year])))
        parts += self._items_with_shared_terms(profile, item, float(taste.terms[item]))
        prior = float(self._prior[item])
        if self.dataset.movie_counts[item]:
            return [*parts, watched_by_many(prior, item)]
        return [*parts, Contribution("bias", -1, "How many people rated films like it", prior)]

    def _items_with_shared_terms(self, profile: Profile, item: int, total: float) -> list[Contribution]:
        """Split what shared words and tags add by the films of the profile that have them."""
        if total == 0:
            return []
        weights = profile_weights(self._baseline, profile, self.config.rating_gain)
        shares = weights * (self._terms[profile.items] @ self._terms[[item]].toarray()[0])
        added = self.config.term_weight * float(np.copysign(np.log1p(abs(total)), total))
        return film_contributions(self.dataset, profile, added * shares / shares.sum())
