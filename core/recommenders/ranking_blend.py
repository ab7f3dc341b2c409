"""One list from several recommenders: normalised scores, blended by weights learned list by list.

Scores of different algorithms live on different scales, and on another one for every user. Each member's scores are
first mapped so that its hundredth best unseen movie gets 0 and the mean of its twenty best gets 1; what is blended is
linear in these. The weights minimise the listwise softmax loss (ListNet of Cao et al. 2007) of ratings that the
members have not seen, among the movies that any member would list.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from core.data.profile import Profile
from core.data.splits import Split
from core.recommenders.base import Recommender
from core.recommenders.topn import top_n

__all__ = ["RankingBlend", "Scale"]

_LISTED = 100
_BEST = 20
_COMPARED = 40
"""Of each member's best movies so many are compared when the weights are learned: what stands lower never shows."""
_USERS = 2_000
_PENALTY = 1e-3
_UNKNOWN = -1.0


class Scale(NamedTuple):
    """The map of one member's scores for one profile: ``(score - low) * factor``."""

    low: float
    factor: float


class RankingBlend:
    """A fitted blend.

    Parameters
    ----------
    keys : sequence of str
        The members, in the order of the weights.
    weights : ndarray of float64, shape (len(keys),)
        Not negative.
    """

    def __init__(self, keys: Sequence[str], weights: NDArray[np.float64]) -> None:
        self.keys = tuple(keys)
        self.weights = weights

    @classmethod
    def fit(cls, members: Mapping[str, Recommender], split: Split, seed: int) -> Self:
        """Learn the weights on held-out ratings.

        Parameters
        ----------
        members : mapping of key to Recommender
            Fitted on ``split.train``.
        split : Split
        seed : int
            Draws the users where there are more than two thousand.
        """
        users = np.unique(split.test_users)
        if len(users) > _USERS:
            users = np.sort(np.random.default_rng(seed).choice(users, _USERS, replace=False))
        lists = [found for user in users if (found := _list_of(members, split, int(user))) is not None]
        keys = tuple(members)
        if not lists:
            return cls(keys, np.full(len(keys), 1.0 / len(keys)))
        return cls(keys, _listwise_weights([rows for rows, _ in lists], [relevant for _, relevant in lists]))

    def parts(self, members: Mapping[str, Recommender], profile: Profile) -> dict[str, NDArray[np.float32]]:
        """Return what each member of weight adds to the score of every movie; NaN where none of them can say.

        Parameters
        ----------
        members : mapping of key to Recommender
            At least those of `keys`.
        """
        parts = {}
        weights = self._heard()
        for key, weight in weights.items():
            scores = members[key].score(profile)
            scale = scale_of(scores, profile.items)
            parts[key] = np.float32(weight) * _scaled(scores, scale)
        unknown = np.logical_and.reduce([np.isnan(part) for part in parts.values()])
        for key, weight in weights.items():
            part = parts[key]
            np.nan_to_num(part, copy=False, nan=_UNKNOWN * weight)
            part[unknown] = np.nan
        return parts

    def total(self, members: Mapping[str, Recommender], profile: Profile) -> NDArray[np.float32]:
        """Return the sum of `parts`, without an array for each of them."""
        total: NDArray[np.float32] | None = None
        unknown: NDArray[np.bool_] | None = None
        unheard = 0.0
        for key, weight in self._heard().items():
            part = members[key].score(profile)
            scale = scale_of(part, profile.items)
            part -= np.float32(scale.low)
            part *= np.float32(scale.factor * weight)
            silent = np.isnan(part)
            if total is None or unknown is None:
                total, unknown, unheard = part, silent, _UNKNOWN * weight
                continue
            # Members mostly know the same movies; where none knows one, the sum stays NaN by itself.
            if not np.array_equal(silent, unknown):
                np.copyto(part, np.float32(_UNKNOWN * weight), where=silent & ~unknown)
                np.copyto(total, np.float32(unheard), where=unknown & ~silent)
                unknown &= silent
            total += part
            unheard += _UNKNOWN * weight
        if total is None:
            raise ValueError("A blend needs a member.")
        return total

    def slope(self, key: str, scores: NDArray[np.float32], profile: Profile) -> float:
        """Return by how much the blend changes when a member's score of a movie changes by one."""
        return float(self.weights[self.keys.index(key)]) * scale_of(scores, profile.items).factor

    def influence(self) -> dict[str, float]:
        """Return each member's weight."""
        return dict(zip(self.keys, self.weights.tolist(), strict=True))

    def scaled(self, factors: NDArray[np.float64]) -> "RankingBlend":
        """Return the blend with each member's weight multiplied by a factor, float64 of shape (len(keys),)."""
        return RankingBlend(self.keys, self.weights * factors)

    def _heard(self) -> dict[str, float]:
        """Return the weights of the members that have one: who has none is not asked."""
        return {key: weight for key, weight in self.influence().items() if weight != 0} or self.influence()

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays under which an ensemble stores the blend."""
        return {"blend_weights": self.weights}

    @classmethod
    def from_arrays(cls, keys: Sequence[str], arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Rebuild the blend from what `arrays` returned."""
        return cls(keys, arrays["blend_weights"])


def scale_of(scores: NDArray[np.float32], seen: NDArray[np.int32]) -> Scale:
    """Return the map that gives the hundredth best unseen movie 0 and the mean of the twenty best 1."""
    # The scores are the caller's own: the seen ones are taken out and put back, which saves a copy of the catalogue.
    kept = scores[seen]
    scores[seen] = np.nan
    best = scores[top_n(scores, _LISTED)].astype(np.float64)
    scores[seen] = kept
    if not len(best):
        return Scale(0.0, 0.0)
    low, high = float(best[-1]), float(best[:_BEST].mean())
    return Scale(low, 1.0 / (high - low) if high - low > 1e-9 * max(abs(high), 1e-30) else 0.0)


def _scaled(scores: NDArray[np.float32], scale: Scale) -> NDArray[np.float32]:
    scaled: NDArray[np.float32] = (scores - np.float32(scale.low)) * np.float32(scale.factor)
    return scaled


def _list_of(
    members: Mapping[str, Recommender], split: Split, user: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]] | None:
    """Return normalised scores of the movies that any member would list, and which of them were held out."""
    profile = split.train.profile(user)
    start, end = np.searchsorted(split.test_users, [user, user + 1])
    listed: list[NDArray[np.int32]] = []
    columns = []
    for member in members.values():
        scores = member.score(profile)
        columns.append(_scaled(scores, scale_of(scores, profile.items)))
        scores[profile.items] = np.nan
        listed.append(top_n(scores, _COMPARED))
    items = np.unique(np.concatenate(listed))
    relevant = np.isin(items, split.test_items[start:end])
    if not relevant.any() or relevant.all():
        return None
    rows = np.column_stack([column[items] for column in columns]).astype(np.float64)
    return np.nan_to_num(rows, nan=_UNKNOWN), relevant


def _listwise_weights(lists: list[NDArray[np.float64]], relevant: list[NDArray[np.bool_]]) -> NDArray[np.float64]:
    """Minimise the mean of -log softmax over the relevant movies of each list.

    Lists with many relevant movies weigh by the root of their number, between one vote a user and one a rating.
    """
    from scipy.optimize import minimize

    rows = np.concatenate(lists)
    target = np.concatenate(relevant).astype(np.float64)
    sizes = np.array([len(part) for part in lists])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    segment = np.repeat(np.arange(len(lists)), sizes)
    positives = np.add.reduceat(target, starts)
    vote = positives**-0.5
    total = float(vote @ positives)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scores = rows @ weights
        scores -= np.maximum.reduceat(scores, starts)[segment]
        exponential = np.exp(scores)
        sums = np.add.reduceat(exponential, starts)
        log_share = scores - np.log(sums)[segment]
        value = -float((vote[segment] * target) @ log_share)
        slope = vote[segment] * (target - positives[segment] * exponential / sums[segment])
        gradient = -(rows.T @ slope) / total + 2 * _PENALTY * weights
        return value / total + _PENALTY * float(weights @ weights), gradient

    size = rows.shape[1]
    found = minimize(loss, np.full(size, 0.5), jac=True, method="L-BFGS-B", bounds=[(0, None)] * size)
    weights: NDArray[np.float64] = found.x
    return weights
