"""A measurement from several sides: trade-offs, who is served badly, one run against another."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["Cohort", "CohortKind", "CohortTable", "PersonDifference", "Spread", "TradeOff", "TradePoint", "Versus"]

CohortKind = Literal["length", "rarity", "era", "genre"]


@dataclass(frozen=True, slots=True)
class Spread:
    """A value with its 95% interval; without one, `low` and `high` are null."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class TradePoint:
    """An algorithm on two metrics."""

    key: str
    name: str
    x: Spread
    y: Spread
    best: bool
    """On the Pareto front: no other algorithm is as good on both and better on one."""


@dataclass(frozen=True, slots=True)
class TradeOff:
    """Algorithms between two metrics, in the order of the first."""

    x: str
    y: str
    points: list[TradePoint]


@dataclass(frozen=True, slots=True)
class Cohort:
    """People who have something in common."""

    name: str
    people: int
    values: dict[str, Spread]
    """By algorithm."""


@dataclass(frozen=True, slots=True)
class CohortTable:
    """A metric by cohort, and how it is spread over people."""

    kind: CohortKind
    metric: str
    cohorts: list[Cohort]
    everybody: Cohort
    distribution: dict[str, list[float]]
    """The metric of each person, by algorithm, ascending."""


@dataclass(frozen=True, slots=True)
class PersonDifference:
    """A person for whom two measurements differ."""

    user_id: int
    ratings: int
    first: float
    second: float

    @property
    def difference(self) -> float:
        """Second minus first."""
        return self.second - self.first


@dataclass(frozen=True, slots=True)
class Versus:
    """Two algorithms of one or two runs, person by person on one metric."""

    metric: str
    people: int
    difference: Spread
    """Second minus first, over the same people."""
    better: int
    """People for whom the second is better."""
    worse: int
    points: list[PersonDifference]
    """Of at most 2,000 people, drawn at random."""
    most: list[PersonDifference]
    """Who differ most, the largest difference first."""
