"""What counts as a hit: films that people love, or all that they came to rate."""

import math
from dataclasses import dataclass
from typing import Literal, get_args

from core.data.splits import Split
from core.errors import InvalidInputError

__all__ = ["RELEVANCES", "Relevance", "Scale", "check_relevance", "metric_name", "relevance_of"]

Relevance = Literal["liked", "rated"]
RELEVANCES: tuple[Relevance, ...] = get_args(Relevance)
"""The two judgements of every list, the headline first.

``liked``: held-out ratings from the threshold of `Scale` on; ``rated``: every held-out rating.
"""

_LIKED = 0.8
_DISLIKED = 0.6


@dataclass(frozen=True)
class Scale:
    """Where liking begins and disliking ends on a data set's scale.

    Attributes
    ----------
    liked_from : float
        A film with so many stars or more is liked.
    disliked_below : float
        A film with fewer stars is disliked.
    highest : float
        The most stars that anybody gave.
    """

    liked_from: float
    disliked_below: float
    highest: float

    @classmethod
    def of(cls, split: Split, liked_from: float | None = None) -> "Scale":
        """Return the scale of a split's data.

        Four of five stars and more are liked, fewer than three of five disliked. Where the most stars that anybody
        gave are not five, the same shares of them count, rounded up to half a star: of four stars 3.5 and more are
        liked, fewer than 2.5 disliked. Where all ratings are alike, as when they say no more than that a film was
        watched, all are liked.

        Parameters
        ----------
        liked_from : float, optional
            Stars in place of that rule; films below are disliked only below the rule's limit.
        """
        held_out = float(split.test_ratings.max()) if len(split.test_ratings) else 0.0
        highest = max(split.train.rating_range[1], held_out)
        rule = _half_star_up(_LIKED * highest)
        return cls(rule if liked_from is None else liked_from, _half_star_up(_DISLIKED * highest), highest)

    def sentence(self) -> str:
        """Return what the scale says, in words."""
        return f"liked: {self.liked_from:g} stars and more, disliked: fewer than {self.disliked_below:g}"


def metric_name(metric: str, relevance: Relevance, k: int) -> str:
    """Return the name that results carry: ``liked_ndcg@10``."""
    return f"{relevance}_{metric}@{k}"


def relevance_of(metric: str) -> Relevance | None:
    """Return the relevance that a metric's name tells; None for a metric of another kind, such as RMSE."""
    name, _, depth = metric.partition("@")
    return next((one for one in RELEVANCES if depth and name.startswith(f"{one}_")), None)


def check_relevance(name: str) -> Relevance:
    """Return a relevance by its name.

    Raises
    ------
    InvalidInputError
        For another name.
    """
    for known in RELEVANCES:
        if name == known:
            return known
    raise InvalidInputError(f"The relevance is {' or '.join(RELEVANCES)}, not {name!r}.")


def _half_star_up(stars: float) -> float:
    return math.ceil(2 * stars - 1e-9) / 2
