"""Stars from several recommenders: a linear stack whose weights depend on how much is known.

The prediction is ``base + sum_k w_k x_k`` where `base` is the shared baseline and the features x_k are what each
member adds to it, p_m, and its products p_m z_u and p_m z_i with standardised logarithms of the numbers of ratings of
user and movie (Sill, Takacs, Mackey and Lin 2009, "Feature-weighted linear stacking", arXiv:0911.0460), beside low
powers of the baseline, which straighten the scale. The weights are a ridge regression on ratings that the members
have not seen.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.data.splits import Split
from core.recommenders.base import Recommender
from core.recommenders.parts.biases import Baseline, fit_baseline

__all__ = ["RatingStack", "StackedRating"]

_PENALTY = 1e-3
_LIMIT = 2.5
_MIDDLE = 3.5
_SHARED = 8
_LEAST_SPREAD = 0.25


@dataclass(frozen=True)
class StackedRating:
    """Predicted stars of some movies, split by where they come from.

    Attributes
    ----------
    members : dict of key to ndarray of float32, shape (n_items,)
        What each member adds.
    rest : ndarray of float32, shape (n_items,)
        The baseline and what the stack makes of it.
    """

    members: dict[str, NDArray[np.float32]]
    rest: NDArray[np.float32]

    def total(self) -> NDArray[np.float32]:
        """Return the predicted stars, not clipped: the sum of all parts."""
        total = self.rest.copy()
        for part in self.members.values():
            total += part
        return total


class RatingStack:
    """A fitted stack.

    Parameters
    ----------
    keys : sequence of str
        The members, in the order of the weights.
    weights : ndarray of float64, shape (3 * len(keys) + 8,)
    baseline : Baseline
    counts : ndarray of int32, shape (n_movies,)
        Number of ratings.
    spread : float
        Root mean square of what the stack left over of the ratings on which it was learned, in stars.
    """

    def __init__(
        self,
        keys: Sequence[str],
        weights: NDArray[np.float64],
        baseline: Baseline,
        counts: NDArray[np.int32],
        spread: float = 1.0,
    ) -> None:
        self.keys = tuple(keys)
        self.weights: NDArray[Any] = weights
        self.spread = spread
        self.baseline = baseline
        logs = np.log1p(counts)
        center = float(np.average(logs, weights=counts))
        width = float(np.sqrt(np.average((logs - center) ** 2, weights=counts)))
        self._known = np.clip((logs - center) / max(width, 1e-3), -_LIMIT, _LIMIT)

    @classmethod
    def fit(cls, members: Mapping[str, Recommender], split: Split) -> Self:
        """Learn the weights on held-out ratings.

        Parameters
        ----------
        members : mapping of key to Recommender
            Fitted on ``split.train``.
        split : Split
        """
        train = split.train
        stack = cls(
            tuple(members), np.zeros(3 * len(members) + _SHARED), fit_baseline(train).baseline, train.movie_counts
        )
        rows, targets = [], []
        starts = np.flatnonzero(np.diff(split.test_users, prepend=-1))
        for start, end in zip(starts, [*starts[1:], len(split.test_users)], strict=True):
            profile = train.profile(int(split.test_users[start]))
            items = split.test_items[start:end]
            base, features = stack._features(members, profile, items)
            rows.append(features)
            targets.append(split.test_ratings[start:end] - base)
        if rows:
            matrix = np.concatenate(rows)
            gram = matrix.T @ matrix / len(matrix) + _PENALTY * np.eye(matrix.shape[1])
            target = np.concatenate(targets)
            stack.weights = np.linalg.solve(gram, matrix.T @ target / len(matrix))
            stack.spread = max(float(np.sqrt(np.mean((target - matrix @ stack.weights) ** 2))), _LEAST_SPREAD)
        return stack

    def on(self, dataset: Dataset) -> "RatingStack":
        """Return the stack with the same weights over another data set's baseline and counts."""
        return RatingStack(self.keys, self.weights, fit_baseline(dataset).baseline, dataset.movie_counts, self.spread)

    def predict(
        self, members: Mapping[str, Recommender], profile: Profile, items: NDArray[np.int32]
    ) -> StackedRating:
        """Return predicted stars of some movies.

        Parameters
        ----------
        members : mapping of key to Recommender
            At least those of `keys`.
        """
        base, features = self._features(members, profile, items)
        weighted = features * self.weights
        size = len(self.keys)
        added = {
            key: weighted[:, number : 3 * size : size].sum(axis=1).astype(np.float32)
            for number, key in enumerate(self.keys)
        }
        rest = base + weighted[:, 3 * size :].sum(axis=1)
        return StackedRating(added, rest.astype(np.float32))

    def influence(self) -> dict[str, float]:
        """Return each member's weight for an average user and movie."""
        return dict(zip(self.keys, self.weights[: len(self.keys)].tolist(), strict=True))

    def reweighted(self, factors: NDArray[np.float64]) -> "RatingStack":
        """Return the stack with what each member adds multiplied by a factor, float64 of shape (len(keys),)."""
        changed = copy(self)
        changed.weights = np.concatenate([np.tile(factors, 3), np.ones(_SHARED)]) * self.weights
        return changed

    def stars(
        self, members: Mapping[str, Recommender], profile: Profile, items: NDArray[np.int32]
    ) -> NDArray[np.float32]:
        """Return predicted stars of some movies, not clipped: the total of `predict`, without its parts."""
        base, features = self._features(members, profile, items)
        found: NDArray[np.float32] = (base + features @ self.weights).astype(np.float32)
        return found

    def _features(
        self, members: Mapping[str, Recommender], profile: Profile, items: NDArray[np.int32]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        user = self.baseline.fold_in(profile)
        base = self.baseline.predict(user, items).astype(np.float64)
        activity = min(max(float(user.traits[1]), -_LIMIT), _LIMIT)
        known = self._known[items]
        size = len(self.keys)
        # By feature first, so that each is written in one go.
        rows = np.empty((3 * size + _SHARED, len(items)))
        added, level = rows[:size], rows[3 * size + 2]
        for number, key in enumerate(self.keys):
            np.subtract(members[key].predict(profile, items), base, out=added[number])
        # A member that cannot say leaves the baseline as it is.
        added[np.isnan(added)] = 0.0
        np.multiply(added, activity, out=rows[size : 2 * size])
        np.multiply(added, known, out=rows[2 * size : 3 * size])
        shared = rows[3 * size :]
        shared[0], shared[1], shared[-1] = activity, known, 1.0
        np.subtract(base, _MIDDLE, out=level)
        np.multiply(level, level, out=shared[3])
        np.multiply(shared[3], level / 4, out=shared[4])
        np.multiply(level, activity, out=shared[5])
        np.multiply(level, known, out=shared[6])
        return base, rows.T

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays under which an ensemble stores the stack."""
        return {
            "stack_weights": self.weights,
            "stack_spread": np.array([self.spread]),
            **self.baseline.arrays("stack_baseline_"),
        }

    @classmethod
    def from_arrays(cls, keys: Sequence[str], arrays: Mapping[str, NDArray[Any]], dataset: Dataset) -> Self:
        """Rebuild the stack over a data set from what `arrays` returned."""
        baseline = Baseline.shared(dataset, arrays, "stack_baseline_")
        spread = float(arrays["stack_spread"][0])
        return cls(keys, arrays["stack_weights"], baseline, dataset.movie_counts, spread)
