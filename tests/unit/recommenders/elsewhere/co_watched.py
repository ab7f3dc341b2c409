"""An algorithm as another package would bring it: what was watched by those who watched the same."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.progress import Progress
from core.recommenders.base import Recommender
from core.recommenders.parts.contributions import film_contributions, watched_by_many
from core.recommenders.parts.rating_weights import signed
from core.recommenders.results import Contribution, Scoring


class CoWatched(Recommender):
    """Counts of people who watched both films, and a little popularity."""

    key = "co_watched"
    title = "Watched together"
    summary = "What people watched who watched the same as you."
    similarity = "how many people watched both"

    def _fit(self, dataset: Dataset, progress: Progress) -> dict[str, NDArray[Any]]:
        seen = (dataset.matrix().toarray() > 0).astype(np.float32)
        together = seen.T @ seen
        np.fill_diagonal(together, 0)
        progress(1.0, "counted")
        return {"together": together, "share": seen.mean(axis=0)}

    def _score(self, profile: Profile) -> NDArray[np.float32]:
        scores = self._weights(profile) @ self.arrays["together"][profile.items] + self.arrays["share"]
        return np.where(self.dataset.movie_counts > 0, scores, np.nan).astype(np.float32)

    def _weights(self, profile: Profile) -> NDArray[np.float32]:
        return signed(np.ones(len(profile), dtype=np.float32), profile, self.dataset.global_mean)

    def _predict(self, profile: Profile, items: NDArray[np.int32]) -> NDArray[np.float32]:
        rated = self.dataset.movie_counts[items] > 0
        return np.where(rated, self.dataset.movie_means[items], np.nan).astype(np.float32)

    def _similar(self, item: int) -> NDArray[np.float32]:
        together = self.arrays["together"][item]
        return np.where(together > 0, together, np.nan).astype(np.float32)

    def _explain(self, scoring: Scoring, item: int) -> list[Contribution]:
        values = self._weights(scoring.profile) * self.arrays["together"][scoring.profile.items, item]
        rest = watched_by_many(float(self.arrays["share"][item]))
        return film_contributions(self.dataset, scoring.profile, values, rest)
