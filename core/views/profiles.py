"""People: what they rated and what it says of their taste."""

from dataclasses import dataclass

__all__ = ["GenreTaste", "RatedMovie", "TasteProfile", "UserView"]


@dataclass(frozen=True, slots=True)
class UserView:
    """A user of the data set."""

    user_id: int
    rating_count: int
    source_id: str | None = None
    """The source's id where ids are text."""


@dataclass(frozen=True, slots=True)
class RatedMovie:
    """A movie that a user rated."""

    movie_id: int
    title: str
    year: int | None
    genres: list[str]
    rating: float
    timestamp: int
    source_id: str | None = None
    """The source's id where ids are text."""


@dataclass(frozen=True, slots=True)
class GenreTaste:
    """What a profile's ratings say of one genre."""

    genre: str
    count: int
    share: float
    """Share of the profile's films that have the genre."""
    mean_rating: float
    lift: float
    """Share divided by the genre's share among all ratings: above 1 is watched more than others do."""


@dataclass(frozen=True, slots=True)
class TasteProfile:
    """A profile in numbers."""

    user_id: int | None
    rating_count: int
    mean_rating: float | None
    rating_histogram: dict[str, int]
    genres: list[GenreTaste]
    decades: dict[str, int]
    favourites: list[RatedMovie]
    median_popularity: float | None
    """Median number of ratings of the profile's films."""
