"""The data set and its movies."""

from dataclasses import dataclass, field

__all__ = ["DatasetView", "MovieView", "SearchPage", "SimilarMovie", "TagView"]


@dataclass(frozen=True, slots=True)
class DatasetView:
    """A data set in numbers."""

    name: str
    source: str
    fingerprint: str
    users: int
    movies: int
    ratings: int
    density: float
    mean_rating: float
    rating_min: float
    rating_max: float


@dataclass(frozen=True, slots=True)
class MovieView:
    """A movie with what the data set knows of it."""

    movie_id: int
    title: str
    year: int | None
    genres: list[str]
    rating_count: int
    mean_rating: float | None
    tags: list[str] = field(default_factory=list)
    imdb_id: int | None = None
    tmdb_id: int | None = None
    source_id: str | None = None
    """The source's id where ids are text."""


@dataclass(frozen=True, slots=True)
class TagView:
    """A word that people gave films."""

    tag: str
    films: int
    """How many films bear it."""


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of search results and how many there are in all."""

    total: int
    limit: int
    offset: int
    items: list[MovieView]


@dataclass(frozen=True, slots=True)
class SimilarMovie:
    """A neighbour of a movie."""

    movie_id: int
    title: str
    year: int | None
    genres: list[str]
    similarity: float
    """By what the neighbours are ordered, in the measure that was asked for."""
    share: float | None
    """Of the people who gave the movie 4 stars or more, who gave them to the neighbour too; null without such."""
    lift: float | None
    """How many times more often than people in general, small counts drawn towards 1; null with fewer than ten."""
    count: int
    """How many people liked both."""
    text: str
    """The same in words."""
    source_id: str | None = None
    """The source's id where ids are text."""
