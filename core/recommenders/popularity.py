"""The baseline that everything must beat: what most people watched and liked."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.progress import Progress
from core.recommenders.base import AlgorithmConfig, Recommender
from core.recommenders.results import Contribution, Scoring

__all__ = ["Popularity", "PopularityConfig"]


class PopularityConfig(AlgorithmConfig):
    """Configuration of `Popularity`."""

    shrinkage: float = Field(default=10.0, ge=0)
    """Ratings at the global mean that are added to each movie's before its mean is taken."""


class Popularity(Recommender):
    """Movies in the order of how many people rated them.

    The score is the share of users who rated the movie; the predicted rating is the movie's mean, shrunk towards
    the global mean, plus the profile's own deviation, shrunk towards zero.
    """

    key = "popularity"
    title = "Popularity"
    summary = "What most people rated, the same for everyone: the baseline."
    config_class = PopularityConfig
    config: PopularityConfig

    def _fit(self, dataset: Dataset, progress: Progress) -> dict[str, NDArray[Any]]:
        counts = dataset.movie_counts.astype(np.float64)
        mean = dataset.global_mean
        weight = self.config.shrinkage
        shrunk = (dataset.movie_means * counts + weight * mean) / np.maximum(counts + weight, 1e-9)
        progress(1.0, "counted ratings")
        return {
            "share": (counts / dataset.n_users).astype(np.float32),
            "mean": shrunk.astype(np.float32),
        }

    def _score(self, profile: Profile) -> NDArray[np.float32]:
        return self.arrays["share"].copy()

    def _predict(self, profile: Profile, items: NDArray[np.int32]) -> NDArray[np.float32]:
        means = self.arrays["mean"]
        deviation = float((profile.ratings - means[profile.items]).sum()) / (
            len(profile) + self.config.shrinkage + 1e-9
        )
        return means[items] + np.float32(deviation)

    def _explain(self, scoring: Scoring, item: int) -> list[Contribution]:
        count = int(self.dataset.movie_counts[item])
        label = f"Rated by {count:,} of {self.dataset.n_users:,} people"
        return [Contribution("bias", item, label, float(self.arrays["share"][item]), popularity=True)]
