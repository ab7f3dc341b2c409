"""What clients may ask: parameters and bodies, with their limits."""

import re
from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    create_model,
    model_validator,
)

from core.errors import InvalidInputError
from core.lists.requests import ListRequest, ProfileRequest, WhatIf, in_order, seconds
from core.service import LONGEST_SENTENCE, MAX_ID, MAX_LIST, MAX_RATING, MIN_RATING, algorithm_keys
from core.views import MAX_FACTOR, WISHES, Filters, Near, Reranking
from dashboard.api.times import Time

__all__ = [
    "Algorithm",
    "BatchBody",
    "Body",
    "Count",
    "ExplanationBody",
    "Id",
    "Ids",
    "ImportQuery",
    "ListFilters",
    "ListQuery",
    "MoviePath",
    "PageQuery",
    "ProfileBody",
    "Ratings",
    "RecommendationBody",
    "SearchQuery",
    "Strict",
    "UserPath",
    "WeightsQuery",
    "ratings_by_movie",
]

MAX_RATINGS = 10_000
MAX_IDS = 1_000
MAX_IDS_IN_QUERY = 300
"""An address is no longer than 8 KB."""
MAX_BATCH = 100
MAX_BATCH_ROWS = 5_000
_LONGEST_ID = 200
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,18})?(?:[eE]-?[0-9]{1,2})?")


def _known_algorithm(key: str) -> str:
    if key not in algorithm_keys():
        raise ValueError(f"there is no algorithm {key!r}; choose one of {', '.join(algorithm_keys())}")
    return key


def _split(value: object) -> object:
    """Take `a,b`, `a|b` and a repeated parameter alike."""
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        return value
    return [name.strip() for part in value for name in part.replace("|", ",").split(",") if name.strip()]


def _split_in_query(value: object, info: ValidationInfo) -> object:
    """Split ids of an address; a body names each by itself, and some have commas."""
    return value if (info.config or {}).get("strict") else _split(value)


def _written_out(value: object, info: ValidationInfo) -> object:
    """Read a number of an address as it is printed, and as Python reads it no more; bodies hold numbers as such."""
    if not isinstance(value, str) or (info.config or {}).get("strict"):
        return value
    if not _NUMBER.fullmatch(value):
        raise ValueError("this is no number, written out in plain digits")
    return value


Id = Annotated[int, Field(ge=0, le=MAX_ID)] | Annotated[str, Field(min_length=1, max_length=_LONGEST_ID)]
"""A number, or text: the source's id where ids are text, else a number written out."""
PathId = Annotated[str, Field(min_length=1, max_length=_LONGEST_ID)]
Genres = Annotated[list[Annotated[str, Field(max_length=40)]], BeforeValidator(_split), Field(max_length=30)]
Tags = Annotated[list[Annotated[str, Field(max_length=200)]], BeforeValidator(_split), Field(max_length=30)]
Ids = Annotated[list[Id], BeforeValidator(_split_in_query), Field(max_length=MAX_IDS)]
IdsInQuery = Annotated[list[Id], BeforeValidator(_split_in_query), Field(max_length=MAX_IDS_IN_QUERY)]
Year = Annotated[int, Field(ge=1800, le=2200), BeforeValidator(_written_out)]
Algorithm = Annotated[
    str, AfterValidator(_known_algorithm), Field(json_schema_extra={"enum": list(algorithm_keys())})
]
Count = Annotated[int, Field(ge=1, le=MAX_LIST), BeforeValidator(_written_out)]


class Strict(BaseModel):
    """Refuses names that it does not know, so that a misspelt filter does not go unnoticed."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    _schema: ClassVar[dict[str, Any] | None] = None

    @classmethod
    def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the JSON schema; the plain one is kept, because it is asked for with every request."""
        if args or kwargs:
            return super().model_json_schema(*args, **kwargs)
        if "_schema" not in cls.__dict__ or cls._schema is None:
            cls._schema = super().model_json_schema()
        return cls._schema


class UserPath(Strict):
    """Which user."""

    user_id: PathId
    """A user of the data set."""


class MoviePath(Strict):
    """Which movie."""

    movie_id: PathId
    """A movie of the data set."""


class PageQuery(Strict):
    """Which part of a long list."""

    limit: Count = 20
    """How many at most."""
    offset: Annotated[int, Field(ge=0, le=10_000_000), BeforeValidator(_written_out)] = 0
    """How many to pass over."""
    dataset: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    """The data set that the page before came from, as its `Link` says: refuse to go on with another one."""


class _Years(Strict):
    year_min: Year | None = None
    """Released in this year or later."""
    year_max: Year | None = None
    """Released in this year or earlier."""


class SearchQuery(PageQuery, _Years):
    """A search among the movies."""

    q: Annotated[str, Field(max_length=200)] = ""
    """Part of a title; typing errors are tolerated. Empty lists the most rated movies."""
    genre: Genres = []
    """At least one of these; repeat the parameter or separate by commas."""
    tag: Tags = []
    """At least one of these that people gave; repeat the parameter or separate by commas."""

    def filters(self) -> Filters:
        """Return the filters of the search."""
        return Filters(genres=tuple(self.genre), year_min=self.year_min, year_max=self.year_max, tags=tuple(self.tag))


class ListFilters(_Years):
    """Which movies may be listed."""

    genres: Genres = []
    """At least one of these; in a query repeat the parameter or separate by commas."""
    exclude_genres: Genres = []
    """None of these."""
    all_genres: bool = False
    """All of `genres` instead of at least one of them."""
    min_ratings: Annotated[int, Field(ge=0, le=1_000_000_000), BeforeValidator(_written_out)] = 0
    """Rated by at least this many people."""
    max_ratings: Annotated[int, Field(ge=0, le=1_000_000_000), BeforeValidator(_written_out)] | None = None
    """Rated by at most this many people."""
    tags: Tags = []
    """At least one of these that people gave; in a query repeat the parameter or separate by commas."""
    exclude_tags: Tags = []
    """None of these."""
    only: Ids | None = None
    """Only these movies, by id, such as a watchlist."""
    exclude: Ids = []
    """None of these movies, by id."""

    def filters(self) -> Filters:
        """Return which movies may be listed."""
        return Filters(
            genres=tuple(self.genres),
            exclude_genres=tuple(self.exclude_genres),
            year_min=self.year_min,
            year_max=self.year_max,
            min_ratings=self.min_ratings,
            all_genres=self.all_genres,
            movie_ids=None if self.only is None else tuple(self.only),
            exclude_ids=tuple(self.exclude),
            tags=tuple(self.tags),
            exclude_tags=tuple(self.exclude_tags),
            max_ratings=self.max_ratings,
        )


class _Listed(ListFilters):
    algorithm: Algorithm | None = None
    """By default the best model that is loaded."""
    n: Count = 10
    """How many at most; fewer when fewer movies qualify."""
    exclude_rated: bool = True
    """Leave out the movies that the profile has rated."""


_FIELDS: dict[str, Any] = {
    wish.name: (
        Annotated[float, Field(ge=wish.low, le=wish.high), BeforeValidator(_written_out)],
        Field(wish.default, description=wish.help),
    )
    for wish in WISHES
}
_Wishes: Any = create_model("_Wishes", __base__=Strict, **_FIELDS)


class _Asked(_Wishes, _Listed):
    near_tags: Tags = []
    """What the wish for `closeness` is about: tags that people gave."""
    near_movies: Annotated[Ids, Field(max_length=20)] = []
    """What the wish for `closeness` is about: movies, by id."""
    say: Annotated[str, Field(max_length=LONGEST_SENTENCE)] | None = None
    """A sentence such as "like Heat but not like Die Hard, funny, from the 90s". What it asks for is added to the
    filters and wishes; `reading` in the answer tells how it was understood. "Not like" leaves a film out with those
    most like it, fifty at most."""

    def wish(self) -> Reranking:
        """Return how far the list may move away from the algorithm's own order."""
        return Reranking(**{wish.name: getattr(self, wish.name) for wish in WISHES})

    def request(self, profile: ProfileRequest, what_if: WhatIf | None = None) -> ListRequest:
        """Return what the service takes."""
        near = Near(tuple(self.near_tags), tuple(self.near_movies))
        return ListRequest(
            profile, self.algorithm, self.n, self.exclude_rated, self.filters(), self.wish(), what_if, near, self.say
        )


WITHOUT = "Rated movies, by id, whose ratings do not count; a list leaves them out like the other rated ones."


class ListQuery(_Asked):
    """What a recommendation list is to hold."""

    without: Annotated[IdsInQuery, Field(description=WITHOUT)] = []
    only: IdsInQuery | None = None
    """Only these movies, by id, such as a watchlist; repeat it or separate by commas. A body takes more."""
    exclude: IdsInQuery = []
    """None of these movies, by id. A body takes more."""


class Body(Strict):
    """What comes as JSON, where a number is a number: neither ``true`` nor ``"5"``."""

    model_config = ConfigDict(strict=True)


class RatingBody(Body):
    """A visitor's rating."""

    movie_id: Id
    """A movie of the data set."""
    rating: Annotated[float, Field(ge=MIN_RATING, le=MAX_RATING)]
    """Stars."""
    time: Time | None = None
    """When it was given, in milliseconds since 1970; within a second nobody knows which came first. Where a rating
    lacks it, all count as given in this order."""


Love = Annotated[float, Field(ge=0, le=1)]
"""From what people like this watch to what this person would love."""
Lately = Annotated[float, Field(ge=0, le=1)]
"""From what fits the whole profile to what people rate next after its last films."""
Factors = Annotated[dict[str, Annotated[float, Field(ge=0, le=MAX_FACTOR)]], Field(max_length=20)]
Ratings = Annotated[list[RatingBody], Field(max_length=MAX_RATINGS)]


def ratings_by_movie(ratings: list[RatingBody]) -> dict[str, float]:
    """Return stars by movie id, the latest last; of a movie rated twice the last rating counts."""
    return in_order((str(given.movie_id), given.rating, seconds(given.time)) for given in ratings)


class ImportQuery(Strict):
    """What an export is called."""

    name: Annotated[str, Field(max_length=200)] = "upload"
    """The file's name, by whose ending some forms are known."""


class WeightsQuery(Strict):
    """For whom the hybrid's weights are asked."""

    length: Annotated[int, Field(ge=0, le=MAX_RATINGS), BeforeValidator(_written_out)] | None = None
    """Number of ratings of the profile, on which the weights of the ranking depend; by default a long one."""


class WeightsBody(Body):
    """By what to multiply the weights of the hybrid's members, by key: 1 is as learned, 0 leaves a member out."""

    ranking: Factors = {}
    """In the order of the list."""
    rating: Factors = {}
    """In the predicted ratings."""


class RecommendationBody(_Asked, Body):
    """A visitor's ratings and what the list is to hold."""

    ratings: Ratings
    """May be empty: the list is then for somebody unknown. Of a movie rated twice the last rating counts."""
    without: Annotated[Ids, Field(description=WITHOUT)] = []
    weights: WeightsBody | None = None
    """What if the hybrid trusted its members otherwise; refused for other algorithms."""

    def asked(self) -> ListRequest:
        """Return what the service takes."""
        what_if = None if self.weights is None else WhatIf(self.weights.ranking, self.weights.rating)
        profile = ProfileRequest(ratings=ratings_by_movie(self.ratings), without=tuple(self.without))
        return self.request(profile, what_if)


class ProfileBody(Body):
    """Somebody: a stored user, or a visitor's ratings."""

    user_id: Id | None = None
    """A user of the data set; leave out when `ratings` are given."""
    ratings: Ratings | None = None
    """A visitor's ratings; leave out when `user_id` is given."""
    without: Annotated[Ids, Field(description=WITHOUT)] = []

    @model_validator(mode="after")
    def _one_profile(self) -> "ProfileBody":
        try:
            self.profile()
        except InvalidInputError as error:
            raise ValueError("give either user_id or ratings, not both and not neither") from error
        return self

    def profile(self) -> ProfileRequest:
        """Return what the service takes."""
        ratings = None if self.ratings is None else ratings_by_movie(self.ratings)
        return ProfileRequest(self.user_id, ratings, tuple(self.without))


class ExplanationBody(ProfileBody):
    """Of which score an explanation is asked: of a stored user, or of a visitor's ratings."""

    movie_id: Id
    """The movie whose score is to be explained."""
    algorithm: Algorithm | None = None
    """By default the best model that is loaded."""
    counterfactuals: bool = False
    """Say, too, what rank the movie would have without each of the ratings that carry the most weight."""
    love: Love | None = None
    """Of the list that is asked about; by default as the algorithm was measured."""
    lately: Lately | None = None
    """Of the list that is asked about; by default 0."""

    def own(self) -> dict[str, float]:
        """Return the weights by which the algorithm itself ordered, by name."""
        given = {"love": self.love, "lately": self.lately}
        return {name: weight for name, weight in given.items() if weight is not None}


class BatchBody(_Asked, Body):
    """Up to a hundred people and what the list of each is to hold."""

    profiles: Annotated[list[ProfileBody], Field(min_length=1, max_length=MAX_BATCH)]
    """Stored users, or visitors by their ratings."""

    @model_validator(mode="after")
    def _not_too_much(self) -> "BatchBody":
        rows = len(self.profiles) * self.n
        if rows > MAX_BATCH_ROWS:
            raise ValueError(
                f"{len(self.profiles)} lists of {self.n} are too many: at most {MAX_BATCH_ROWS:,} rows in all"
            )
        return self

    def asked(self) -> list[ListRequest]:
        """Return what the service takes, one by one."""
        return [self.request(one.profile()) for one in self.profiles]
