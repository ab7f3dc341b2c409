"""A metric along a growing number of ratings or people."""

from dataclasses import dataclass
from typing import Literal

from core.views.measurements import Spread

__all__ = ["Curve", "CurveKind", "CurvePoint"]

CurveKind = Literal["cold-start", "coherent", "learning"]


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A metric at a size."""

    size: int
    """Ratings in the profile, or people learned from."""
    value: Spread


@dataclass(frozen=True, slots=True)
class Curve:
    """A metric by algorithm and size."""

    kind: CurveKind
    metric: str
    how: str
    lines: dict[str, list[CurvePoint]]
    """By algorithm, the sizes ascending."""
