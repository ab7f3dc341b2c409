"""Whether what is said to be likely comes true."""

from dataclasses import dataclass

__all__ = ["ReliabilityPoint", "ReliabilityView"]


@dataclass(frozen=True, slots=True)
class ReliabilityPoint:
    """Of the films with about the same match, how many were liked."""

    predicted: float
    """Their mean match."""
    observed: float
    """The share that was given 4 stars or more."""
    count: int
    low: float
    """Of the 95% interval of `observed`."""
    high: float


@dataclass(frozen=True, slots=True)
class ReliabilityView:
    """How often an algorithm's match comes true, on held-out ratings of people from whom it was not learned."""

    algorithm: str
    points: list[ReliabilityPoint]
    """Of a reliability diagram, ascending."""
    error: float
    """Expected calibration error: mean distance of match and share, by count."""
    chance: float
    """The error that exactly right probabilities would show with so many ratings."""
    how: str
