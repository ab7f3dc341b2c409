"""A ranked list for one profile, and which movies may stand in it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from core.views.frames import frame_of
from core.views.readings import Reading
from core.views.wishes import WishView

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Filters", "ListComparison", "ListItem", "Overlap", "RecommendationList"]


@dataclass(frozen=True, slots=True)
class Filters:
    """Which movies may be listed; the defaults admit all."""

    genres: tuple[str, ...] = ()
    """At least one of these."""
    exclude_genres: tuple[str, ...] = ()
    """None of these."""
    year_min: int | None = None
    year_max: int | None = None
    min_ratings: int = 0
    """Rated by at least this many people."""
    all_genres: bool = False
    """All of `genres` instead of at least one of them."""
    movie_ids: tuple[int | str, ...] | None = None
    """Only these movies, such as somebody's watchlist; none of them admits nothing, None admits all."""
    exclude_ids: tuple[int | str, ...] = ()
    """None of these movies, such as those that somebody waved away."""
    tags: tuple[str, ...] = ()
    """At least one of these, each given by anybody."""
    exclude_tags: tuple[str, ...] = ()
    """None of these."""
    max_ratings: int | None = None
    """Rated by at most this many people."""


@dataclass(frozen=True, slots=True)
class ListItem:
    """A row of a recommendation list."""

    rank: int
    movie_id: int
    title: str
    year: int | None
    genres: list[str]
    score: float
    predicted_rating: float | None
    predicted_spread: float | None = None
    """Standard deviation of the person's own rating around the predicted one; null where it is not known."""
    match: float | None = None
    """Probability that the person gives 4 stars or more, having seen it; null where it was not measured how often
    that comes true, and for a film that the profile holds."""
    source_id: str | None = None
    """The source's id where ids are text."""


@dataclass(frozen=True, slots=True)
class RecommendationList:
    """A ranked list for one profile."""

    algorithm: str
    dataset: str
    user_id: int | None
    items: list[ListItem]
    took_ms: float
    wish: WishView | None = None
    """Null when the order is the algorithm's own."""
    reading: Reading | None = None
    """How a sentence was understood; null when none was said."""

    def to_frame(self) -> pd.DataFrame:
        """Return the list as a DataFrame: a row for each film, the columns of `ListItem`."""
        return frame_of(self.items, ListItem)


@dataclass(frozen=True, slots=True)
class Overlap:
    """How much two algorithms' lists have in common."""

    algorithms: tuple[str, str]
    shared: int
    """Movies on both."""
    shift: float | None
    """By how many ranks these differ on average; null without any."""


class ListComparison(dict[str, RecommendationList]):
    """The lists of several algorithms for one profile, by the algorithm's key."""

    def to_frame(self) -> pd.DataFrame:
        """Return all lists as one DataFrame: a row for each algorithm and film, ``algorithm`` the first column."""
        items = [item for found in self.values() for item in found.items]
        frame = frame_of(items, ListItem)
        frame.insert(0, "algorithm", [key for key, found in self.items() for _ in found.items])
        return frame

    def overlaps(self, n: int) -> list[Overlap]:
        """Return what each two lists have in common among their first `n`."""
        ranks = {key: {item.movie_id: item.rank for item in found.items[:n]} for key, found in self.items()}
        found = []
        for one, other in combinations(ranks, 2):
            both = [(ranks[one][movie], ranks[other][movie]) for movie in ranks[one].keys() & ranks[other].keys()]
            shift = sum(abs(first - second) for first, second in both) / len(both) if both else None
            found.append(Overlap((one, other), len(both), shift))
        return found
