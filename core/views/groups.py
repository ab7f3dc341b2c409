"""A ranked list for several people."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["GroupItem", "GroupList", "GroupMember", "GroupMethod", "Opinion"]

GroupMethod = Literal["average", "least-misery"]


@dataclass(frozen=True, slots=True)
class GroupMember:
    """A member, in the order in which the members were given."""

    user_id: int | None
    """None for a visitor."""
    rating_count: int
    source_id: str | None = None
    """The source's id where ids are text."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one member is expected to think of a movie."""

    predicted_rating: float | None
    """Stars."""
    score: float
    """How much the member wants it: 0 as the member's average movie, 1 as the ten best unseen ones on average."""
    least_pleased: bool
    """Whether nobody else's score is lower; in a list by least misery, nobody else's predicted rating."""


@dataclass(frozen=True, slots=True)
class GroupItem:
    """A movie that none of the members has rated."""

    rank: int
    movie_id: int
    title: str
    year: int | None
    genres: list[str]
    score: float
    """The group's: the mean of the members' scores, or the lowest predicted rating."""
    members: list[Opinion]
    """In the order of the group's members."""
    source_id: str | None = None
    """The source's id where ids are text."""


@dataclass(frozen=True, slots=True)
class GroupList:
    """A ranked list for a group."""

    algorithm: str
    dataset: str
    method: GroupMethod
    members: list[GroupMember]
    items: list[GroupItem]
    took_ms: float
