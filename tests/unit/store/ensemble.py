"""A small ensemble for tests: the popularity model's scores, multiplied."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.progress import Progress
from core.recommenders.base import AlgorithmConfig, Recommender
from core.recommenders.results import Contribution, Scoring


class PairConfig(AlgorithmConfig):
    """Configuration of `Pair`."""

    weight: float = 2.0


class Pair(Recommender):
    """An ensemble with one member."""

    key = "pair"
    title = "Pair"
    summary = "For tests."
    config_class = PairConfig
    config: PairConfig
    member_keys = ("popularity",)

    def _fit(self, dataset: Dataset, progress: Progress) -> dict[str, NDArray[Any]]:
        progress(1.0, "doubled")
        return {"weight": np.array([self.config.weight], dtype=np.float32)}

    def _score(self, profile: Profile) -> NDArray[np.float32]:
        return self.arrays["weight"] * self.members["popularity"].score(profile)

    def _predict(self, profile: Profile, items: NDArray[np.int32]) -> NDArray[np.float32]:
        return self.members["popularity"].predict(profile, items)

    def _explain(self, scoring: Scoring, item: int) -> list[Contribution]:
        return [Contribution("model", 0, "Popularity", float(scoring.scores[item]))]
