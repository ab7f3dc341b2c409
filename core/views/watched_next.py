"""What people watched after a film."""

from dataclasses import dataclass

__all__ = ["NextMovie", "WatchedNext"]


@dataclass(frozen=True, slots=True)
class NextMovie:
    """A movie that more people rated soon after another than would have by chance."""

    movie_id: int
    title: str
    year: int | None
    genres: list[str]
    next: int
    """How many people rated it right after the other."""
    soon: int
    """How many rated it among the `WatchedNext.within` movies after the other."""
    by_chance: float
    """How many would have, had the same people rated the same movies in any other order."""
    text: str
    """The same in words."""
    source_id: str | None = None
    """The source's id where ids are text."""


@dataclass(frozen=True, slots=True)
class WatchedNext:
    """What people rated soon after a movie, those first who are most beyond what chance would have."""

    movie_id: int
    raters: int
    """How many people rated the movie."""
    people: int
    """How many of these were looked at: a random part where there are many, without those who have no times."""
    within: int
    """So many movies after it are soon."""
    items: list[NextMovie]
    text: str
    """How it was counted, and what times tell."""
