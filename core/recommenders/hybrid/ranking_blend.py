"""One list from several recommenders: normalised scores, blended by weights that depend on how much is known.

Scores of different algorithms live on different scales, and on another one for every user. Each member's scores are
first mapped so that its hundredth best unseen movie gets 0 and the mean of its twenty best gets 1; what is blended is
linear in these. A member's weight is learned for profiles of 1, 3, 8 and 20 ratings (`blend_learning`) and
interpolated between them on the logarithm of their number: who knows best depends on how much there is to know.
Weights are learned twice, for what one would come to watch and for what one would love; any order between the two is
a mean of both. The second needs how much one would like a film (`liking`), which joins as it is, a logarithm.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from core.data.profile import Profile
from core.data.splits import Split
from core.errors import ArtifactError
from core.recommenders.base import Recommender
from core.recommenders.hybrid.blend_learning import UNKNOWN, JudgedList, learn_weights, sample_lists
from core.recommenders.hybrid.liking import LIKING, LOW, Liking
from core.recommenders.parts.top_n import best_values

__all__ = ["KNOTS", "RankingBlend", "Scale"]

KNOTS = (1, 3, 8, 20)
"""The numbers of ratings for which weights are learned; the last ones hold for all longer profiles."""
_FOR_SHORT = frozenset({"popularity", "user_knn"})
"""Members that are heard only while little is known: for longer profiles learning gives them nothing, and to find the
people nearest to a long profile is the dearest part of an answer."""
_LOGS, _PLACES = np.log(KNOTS), np.arange(len(KNOTS))
_LISTED = 100
_PLEASING = (LIKING, LOW)
_BEST = 20


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
    weights : ndarray of float64, shape (len(keys), len(KNOTS))
        Not negative; one for each of the lengths in `KNOTS`. For what one would love.
    watched : ndarray of float64, optional
        The same for what one would come to watch; by default no other.
    """

    def __init__(
        self, keys: Sequence[str], weights: NDArray[np.float64], watched: NDArray[np.float64] | None = None
    ) -> None:
        self.keys = tuple(keys)
        self.weights = weights
        self._watch_weights = weights if watched is None else watched

    @classmethod
    def fit(cls, members: Mapping[str, Recommender], split: Split, seed: int, liking: Liking | None = None) -> Self:
        """Learn the weights on held-out ratings.

        Parameters
        ----------
        members : mapping of key to Recommender
            Fitted on ``split.train``.
        split : Split
        seed : int
            Draws the users where there are many, and what shortened profiles keep.
        liking : Liking, optional
            Two more summands beside the members.
        """
        keys = (*members, *([] if liking is None else [LIKING, LOW]))
        lists = sample_lists(members, split, seed, scaled, liking)
        if not lists:
            return cls(keys, np.full((len(keys), len(KNOTS)), 1.0 / len(keys)))
        fixed = np.zeros((lists[0].rows.shape[1], len(KNOTS)), dtype=bool)
        if not _FOR_SHORT.issuperset(members):
            fixed[[number for number, key in enumerate(members) if key in _FOR_SHORT], -1] = True
        # What lies too low is not learned: it keeps off a list what few of the lists to learn from show.
        watched = _learned([one.watched_list() for one in lists], fixed, None if liking is None else 0.0)
        loved = [one.loved_list() for one in lists if one.loved.any() and not one.loved.all()]
        weights = _learned(loved, fixed, None if liking is None else 1.0) if loved else watched
        return cls(keys, weights, watched)

    def at(self, love: float) -> "RankingBlend":
        """Return the blend between what one would come to watch (0) and what one would love (1)."""
        return RankingBlend(self.keys, (1 - love) * self._watch_weights + love * self.weights)

    def parts(self, scores: Mapping[str, NDArray[np.float32]], profile: Profile) -> dict[str, NDArray[np.float32]]:
        """Return what each summand of weight adds to the score of every movie; NaN where no member can say.

        Parameters
        ----------
        scores : mapping of key to ndarray of float32, shape (n_movies,)
            The members' own and those of `Liking`, as `total` keeps them.
        """
        parts = {}
        weights = self._heard(len(profile))
        for key, weight in weights.items():
            parts[key] = np.float32(weight) * scaled(scores[key], profile.items)
        unknown = np.logical_and.reduce([np.isnan(part) for part in parts.values()])
        for key, weight in weights.items():
            part = parts[key]
            np.nan_to_num(part, copy=False, nan=UNKNOWN * weight)
            part[unknown] = np.nan
        pleasing = {key: np.float32(weight) * scores[key] for key, weight in self.pleasing(len(profile)).items()}
        return {**parts, **pleasing}

    def total(
        self,
        members: Mapping[str, Recommender],
        profile: Profile,
        liking: Liking | None = None,
        kept: dict[str, NDArray[np.float32]] | None = None,
    ) -> NDArray[np.float32]:
        """Return the sum of `parts`, without an array for each of the members.

        Parameters
        ----------
        members : mapping of key to Recommender
            At least those of `keys`.
        liking : Liking, optional
            Needed where its parts have a weight.
        kept : dict, optional
            Where to put the scores of each member that was asked, and those of `liking`; whose scores are there is
            not asked again.
        """
        total = self.watched(members, profile, kept)
        return total if liking is None else self.pleased(total, profile, liking, kept)

    def pleased(
        self,
        total: NDArray[np.float32],
        profile: Profile,
        liking: Liking,
        kept: dict[str, NDArray[np.float32]] | None = None,
    ) -> NDArray[np.float32]:
        """Add to the sum of what the members say, in place, how much one would like the films."""
        weights = self.pleasing(len(profile))
        found = liking.among_likely(profile, total) if weights else {}
        for key, weight in weights.items():
            if kept is not None:
                kept[key] = found[key]
            total += np.float32(weight) * found[key]
        return total

    def pleasing(self, length: int) -> dict[str, float]:
        """Return the weights of the parts of `Liking` that have one, for a profile of so many ratings."""
        return {key: weight for key, weight in self.influence(length).items() if key in _PLEASING and weight}

    def watched(
        self,
        members: Mapping[str, Recommender],
        profile: Profile,
        kept: dict[str, NDArray[np.float32]] | None = None,
    ) -> NDArray[np.float32]:
        """Return the sum of what the members say, without how much one would like a film."""
        total: NDArray[np.float32] | None = None
        unknown: NDArray[np.bool_] | None = None
        unheard = 0.0
        for key, weight in self._heard(len(profile)).items():
            known = None if kept is None else kept.get(key)
            part = members[key].score(profile) if known is None else known.copy()
            if kept is not None and known is None:
                kept[key] = part.copy()
            scale = scale_of(part, profile.items)
            part -= np.float32(scale.low)
            part *= np.float32(scale.factor * weight)
            missing = np.isnan(part)
            if total is None or unknown is None:
                total, unknown, unheard = part, missing, UNKNOWN * weight
                continue
            # Members mostly know the same movies; where none knows one, the sum stays NaN by itself.
            if not np.array_equal(missing, unknown):
                np.copyto(part, np.float32(UNKNOWN * weight), where=missing & ~unknown)
                np.copyto(total, np.float32(unheard), where=unknown & ~missing)
                unknown &= missing
            total += part
            unheard += UNKNOWN * weight
        if total is None:
            raise ValueError("A blend needs a member.")
        return total

    def slope(self, key: str, scores: NDArray[np.float32], profile: Profile) -> float:
        """Return by how much the blend changes when a member's score of a movie changes by one."""
        return self.influence(len(profile))[key] * scale_of(scores, profile.items).factor

    def influence(self, length: int | None = None) -> dict[str, float]:
        """Return each member's weight for a profile of so many ratings; by default for a long one."""
        weights = self.weights @ knot_shares(KNOTS[-1] if length is None else length)
        return dict(zip(self.keys, weights.tolist(), strict=True))

    def reweighted(self, factors: NDArray[np.float64]) -> "RankingBlend":
        """Return the blend with each member's weights multiplied by a factor, float64 of shape (len(keys),).

        At a length at which nobody with a weight is left, those who are left share it by their factors.
        """
        members = np.array([key not in _PLEASING for key in self.keys])
        loved, watched = (_shared(weights, factors, members) for weights in (self.weights, self._watch_weights))
        return RankingBlend(self.keys, loved, watched)

    def _heard(self, length: int) -> dict[str, float]:
        """Return the weights of the members that have one: who has none is not asked."""
        weights = {key: weight for key, weight in self.influence(length).items() if key not in _PLEASING}
        return {key: weight for key, weight in weights.items() if weight != 0} or weights

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays under which an ensemble stores the blend."""
        return {"blend_weights": np.stack([self._watch_weights, self.weights])}

    @classmethod
    def from_arrays(cls, keys: Sequence[str], arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Rebuild the blend from what `arrays` returned.

        Raises
        ------
        ArtifactError
            For weights of another form, such as those without lengths that version 3.0.0 stored.
        """
        weights = arrays["blend_weights"]
        if weights.shape != (2, len(keys), len(KNOTS)):
            raise ArtifactError(
                f"The stored weights of the blend have the form {weights.shape}, not {(2, len(keys), len(KNOTS))}: "
                "another version made them. Train it again with `cinematch train`."
            )
        return cls(keys, weights[1], weights[0])


def _learned(lists: Sequence[JudgedList], fixed: NDArray[np.bool_], last: float | None) -> NDArray[np.float64]:
    """Return the weights that bring what should stand high there."""
    return learn_weights(lists, np.stack([knot_shares(one.length) for one in lists]), fixed, last)


def _shared(
    learned: NDArray[np.float64], factors: NDArray[np.float64], members: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return weights times factors; where no member with a weight is left, those who are left share it."""
    weights: NDArray[np.float64] = learned * factors[:, None]
    left = np.where(members, factors, 0.0)
    undecided = ~weights[members].any(axis=0) & left.any()
    shares = left / max(float(left.sum()), 1e-9)
    weights[:, undecided] = np.where(members[:, None], shares[:, None], weights[:, undecided])
    return weights


def knot_shares(length: int) -> NDArray[np.float64]:
    """Return how much each of `KNOTS` counts for a profile of so many ratings, float64; adds up to 1."""
    at = np.interp(math.log(max(length, 1)), _LOGS, _PLACES)
    return np.maximum(1.0 - np.abs(_PLACES - at), 0.0)


def scale_of(scores: NDArray[np.float32], seen: NDArray[np.int32]) -> Scale:
    """Return the map that gives the hundredth best unseen movie 0 and the mean of the twenty best 1."""
    unseen = scores.copy()
    unseen[seen] = np.nan
    best = best_values(unseen, _LISTED).astype(np.float64)
    if not len(best):
        return Scale(0.0, 0.0)
    low, high = float(best[-1]), float(best[:_BEST].mean())
    return Scale(low, 1.0 / (high - low) if high - low > 1e-9 * max(abs(high), 1e-30) else 0.0)


def scaled(scores: NDArray[np.float32], seen: NDArray[np.int32]) -> NDArray[np.float32]:
    """Return scores on the scale of `scale_of`; NaN stays NaN."""
    scale = scale_of(scores, seen)
    mapped: NDArray[np.float32] = (scores - np.float32(scale.low)) * np.float32(scale.factor)
    return mapped
