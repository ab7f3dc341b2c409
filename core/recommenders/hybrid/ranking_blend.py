"""One list from several recommenders: normalised scores, blended by weights that depend on how much is known.

Scores of different algorithms live on different scales, and on another one for every user. Each member's scores are
first mapped so that its hundredth best unseen movie gets 0 and the mean of its twenty best gets 1; what is blended is
linear in these. A member's weight is learned for profiles of 1, 3, 8 and 20 ratings (`blend_learning`) and
interpolated between them on the logarithm of their number: who knows best depends on how much there is to know.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from core.data.profile import Profile
from core.data.splits import Split
from core.errors import ArtifactError
from core.recommenders.base import Recommender
from core.recommenders.hybrid.blend_learning import UNKNOWN, learn_weights, sample_lists
from core.recommenders.parts.top_n import top_n

__all__ = ["KNOTS", "RankingBlend", "Scale"]

KNOTS = (1, 3, 8, 20)
"""The numbers of ratings for which weights are learned; the last ones hold for all longer profiles."""
_FOR_SHORT = frozenset({"popularity", "user_knn"})
"""Members that are heard only while little is known: for longer profiles learning gives them nothing, and to find the
people nearest to a long profile is the dearest part of an answer."""
_LISTED = 100
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
        Not negative; one for each of the lengths in `KNOTS`.
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
            Draws the users where there are many, and what shortened profiles keep.
        """
        keys = tuple(members)
        lists = sample_lists(members, split, seed, scaled)
        if not lists:
            return cls(keys, np.full((len(keys), len(KNOTS)), 1.0 / len(keys)))
        silent = np.zeros((len(keys), len(KNOTS)), dtype=bool)
        if not _FOR_SHORT.issuperset(keys):
            silent[[key in _FOR_SHORT for key in keys], -1] = True
        shares = np.stack([knot_shares(one.length) for one in lists])
        return cls(keys, learn_weights(lists, shares, silent))

    def parts(self, scores: Mapping[str, NDArray[np.float32]], profile: Profile) -> dict[str, NDArray[np.float32]]:
        """Return what each member of weight adds to the score of every movie; NaN where none of them can say.

        Parameters
        ----------
        scores : mapping of key to ndarray of float32, shape (n_movies,)
            The members' own, as `total` keeps them.
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
        return parts

    def total(
        self,
        members: Mapping[str, Recommender],
        profile: Profile,
        kept: dict[str, NDArray[np.float32]] | None = None,
    ) -> NDArray[np.float32]:
        """Return the sum of `parts`, without an array for each of them.

        Parameters
        ----------
        members : mapping of key to Recommender
            At least those of `keys`.
        kept : dict, optional
            Where to put the scores of each member that was asked.
        """
        total: NDArray[np.float32] | None = None
        unknown: NDArray[np.bool_] | None = None
        unheard = 0.0
        for key, weight in self._heard(len(profile)).items():
            part = members[key].score(profile)
            if kept is not None:
                kept[key] = part.copy()
            scale = scale_of(part, profile.items)
            part -= np.float32(scale.low)
            part *= np.float32(scale.factor * weight)
            silent = np.isnan(part)
            if total is None or unknown is None:
                total, unknown, unheard = part, silent, UNKNOWN * weight
                continue
            # Members mostly know the same movies; where none knows one, the sum stays NaN by itself.
            if not np.array_equal(silent, unknown):
                np.copyto(part, np.float32(UNKNOWN * weight), where=silent & ~unknown)
                np.copyto(total, np.float32(unheard), where=unknown & ~silent)
                unknown &= silent
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

    def scaled(self, factors: NDArray[np.float64]) -> "RankingBlend":
        """Return the blend with each member's weights multiplied by a factor, float64 of shape (len(keys),).

        At a length at which nobody with a weight is left, those who are left share it by their factors.
        """
        weights = self.weights * factors[:, None]
        undecided = ~weights.any(axis=0) & factors.any()
        weights[:, undecided] = (factors / max(float(factors.sum()), 1e-9))[:, None]
        return RankingBlend(self.keys, weights)

    def _heard(self, length: int) -> dict[str, float]:
        """Return the weights of the members that have one: who has none is not asked."""
        weights = self.influence(length)
        return {key: weight for key, weight in weights.items() if weight != 0} or weights

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays under which an ensemble stores the blend."""
        return {"blend_weights": self.weights}

    @classmethod
    def from_arrays(cls, keys: Sequence[str], arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Rebuild the blend from what `arrays` returned.

        Raises
        ------
        ArtifactError
            For weights of another form, such as those without lengths that version 3.0.0 stored.
        """
        weights = arrays["blend_weights"]
        if weights.shape != (len(keys), len(KNOTS)):
            raise ArtifactError(
                f"The stored weights of the blend have the form {weights.shape}, not {(len(keys), len(KNOTS))}: "
                "another version made them. Train it again with `cinematch train`."
            )
        return cls(keys, weights)


def knot_shares(length: int) -> NDArray[np.float64]:
    """Return how much each of `KNOTS` counts for a profile of so many ratings, float64; adds up to 1."""
    at = np.interp(np.log(max(length, 1)), np.log(KNOTS), np.arange(len(KNOTS)))
    return np.maximum(1.0 - np.abs(np.arange(len(KNOTS)) - at), 0.0)


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


def scaled(scores: NDArray[np.float32], seen: NDArray[np.int32]) -> NDArray[np.float32]:
    """Return scores on the scale of `scale_of`; NaN stays NaN."""
    scale = scale_of(scores, seen)
    mapped: NDArray[np.float32] = (scores - np.float32(scale.low)) * np.float32(scale.factor)
    return mapped
