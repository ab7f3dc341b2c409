"""Where liking begins and disliking ends on a data set's scale of stars."""

import math
from dataclasses import dataclass
from typing import Self

from core.data.dataset import Dataset

__all__ = ["Scale"]

_LIKED = 0.8
_DISLIKED = 0.6


@dataclass(frozen=True)
class Scale:
    """What stars say of a film.

    Four of five stars and more are liked, fewer than three of five disliked. Where the most stars that anybody gave
    are not five, the same shares of them count, rounded up to half a star: of four stars 3.5 and more are liked,
    fewer than 2.5 disliked. Where all ratings are alike, as when they say no more than that a film was watched, all
    are liked.

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
    def up_to(cls, highest: float) -> Self:
        """Return the scale on which `highest` stars are the most that anybody gave."""
        return cls(_half_star_up(_LIKED * highest), _half_star_up(_DISLIKED * highest), highest)

    @classmethod
    def of(cls, dataset: Dataset) -> Self:
        """Return the scale of a data set."""
        return cls.up_to(dataset.rating_range[1])

    def sentence(self) -> str:
        """Return what the scale says, in words."""
        return f"liked: {self.liked_from:g} stars and more, disliked: fewer than {self.disliked_below:g}"


def _half_star_up(stars: float) -> float:
    return math.ceil(2 * stars - 1e-9) / 2
