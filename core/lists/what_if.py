"""What if the hybrid trusted its members otherwise: the model as it would be, and its weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import InvalidInputError
from core.views import HybridWeights, MemberWeight

if TYPE_CHECKING:
    from core.lists.requests import WhatIf
    from core.recommenders.base import Recommender
    from core.recommenders.hybrid.model import Hybrid

__all__ = ["changed", "hybrid_of", "weights_view"]


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
        part: [MemberWeight(key, hybrid.titles[key], weight) for key, weight in weights.items()]
        for part, weights in hybrid.influence(length).items()
    }
    return HybridWeights(parts["ranking"], parts["rating"])
