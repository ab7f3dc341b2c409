"""How alike two people are, as plain values."""

from dataclasses import dataclass, field

from core.views.profiles import RatedMovie

__all__ = ["LEAST_COMMON", "Interval", "LikePerson", "Likeness", "SharedFilm"]

LEAST_COMMON = 4
"""Films in common from which there is an interval: Fisher's takes the root of three fewer."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A number with its 95% interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class SharedFilm:
    """A film that both have rated."""

    movie_id: int
    title: str
    year: int | None
    genres: list[str]
    first: float
    """Stars of the one."""
    second: float
    """Stars of the other."""
    source_id: str | None = None
    """The source's id where ids are text."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two people are, over the films that both have rated."""

    common: int
    """How many films these are."""
    correlation: Interval | None
    """Of their stars, from -1 to 1; None with fewer than four films, or where one of them gave all the same."""
    apart: Interval | None
    """By how many stars they differ on average; None with fewer than four films."""
    disagreements: list[SharedFilm] = field(default_factory=list)
    """Where they differ most, by at least a star."""
    favourites: list[SharedFilm] = field(default_factory=list)
    """What both gave four stars or more, the highest first."""
    unseen: list[RatedMovie] = field(default_factory=list)
    """What the other gave four stars or more and the one has not rated, the highest first."""


@dataclass(frozen=True, slots=True)
class LikePerson:
    """A user of the data set whose stars go with somebody's."""

    user_id: int
    rating_count: int
    common: int
    """Films that both have rated."""
    correlation: Interval
    certain: bool
    """Whether the likeness is beyond chance, all people considered who were compared."""
    source_id: str | None = None
    """The source's id where ids are text."""
