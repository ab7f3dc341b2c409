"""Somebody's first page: shelves of movies, each with its reason."""

from dataclasses import dataclass, field

from core.views.lists import Filters, ListItem
from core.views.wishes import Reranking

__all__ = ["Shelf", "Shelves"]


@dataclass(frozen=True, slots=True)
class Shelf:
    """Movies that are there for one reason, best first.

    `filters`, `wish` and `say` are what a list has to be asked with to be the whole of which this is the beginning,
    but for what stands on other shelves.
    """

    key: str
    """Unique among a person's shelves and the same whenever it is the same shelf."""
    title: str
    reason: str
    items: list[ListItem]
    movie_id: int | None = None
    """The movie that it resembles, where it is about one."""
    filters: Filters = field(default_factory=Filters)
    wish: Reranking = field(default_factory=Reranking)
    say: str | None = None


@dataclass(frozen=True, slots=True)
class Shelves:
    """All shelves of one person, no movie on two of them."""

    algorithm: str
    dataset: str
    shelves: list[Shelf]
    took_ms: float
