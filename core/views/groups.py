"""A ranked list for several people."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["GroupItem", "GroupList", "GroupMethod", "GroupViewer", "Opinion"]

GroupMethod = Literal["average", "least-misery"]


@dataclass(frozen=True, slots=True)
class GroupViewer:
    """A viewer, in the order in which the viewers were given."""

    user_id: int | None
    """None for a visitor."""
    rating_count: int
    source_id: str | None = None
    """The source's id where ids are text."""
    mean_rating: float | None = None
    """What the viewer gives on average; None for who has rated nothing."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one viewer is expected to think of a movie."""

    predicted_rating: float | None
    """Stars."""
    score: float
    """How much the viewer wants it: 0 as the viewer's average movie, 1 as the ten best unseen ones on average."""
    least_pleased: bool
    """Whether nobody else's predicted rating is lower; where no rating is predicted, nobody else's score."""


@dataclass(frozen=True, slots=True)
class GroupItem:
    """A movie that none of the viewers has rated."""

    rank: int
    movie_id: int
    title: str
    year: int | None
    genres: list[str]
    score: float
    """The group's: the mean of the members' scores, or the lowest predicted rating."""
    members: list[Opinion]
    """In the order of the group's viewers."""
    source_id: str | None = None
    """The source's id where ids are text."""


@dataclass(frozen=True, slots=True)
class GroupList:
    """A ranked list for a group."""

    algorithm: str
    dataset: str
    method: GroupMethod
    members: list[GroupViewer]
    items: list[GroupItem]
    took_ms: float
