"""What the service answers: plain values with raw ids, ready for JSON, pages and the command line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = [
    "ContributionView",
    "CounterfactualView",
    "DatasetView",
    "ExplanationView",
    "Filters",
    "GenreTaste",
    "ListItem",
    "MeasuredWeight",
    "ModelState",
    "ModelStatus",
    "MovieView",
    "RatedMovie",
    "RecommendationList",
    "SearchPage",
    "SimilarMovie",
    "Stars",
    "TasteProfile",
    "WishCost",
    "WishView",
]

Stars = Mapping[int, float] | Mapping[str, float]
"""Ratings of a visitor by movie id."""
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
    all_genres: bool = False
    """All of `genres` instead of at least one of them."""
    movie_ids: tuple[int | str, ...] | None = None
    """Only these movies, such as somebody's watchlist; none of them admits nothing, None admits all."""
    exclude_ids: tuple[int | str, ...] = ()
    """None of these movies, such as those that somebody waved away."""


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
class ListItem:
    """A row of a recommendation list."""

    rank: int
    movie_id: int
    title: str
    year: int | None
    genres: list[str]
    score: float
    predicted_rating: float | None
    source_id: str | None = None
    """The source's id where ids are text."""


@dataclass(frozen=True, slots=True)
class MeasuredWeight:
    """What one weight of a wish changed on held-out ratings, alone: NDCG@10 with it minus without any wish."""

    weight: float
    change: float
    low: float
    """Of the change's 95% interval over users."""
    high: float


@dataclass(frozen=True, slots=True)
class WishCost:
    """What is known of the cost of one weight."""

    wish: str
    """``diversity``, ``popularity`` or ``recency``."""
    weight: float
    ndcg: float | None
    """NDCG@10 without any wish; null where nothing was measured."""
    measured: list[MeasuredWeight]
    """The weight itself or its neighbours on both sides; empty when none was measured for the algorithm."""
    text: str


@dataclass(frozen=True, slots=True)
class WishView:
    """How a list was re-ranked, and what that costs in accuracy."""

    diversity: float
    popularity: float
    recency: float
    candidates: int
    """So many of the algorithm's best were re-ranked."""
    costs: list[WishCost]
    """One for each weight that is not 0; weights were measured one at a time, not together."""
    how: str | None
    """How the costs were measured; null where they were not."""


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


@dataclass(frozen=True, slots=True)
class ContributionView:
    """One summand of a score; `id` is a raw movie or user id where `kind` is ``movie`` or ``neighbour``."""

    kind: str
    id: int
    label: str
    value: float


@dataclass(frozen=True, slots=True)
class CounterfactualView:
    """Where a movie would stand without one of the profile's ratings.

    Ranks count the movies that the profile does not hold; null where the algorithm has no score.
    """

    movie_id: int
    """The movie whose rating is left out."""
    title: str
    rating: float
    rank: int | None
    """As things are."""
    rank_without: int | None
    text: str


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
    user_id: int | None = None
    """Whose score it is; null for a visitor."""
    counterfactuals: list[CounterfactualView] | None = None
    """For up to three films that carry the most weight; null when not asked for."""


@dataclass(frozen=True, slots=True)
class SimilarMovie:
    """A neighbour of a movie."""

    movie_id: int
    title: str
    year: int | None
    genres: list[str]
    similarity: float
    source_id: str | None = None
    """The source's id where ids are text."""


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
