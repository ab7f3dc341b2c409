"""What may be asked of one's own profile."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from core.lists.requests import ListRequest, ProfileRequest
from core.service import MAX_ID, MAX_LIST, MAX_RATING, MIN_RATING
from core.views import MAX_CHANGES, FilmChange, FilmKind, FilmOutcome, OutcomeKind
from dashboard.api.requests import Algorithm, Body, Id, ListQuery
from dashboard.api.times import LATEST_MS, Time

__all__ = [
    "ChangesBody",
    "CodeBody",
    "FeedbackBody",
    "KeyHeader",
    "MarkBody",
    "NameBody",
    "Nothing",
    "OwnListQuery",
    "RatingBody",
    "ShownBody",
]

Stars = Annotated[float, Field(ge=MIN_RATING, le=MAX_RATING, multiple_of=0.5)]
ListId = Annotated[str, Field(min_length=1, max_length=32)]


class KeyHeader(BaseModel):
    """By what a request that is sent again is known."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    key: Annotated[str | None, Field(alias="Idempotency-Key", min_length=1, max_length=200)] = None
    """A name of your own, a new one for each request: sent again within two days, it changes nothing and is answered
    as before."""


class Nothing(Body):
    """An empty object."""


class RatingBody(Body):
    """A rating."""

    rating: Stars
    """Stars, in halves."""
    time: Time | None = None
    """When it was given, in milliseconds since 1970; by default it is not known."""


class MarkBody(Body):
    """A mark on a film."""

    time: Time | None = None
    """When it was made, in milliseconds since 1970; by default it is not known."""


class ChangeBody(Body):
    """A rating or a mark that is set or taken away."""

    kind: FilmKind
    movie_id: Id
    """A movie of the data set."""
    rating: Stars | None = None
    """Stars, for a rating; null takes it away."""
    kept: bool = True
    """False takes a mark or a rating away."""
    time: Time | None = None
    """When the person rated or marked, in milliseconds since 1970."""
    age_ms: Annotated[int, Field(ge=0, lt=LATEST_MS)] = 0
    """How long the change has waited to be sent: of two changes of one film the later one counts."""

    @model_validator(mode="after")
    def _stars_are_of_ratings(self) -> "ChangeBody":
        if self.rating is not None and self.kind != "rating":
            raise ValueError("stars are of the kind `rating`; leave them out of a mark")
        return self


class ChangesBody(Body):
    """Changes that are kept together, or none of them."""

    changes: Annotated[list[ChangeBody], Field(max_length=MAX_CHANGES)]

    def asked(self) -> list[FilmChange]:
        """Return what the service takes."""
        return [
            FilmChange(one.kind, one.movie_id, one.rating, one.kept, one.time, one.age_ms) for one in self.changes
        ]


class OwnListQuery(ListQuery):
    """What a list for oneself is to hold; hidden and watched films are never in it."""

    def asked(self) -> ListRequest:
        """Return what the service takes; the profile is the one that is kept."""
        return self.request(ProfileRequest(ratings={}, without=tuple(self.without)))


class ShownBody(Body):
    """A list that a page has shown."""

    algorithm: Algorithm
    movie_ids: Annotated[list[Annotated[int, Field(ge=0, le=MAX_ID)]], Field(min_length=1, max_length=MAX_LIST)]
    """Best first."""
    in_arm: bool = False
    """Whether it is in the order of the person's arm of an experiment."""


class OutcomeBody(Body):
    """What became of a film of a list."""

    list_id: ListId
    movie_id: Annotated[int, Field(ge=0, le=MAX_ID)]
    kind: OutcomeKind
    rating: Stars | None = None
    """Stars, where the kind is `rated`."""

    @model_validator(mode="after")
    def _stars_are_of_ratings(self) -> "OutcomeBody":
        if (self.rating is None) == (self.kind == "rated"):
            raise ValueError("give stars with the kind `rated`, and with no other")
        return self


class FeedbackBody(Body):
    """What became of films of one's own lists; what is told twice is counted once."""

    events: Annotated[list[OutcomeBody], Field(max_length=MAX_CHANGES)]

    def asked(self) -> list[FilmOutcome]:
        """Return what the service takes."""
        return [FilmOutcome(one.list_id, one.movie_id, one.kind, one.rating) for one in self.events]


class CodeBody(Body):
    """A code of another device."""

    code: Annotated[str, Field(min_length=1, max_length=40)]
    """In capitals or not, with or without the dashes."""


class NameBody(Body):
    """A name with its passphrase."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    passphrase: Annotated[str, Field(min_length=1, max_length=200)]
