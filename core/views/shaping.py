"""Which ratings shape a list."""

from dataclasses import dataclass

__all__ = ["Shaping", "ShapingMove", "ShapingRating"]


@dataclass(frozen=True, slots=True)
class ShapingMove:
    """Where a film stands with and without a rating; null behind twice the list's length."""

    movie_id: int
    title: str
    rank: int | None
    rank_without: int | None


@dataclass(frozen=True, slots=True)
class ShapingRating:
    """What one rating of a profile does to a list."""

    movie_id: int
    title: str
    rating: float
    lifts: list[ShapingMove]
    """Films of the list that would stand further down without it, what moves most first."""
    holds_down: list[ShapingMove]
    """Films that would stand in the list without it, further up."""
    effect: float
    """How much the list would change: the sum of all changes of ``1 / log2(1 + rank)``."""
    text: str


@dataclass(frozen=True, slots=True)
class Shaping:
    """The ratings that shape a list, those that do most first."""

    ratings: list[ShapingRating]
    tried: int
    """How many ratings were left out, one at a time."""
    rated: int
    """How many the profile has."""
    n: int
    """Length of the list that was looked at."""
