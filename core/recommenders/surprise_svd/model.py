"""Surprise's SVD: matrix factorisation by stochastic gradient descent."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.progress import Progress
from core.recommenders.base import AlgorithmConfig, Recommender
from core.recommenders.parts.biases import Baseline, UserBaseline, fit_baseline
from core.recommenders.parts.contributions import film_contributions
from core.recommenders.parts.factor_labels import factor_ends, factor_label
from core.recommenders.parts.ridge import ridge_row
from core.recommenders.parts.spectral_directions import Scaling, WatchedDirections
from core.recommenders.results import Contribution, Scoring

__all__ = ["SurpriseSVD", "SurpriseSVDConfig"]

_MANY_RATINGS = 2_000_000


class SurpriseSVDConfig(AlgorithmConfig):
    """Configuration of `SurpriseSVD`."""

    factors: int = Field(default=100, ge=1)
    """Length of the vectors of users and movies."""
    epochs: int | None = Field(default=None, ge=1)
    """Passes over the ratings; by default 60 up to two million ratings and 20 beyond, where each pass says more."""
    learning_rate: float = Field(default=0.008, gt=0)
    regularisation: float = Field(default=0.1, gt=0)
    """Surprise's `reg_all`; as each rating pulls anew, n ratings make it a ridge penalty of n times this."""
    prior: float = Field(default=4.0, ge=0)
    """Added to the penalty when a profile is folded in, so that a few ratings do not say everything."""
    watched_factors: int = Field(default=64, ge=1)
    """Directions of what people watched, which the ranking needs beside the stars."""
    watched: float = Field(default=25.0, ge=0)
    """Weight of these directions in the ranking, in stars."""
    popularity: float = Field(default=0.5, ge=0)
    """Stars that a movie gains in the ranking for each factor e in its number of ratings."""
    profile_limit: int = Field(default=600, ge=1)
    """Ratings of a profile to which its vector is fitted; of longer ones an even selection."""
    seed: int = 42


class SurpriseSVD(Recommender):
    """Surprise's SVD (Funk 2006) on what the shared baseline leaves over.

    Stars are ``baseline + b_u + b_i + p_u . q_i``. Surprise learns all of it, but only movies are stored: the vector
    of any profile is the ridge regression of its residuals on the movies' vectors, with the penalty that Surprise's
    own objective implies, which for training users is as accurate as what the descent found. As stars say little of
    what people choose to watch, the list is ordered by stars plus `WatchedDirections` plus popularity.
    """

    key = "surprise_svd"
    title = "Surprise SVD"
    summary = "Hidden tastes that stochastic gradient descent found in the ratings."
    similarity = "cosine of factors, drawn to 0 for films that few rated"
    config_class = SurpriseSVDConfig
    config: SurpriseSVDConfig

    def config_at(self, n_ratings: int) -> SurpriseSVDConfig:
        """Return the configuration with the number of passes settled."""
        usual = 60 if n_ratings <= _MANY_RATINGS else 20
        return self.config.model_copy(update={"epochs": self.config.epochs or usual})

    def _fit(self, dataset: Dataset, progress: Progress) -> dict[str, NDArray[Any]]:
        from surprise import SVD

        from core.recommenders.surprise_svd.trainset import BLOCK, LightTrainset

        config = self.config
        epochs = self.config_at(dataset.n_ratings).epochs or 1
        blocks = epochs * -(-dataset.n_ratings // BLOCK)
        fitted = fit_baseline(dataset)
        mean = fitted.baseline.mean
        values = fitted.residuals(dataset)
        values += np.float32(mean)
        trainset = LightTrainset(
            dataset,
            values,
            mean,
            lambda block: progress(0.95 * block / blocks, f"epoch {block * epochs // blocks + 1}"),
        )
        algorithm = SVD(
            n_factors=config.factors,
            n_epochs=epochs,
            lr_all=config.learning_rate,
            reg_all=config.regularisation,
            random_state=config.seed,
        ).fit(trainset)
        rated = dataset.movie_counts > 0
        item_bias, item_factors = algorithm.bi, algorithm.qi.astype(np.float32)
        # The decomposition that follows needs the room of the users' vectors and the ratings.
        del algorithm, trainset, values
        watched = WatchedDirections.fit(
            dataset, config.watched_factors, Scaling(), config.seed, lambda text: progress(0.95, text)
        )
        kept = watched["watched_items"]
        factors = np.where(rated[kept, None], item_factors[kept], 0.0).astype(np.float32)
        return {
            "item_bias": np.where(rated, item_bias, 0.0).astype(np.float32),
            "factors": factors,
            **watched,
            "ends": kept[factor_ends(factors, dataset.movie_counts[kept])],
            **fitted.baseline.arrays(),
        }

    def _bind(self) -> None:
        self._baseline = Baseline.shared(self.dataset, self.arrays)
        self._spectral = WatchedDirections(self.arrays, self.dataset.movie_counts, Scaling(), self._baseline)
        counts = self.dataset.movie_counts
        self._popular = (self.config.popularity * np.log1p(counts)).astype(np.float32)
        # What every profile's scores start from; NaN for movies without ratings.
        self._common = np.where(counts > 0, self.arrays["item_bias"] + self._popular, np.nan).astype(np.float32)

    def _fold_in(self, profile: Profile) -> tuple[UserBaseline, NDArray[np.float32]]:
        return profile.once(self, SurpriseSVD._folded_in)

    def _folded_in(self, profile: Profile) -> tuple[UserBaseline, NDArray[np.float32]]:
        """Return the profile's baseline and its bias and vector, float32 of shape (factors + 1,)."""
        user = self._baseline.fold_in(profile)
        used = self._shortened(profile)
        left = self._baseline.profile_residuals(profile)[self._used(profile)] - self.arrays["item_bias"][used.items]
        return user, ridge_row(self._features(used.items), left, self._penalty(used)).astype(np.float32)

    def _used(self, profile: Profile) -> slice | NDArray[np.intp]:
        """Return which of the profile's ratings the vector is fitted to."""
        limit = self.config.profile_limit
        return slice(None) if len(profile) <= limit else np.linspace(0, len(profile) - 1, limit).astype(np.intp)

    def _shortened(self, profile: Profile) -> Profile:
        used = self._used(profile)
        return profile.part(used)

    def _spectral_weight(self, profile: Profile) -> np.float32:
        """Return the weight that makes long and short profiles alike."""
        return np.float32(self.config.watched / (self._spectral.reach(profile) + 1e-9))

    def _factors(self, items: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return the vectors of movies, zeros for those that are rated too rarely to have one."""
        rows, known = self._spectral.rows(items)
        factors: NDArray[np.float32] = self.arrays["factors"][rows]
        factors *= known[:, None]
        return factors

    def _features(self, items: NDArray[np.int32]) -> NDArray[np.float32]:
        factors = self._factors(items)
        return np.concatenate([np.ones((len(factors), 1), dtype=np.float32), factors], axis=1)

    def _penalty(self, profile: Profile) -> NDArray[np.float64]:
        strength = self.config.prior + self.config.regularisation * len(profile)
        return np.full(self.arrays["factors"].shape[1] + 1, max(strength, 1e-6))

    def _predict(self, profile: Profile, items: NDArray[np.int32]) -> NDArray[np.float32]:
        user, vector = self._fold_in(profile)
        predicted: NDArray[np.float32] = (
            self._baseline.predict(user, items)
            + self.arrays["item_bias"][items]
            + vector[0]
            + self._factors(items) @ vector[1:]
        )
        return predicted

    def _score(self, profile: Profile) -> NDArray[np.float32]:
        user, vector = self._fold_in(profile)
        position = self._spectral.position(profile)
        known = self._spectral.known_scores(position * self._spectral_weight(profile))
        known += self.arrays["factors"] @ vector[1:]
        scores = self._spectral.spread(known)
        scores += self._baseline.predict(user)
        scores += self._common
        scores += vector[0]
        return scores

    def _similar(self, item: int) -> NDArray[np.float32]:
        factors = self.arrays["factors"]
        norms = np.linalg.norm(factors, axis=1) + np.float32(1e-9)
        wanted = self._factors(np.array([item], dtype=np.int32))[0]
        cosine = (factors @ wanted) / (norms * (np.linalg.norm(wanted) + np.float32(1e-9)))
        counts = self.dataset.movie_counts
        found = self._spectral.spread(cosine) * (counts / (counts + 10.0))
        return np.where((counts > 0) & (found != 0), found, np.nan).astype(np.float32)

    def _explain(self, scoring: Scoring, item: int) -> list[Contribution]:
        profile = scoring.profile
        user, vector = self._fold_in(profile)
        factors = self._factors(np.array([item], dtype=np.int32))[0]
        values = vector[1:] * factors
        parts = [
            Contribution(
                "factor",
                factor,
                factor_label(self.dataset, self.arrays["ends"][factor], bool(factors[factor] > 0)),
                float(value),
            )
            for factor, value in enumerate(values)
            if value != 0
        ]
        position = self._spectral.position(profile)
        watched = float(self._spectral.by_factor(position, item).sum() * self._spectral_weight(profile))
        together = Contribution("bias", -1, "Watched by people who watch the same films", watched)
        return [*parts, together, *self._rest(user, item, float(vector[0]))]

    def _explain_items(self, scoring: Scoring, item: int) -> list[Contribution]:
        profile = scoring.profile
        user = self._baseline.fold_in(profile)
        used = self._shortened(profile)
        features = self._features(used.items).astype(np.float64)
        penalty = np.diag(self._penalty(used))
        target = self._features(np.array([item], dtype=np.int32))[0]
        pull = features @ np.linalg.solve(features.T @ features + penalty, target.astype(np.float64))
        left = self._baseline.profile_residuals(profile)[self._used(profile)] - self.arrays["item_bias"][used.items]
        # The vector's bias is part of what the films pull, so the rest is without it.
        rest = sum(part.value for part in self._rest(user, item, 0.0))
        values = self._spectral.by_item(profile, item) * self._spectral_weight(profile)
        values[self._used(profile)] += pull * left
        return film_contributions(
            self.dataset,
            profile,
            values,
            Contribution("bias", -1, "What holds for films and people like these", rest),
        )

    def _rest(self, user: UserBaseline, item: int, bias: float) -> list[Contribution]:
        """Return the summands that do not come from factors."""
        own = self._baseline.mean + float(self._baseline.item_bias[item]) + float(self.arrays["item_bias"][item])
        level = user.bias + bias + float(self._baseline.effects[item] @ user.traits)
        habits = float(self._baseline.features[item] @ user.taste)
        count = int(self.dataset.movie_counts[item])
        return [
            Contribution("bias", item, "What people in general think of it", own),
            Contribution("bias", -1, "General level of the ratings given", level),
            Contribution("bias", -1, "Ratings given to its genres, its time and films as well known", habits),
            Contribution("bias", -1, f"{count:,} people rated it", float(self._popular[item]), popularity=True),
        ]
