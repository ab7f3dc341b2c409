"""What if the hybrid trusted its members otherwise: the question, and the weights it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.errors import InvalidInputError

if TYPE_CHECKING:
    from core.recommenders.base import Recommender
    from core.recommenders.hybrid.model import Hybrid

__all__ = ["HybridWeights", "MemberWeight", "WhatIf", "changed", "hybrid_of", "weights_view"]


@dataclass(frozen=True, slots=True)
class WhatIf:
    """By what to multiply members' weights, by key: 1 is as learned, and so is a member that is not named."""

    ranking: Mapping[str, float] = field(default_factory=dict)
    """In the order of the list."""
    rating: Mapping[str, float] = field(default_factory=dict)
    """In the predicted stars."""

    @property
    def active(self) -> bool:
        """Whether anything is changed at all."""
        return any(factor != 1 for factor in (*self.ranking.values(), *self.rating.values()))


@dataclass(frozen=True, slots=True)
class MemberWeight:
    """How much the hybrid trusts a member: learned on ratings that the member had not seen, times the factor."""

    key: str
    name: str
    weight: float
    """Of the ranking: per unit of the member's scaled score. Of the rating: share of the member's distance from the
    baseline that is added, for an average user and movie."""


@dataclass(frozen=True, slots=True)
class HybridWeights:
    """The weights of both parts."""

    ranking: list[MemberWeight]
    rating: list[MemberWeight]


def hybrid_of(model: Recommender) -> Hybrid:
    """Return the model where it is a hybrid.

    Raises
    ------
    InvalidInputError
        For every other algorithm.
    """
    from core.recommenders.hybrid.model import Hybrid

    if not isinstance(model, Hybrid):
        raise InvalidInputError(f"{model.title} has no weights to change. Choose the algorithm `{Hybrid.key}`.")
    return model


def changed(model: Recommender, what_if: WhatIf | None) -> Recommender:
    """Return the model as it would be.

    Raises
    ------
    InvalidInputError
        When the model is no hybrid, or the factors do not fit its members.
    """
    if what_if is None:
        return model
    return hybrid_of(model).what_if(what_if.ranking, what_if.rating)


def weights_view(model: Recommender, length: int | None = None) -> HybridWeights:
    """Return a hybrid's weights for a profile of `length` ratings; by default for a long one."""
    hybrid = hybrid_of(model)
    parts = {
        part: [MemberWeight(key, hybrid.members[key].title, weight) for key, weight in weights.items()]
        for part, weights in hybrid.influence(length).items()
    }
    return HybridWeights(parts["ranking"], parts["rating"])
