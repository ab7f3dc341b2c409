"""What visitors keep on the server, where a database is configured."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from core.views.lists import RecommendationList

__all__ = [
    "MAX_CHANGES",
    "ArmView",
    "FilmChange",
    "FilmKind",
    "FilmOutcome",
    "GivenList",
    "KeptMark",
    "KeptRating",
    "OnlineView",
    "OutcomeKind",
    "Person",
    "ProfileView",
    "RateGap",
    "RateView",
]

FilmKind = Literal["rating", "watchlist", "hidden", "watched"]
MAX_CHANGES = 5_000
"""Changes or outcomes in one request."""
OutcomeKind = Literal["shown", "opened", "kept", "dismissed", "rated"]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who keeps something here.

    Attributes
    ----------
    id : int
        Never given to another person.
    token, generation : str, int
        What the signed token says; tokens of former generations are worthless.
    name : str or None
        None for who is anonymous.
    created : int
        Milliseconds since 1970.
    """

    id: int
    token: str
    generation: int
    name: str | None
    created: int


@dataclass(frozen=True, slots=True)
class FilmChange:
    """A rating or a mark that is set or taken away."""

    kind: FilmKind
    movie_id: int | str
    rating: float | None = None
    """Stars, for a rating; null takes it away."""
    kept: bool = True
    """False takes it away."""
    time: int | None = None
    """When the person rated or marked, in milliseconds since 1970."""
    age_ms: int = 0
    """How long the change has waited to be sent: of two changes the later one counts."""


@dataclass(frozen=True, slots=True)
class FilmOutcome:
    """What became of a film of a list."""

    list_id: str
    movie_id: int
    kind: OutcomeKind
    rating: float | None = None
    """Stars, where it was rated."""


@dataclass(frozen=True, slots=True)
class KeptRating:
    """A rating that is kept. Times are milliseconds since 1970."""

    movie_id: int
    rating: float
    time: int | None
    """When it was given, null where unknown."""
    changed: int


@dataclass(frozen=True, slots=True)
class KeptMark:
    """A film on the watchlist, hidden, or watched without stars. Times are milliseconds since 1970."""

    movie_id: int
    time: int | None
    changed: int


@dataclass(frozen=True, slots=True)
class ArmView:
    """The arm of an experiment that somebody is in."""

    label: str
    algorithm: str
    text: str
    """As the operator wrote it."""


@dataclass(frozen=True, slots=True)
class ProfileView:
    """What somebody keeps of the data set that is served, the latest change last."""

    name: str | None
    """Null for who is anonymous."""
    created: int
    dataset: str
    ratings: list[KeptRating] = field(default_factory=list)
    watchlist: list[KeptMark] = field(default_factory=list)
    hidden: list[KeptMark] = field(default_factory=list)
    watched: list[KeptMark] = field(default_factory=list)
    arm: ArmView | None = None
    """Null when no experiment is going on."""


@dataclass(frozen=True, slots=True)
class GivenList(RecommendationList):
    """A ranked list that is kept, so that what becomes of its films can be told."""

    list_id: str = ""
    variant: str = ""
    """The arm of an experiment that it is of; empty when it is of none."""


@dataclass(frozen=True, slots=True)
class RateView:
    """A share with its 95% interval, null where nothing was counted."""

    count: int
    of: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class RateGap:
    """How much higher one rate is than another, with its 95% interval; null where one of them is not known."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class OnlineView:
    """What became of the lists of an algorithm, or of an arm of an experiment; films are counted once a list."""

    algorithm: str
    variant: str
    people: int
    lists: int
    opened: int
    dismissed: int
    rated: int
    kept: RateView
    """Of the films shown, those put aside to be watched."""
    liked: RateView
    """Of the films shown, those rated 4 stars or more."""
