"""Truncated singular value decompositions: one of what people watched, one of how they rated it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from scipy import sparse

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.progress import Progress
from core.recommenders.base import AlgorithmConfig, Recommender
from core.recommenders.parts.biases import Baseline, fit_baseline
from core.recommenders.parts.contributions import film_contributions, watched_by_many
from core.recommenders.parts.factor_labels import factor_ends, factor_label
from core.recommenders.parts.leading_directions import leading_directions
from core.recommenders.parts.rating_weights import PopularityPrior
from core.recommenders.parts.ridge import ridge_row
from core.recommenders.parts.spectral_directions import Scaling, WatchedDirections, power_iterations
from core.recommenders.results import Contribution, Scoring

__all__ = ["SVD", "SVDConfig"]

_POPULARITY = 0.05


class SVDConfig(AlgorithmConfig):
    """Configuration of `SVD`."""

    factors: int = Field(default=80, ge=1)
    """Factors of the matrix of what was watched, which orders the list."""
    movie_power: float = Field(default=0.26, ge=0, le=1)
    """Each movie's column is divided by its number of ratings to this power."""
    user_power: float = Field(default=0.39, ge=0, le=1)
    """Each user's row likewise."""
    score_power: float = Field(default=0.1, ge=0, le=1)
    """Scores are multiplied by the movie's number of ratings to this power."""
    shrinkage: float = Field(default=0.86, ge=0, le=1)
    """How much the weakest factors are damped: 1 - shrinkage (s_last / s)^2."""
    strength_power: float = Field(default=0.23, ge=0, le=1)
    """How much all factors are damped by their strength: (s / s_first) to this power."""
    rating_gain: float = Field(default=0.14, ge=0)
    """How much more a rating counts for each star above what the user gives on average."""
    content_weight: float = Field(default=0.1, ge=0)
    """Weight of genres and years, which enter as pseudo users."""
    content_power: float = Field(default=0.45, ge=0, le=1)
    """A movie's weight among the pseudo users: its number of ratings to this power."""
    rating_factors: int = Field(default=16, ge=1)
    """Factors of the matrix of rating residuals, which predicts stars."""
    rating_penalty: float = Field(default=0.4, gt=0)
    """Ridge penalty of a profile on the rating factors."""
    seed: int = 0


class SVD(Recommender):
    """scikit-learn's TruncatedSVD, twice.

    The list is ordered by `WatchedDirections`. Stars are the baseline plus what a decomposition of its residuals
    adds: the profile's coordinates are a ridge regression of its residuals on the singular vectors, which are
    scaled so that the users' coordinates have unit variance.
    """

    key = "svd"
    title = "SVD"
    summary = "The main directions of taste in what everyone watched and rated, and where you stand on them."
    similarity = "cosine of directions of taste, drawn to 0 for films that few rated"
    config_class = SVDConfig
    config: SVDConfig

    def scaling(self) -> Scaling:
        """Return how the matrix of what was watched is scaled."""
        config = self.config
        return Scaling(**{name: getattr(config, name) for name in Scaling._fields})

    def _fit(self, dataset: Dataset, progress: Progress) -> dict[str, NDArray[Any]]:
        config = self.config
        watched = WatchedDirections.fit(
            dataset, config.factors, self.scaling(), config.seed, lambda text: progress(0.1, text)
        )
        progress(0.6, "decomposing residuals")
        fitted = fit_baseline(dataset)
        residuals = sparse.csr_matrix(dataset.matrix(fitted.residuals(dataset)))
        components, values = leading_directions(
            residuals, config.rating_factors, power_iterations(dataset), config.seed
        )
        spread = values / np.sqrt(dataset.n_users)
        progress(1.0, "decomposed residuals")
        factors = np.ascontiguousarray(components.T * spread, dtype=np.float32)
        return {**self.kept(dataset, watched, factors), **fitted.baseline.arrays()}

    @staticmethod
    def kept(
        dataset: Dataset, watched: dict[str, NDArray[Any]], rating_factors: NDArray[np.float32]
    ) -> dict[str, NDArray[Any]]:
        """Return what is stored beside the baseline.

        Parameters
        ----------
        watched : dict of ndarray
            The arrays of `WatchedDirections`.
        rating_factors : ndarray of float32, shape (n_movies, rating_factors)
            Of residuals, scaled so that the users' coordinates have unit variance.
        """
        counts = dataset.movie_counts[watched["watched_items"]]
        ends = watched["watched_items"][factor_ends(watched["watched_directions"], counts)]
        return {**watched, "ends": ends, "rating_factors": rating_factors}

    def _bind(self) -> None:
        self._baseline = Baseline.shared(self.dataset, self.arrays)
        self._spectral = WatchedDirections(self.arrays, self.dataset.movie_counts, self.scaling(), self._baseline)
        self._prior = PopularityPrior(self.dataset, _POPULARITY)

    def _score(self, profile: Profile) -> NDArray[np.float32]:
        scores = self._spectral.scores(self._spectral.position(profile))
        scores += self._prior.added(profile)
        return scores

    def _predict(self, profile: Profile, items: NDArray[np.int32]) -> NDArray[np.float32]:
        user = self._baseline.fold_in(profile)
        factors = self.arrays["rating_factors"]
        penalty = np.full(factors.shape[1], self.config.rating_penalty)
        left = self._baseline.profile_residuals(profile)
        coordinates = ridge_row(factors[profile.items], left, penalty).astype(np.float32)
        predicted = self._baseline.predict(user, items)
        predicted += factors[items] @ coordinates
        return predicted

    def _similar(self, item: int) -> NDArray[np.float32]:
        counts = self.dataset.movie_counts
        cosine = self._spectral.alike(item) * (counts / (counts + 5.0))
        return np.where((counts > 0) & (cosine != 0), cosine, np.nan).astype(np.float32)

    def _explain(self, scoring: Scoring, item: int) -> list[Contribution]:
        profile = scoring.profile
        values = self._spectral.by_factor(self._spectral.position(profile), item)
        direction = self._spectral.direction(item)
        parts = [
            Contribution(
                "factor",
                factor,
                factor_label(self.dataset, self.arrays["ends"][factor], bool(direction[factor] > 0)),
                float(value),
            )
            for factor, value in enumerate(values)
            if value != 0
        ]
        return [*parts, watched_by_many(self._prior.value(profile, item), item)]

    def _explain_items(self, scoring: Scoring, item: int) -> list[Contribution]:
        profile = scoring.profile
        values = self._spectral.by_item(profile, item)
        return film_contributions(self.dataset, profile, values, watched_by_many(self._prior.value(profile, item)))
