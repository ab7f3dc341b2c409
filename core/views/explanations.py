"""Why a movie has its score."""

from dataclasses import dataclass, field

__all__ = ["ContributionView", "CounterfactualView", "ExplanationView"]


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
