"""What the service answers: plain values with raw ids, ready for JSON, pages and the command line."""

from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = [
    "ContributionView",
    "DatasetView",
    "ExplanationView",
    "Filters",
    "GenreTaste",
    "ListItem",
    "ModelState",
    "ModelStatus",
    "MovieView",
    "RatedMovie",
    "RecommendationList",
    "SearchPage",
    "SimilarMovie",
    "TasteProfile",
]

ModelState = Literal["loaded", "skipped", "failed", "missing"]


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


@dataclass(frozen=True, slots=True)
class RecommendationList:
    """A ranked list for one profile."""

    algorithm: str
    dataset: str
    user_id: int | None
    items: list[ListItem]
    took_ms: float


@dataclass(frozen=True, slots=True)
class ContributionView:
    """One summand of a score; `id` is a raw movie or user id where `kind` is ``movie`` or ``neighbour``."""

    kind: str
    id: int
    label: str
    value: float


@dataclass(frozen=True, slots=True)
class ExplanationView:
    """Why a movie has its score; `contributions` add up to `score`, and so do `films` where there are any."""

    algorithm: str
    movie_id: int
    score: float
    predicted_rating: float | None
    contributions: list[ContributionView]
    text: str
    films: list[ContributionView] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SimilarMovie:
    """A neighbour of a movie."""

    movie_id: int
    title: str
    year: int | None
    genres: list[str]
    similarity: float


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of search results and how many there are in all."""

    total: int
    limit: int
    offset: int
    items: list[MovieView]


@dataclass(frozen=True, slots=True)
class RatedMovie:
    """A movie that a user rated."""

    movie_id: int
    title: str
    year: int | None
    genres: list[str]
    rating: float
    timestamp: int


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


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """Whether an algorithm is served, and what is known of its model."""

    key: str
    name: str
    summary: str
    state: ModelState
    reason: str | None = None
    config: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    """As in the artifact's manifest: values and how they were measured; empty when never measured."""
    trained_at: str | None = None
    disk_mb: float | None = None
    mapped_mb: float | None = None
    resident_mb: float | None = None
