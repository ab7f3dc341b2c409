"""What may be asked for: one type for each question, checked when it is made, whoever asks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, get_args

from core.errors import InvalidInputError
from core.views import Filters, GroupMethod, Near, Reranking

__all__ = [
    "CLOSENESS",
    "MAX_LIST",
    "MAX_VIEWERS",
    "Dated",
    "GroupRequest",
    "ListRequest",
    "ProfileRequest",
    "ShelvesRequest",
    "Stars",
    "WhatIf",
    "check_group",
    "check_length",
    "in_order",
    "seconds",
]

Id = TypeVar("Id", int, str)
Key = TypeVar("Key")

Stars = Mapping[int, float] | Mapping[str, float]
"""Ratings of a visitor by movie id, in the order in which they were given: the last one is the latest. A `Dated` one
knows when, too."""
MAX_LIST = 500
"""Longest list that is served."""
MAX_VIEWERS = 5
CLOSENESS = 0.4
"""Weight of tags and films that are named, where nobody gives another."""


class Dated(dict[Key, float]):
    """Stars by movie id, the latest last, and when each was given."""

    def __init__(self, stars: Mapping[Key, float], times: Mapping[Key, int]) -> None:
        super().__init__(stars)
        self.times: Mapping[Key, int] = times
        """Seconds since 1970, by movie id."""


@dataclass(frozen=True, slots=True)
class ProfileRequest:
    """Whose taste: a stored user's, or a visitor's by stars per movie id; without any stars, of somebody unknown.

    Raises
    ------
    InvalidInputError
        When not exactly one of the two is given.
    """

    user_id: int | str | None = None
    ratings: Stars | None = None
    """A mapping, or what has `items` like one: a pandas Series of stars by movie id."""
    without: Sequence[int | str] = ()
    """Movies whose ratings do not count, as if they had not been given."""

    def __post_init__(self) -> None:
        if (self.user_id is None) == (self.ratings is None):
            raise InvalidInputError("Give either user_id or ratings, not both and not neither.")


@dataclass(frozen=True, slots=True)
class WhatIf:
    """By what to multiply members' weights, by key: 1 is as learned, and so is a member that is not named."""

    ranking: Mapping[str, float] = field(default_factory=dict)
    """In the order of the list."""
    rating: Mapping[str, float] = field(default_factory=dict)
    """In the predicted stars."""

    @property
    def active(self) -> bool:
        """Whether anything is changed at all."""
        return any(factor != 1 for factor in (*self.ranking.values(), *self.rating.values()))


@dataclass(frozen=True, slots=True)
class ListRequest:
    """The best movies for one profile.

    Raises
    ------
    InvalidInputError
        For a length that is not served.
    """

    profile: ProfileRequest
    algorithm: str | None = None
    """A key; by default the best that is loaded."""
    n: int = 10
    """1 to `MAX_LIST`; fewer rows when fewer movies qualify."""
    exclude_rated: bool = True
    """Leave out what the profile holds."""
    filters: Filters = field(default_factory=Filters)
    wish: Reranking = field(default_factory=Reranking)
    """How far the list may move away from the algorithm's own order."""
    what_if: WhatIf | None = None
    """How much the hybrid is to trust its members; refused for other algorithms."""
    near: Near = field(default_factory=Near)
    """What the wish for closeness is about."""
    say: str | None = None
    """A sentence such as "like Heat but funny, from the 90s", whose filters and wishes are added to the others."""

    def __post_init__(self) -> None:
        check_length(self.n)
        if self.near.named and not self.wish.closeness and not self.say:
            raise InvalidInputError("Tags and films are named, but closeness is 0: give it a weight, such as 0.4.")

    @classmethod
    def of(
        cls,
        user_id: int | str | None = None,
        ratings: Stars | None = None,
        without: Sequence[int | str] = (),
        **rest: Any,
    ) -> "ListRequest":
        """Return the request of keywords: exactly one of the first two, and any field; None is a field's default."""
        given = {name: value for name, value in rest.items() if value is not None}
        return cls(ProfileRequest(user_id, ratings, tuple(without)), **given)

    @property
    def passing(self) -> Filters:
        """The filters, behind which a movie stays that was seen but does not count."""
        without = self.profile.without if self.exclude_rated else ()
        return replace(self.filters, exclude_ids=(*self.filters.exclude_ids, *without)) if without else self.filters


@dataclass(frozen=True, slots=True)
class GroupRequest:
    """Movies for two to five people together, none of which any of them has rated.

    Raises
    ------
    InvalidInputError
        For another number of viewers, a stored user who is named twice, an unknown method or a length that is not
        served.
    """

    viewers: Sequence[ProfileRequest]
    algorithm: str | None = None
    """A key; by default the best that is loaded."""
    n: int = 10
    """1 to `MAX_LIST`; fewer rows when fewer movies qualify."""
    method: GroupMethod = "average"
    """By the mean of the viewers' scores, or the best of these by the lowest predicted rating."""
    filters: Filters = field(default_factory=Filters)
    love: float | None = None
    """From what they would watch (0) to what they would love (1); by default as the algorithm was measured."""
    lately: float | None = None
    """From all of everybody's films (0) to everybody's last ones (1); by default 0."""

    def __post_init__(self) -> None:
        check_group(len(self.viewers), self.n, self.method)
        users = [
            str(viewer.user_id).strip().removesuffix(".0") for viewer in self.viewers if viewer.user_id is not None
        ]
        for user in users:
            if users.count(user) > 1:
                raise InvalidInputError(f"User {user} is in the group twice: name everybody once.")

    @property
    def passing(self) -> Filters:
        """The filters, behind which movies stay that somebody has seen but that do not count."""
        without = [movie for viewer in self.viewers for movie in viewer.without]
        return replace(self.filters, exclude_ids=(*self.filters.exclude_ids, *without)) if without else self.filters

    @property
    def own(self) -> dict[str, float]:
        """The weights by which the algorithm itself is to order, by name."""
        given = {"love": self.love, "lately": self.lately}
        return {name: weight for name, weight in given.items() if weight is not None}


@dataclass(frozen=True, slots=True)
class ShelvesRequest:
    """The shelves of a visitor's first page.

    Raises
    ------
    InvalidInputError
        For a length that is not served.
    """

    ratings: Stars
    """In the order in which they were given: the latest say which films shelves resemble."""
    watchlist: Sequence[int | str] = ()
    unwanted: Sequence[int | str] = ()
    """Movies that stand on no shelf."""
    standing: Sequence[int | str] = ()
    """Movies whose shelves stand there already: they stay for as long as the movies are liked."""
    algorithm: str | None = None
    """A key; by default the best that is loaded."""
    n: int = 12
    """Movies on a shelf, 1 to `MAX_LIST`."""
    friend: tuple[str, Stars] | None = None
    """Name and ratings of somebody to watch with: one shelf is for both."""

    def __post_init__(self) -> None:
        check_length(self.n)


def in_order(rated: Iterable[tuple[Id, float, int | None]]) -> dict[Id, float]:
    """Return stars by movie id, the latest last: `Dated` by time where each has one, otherwise as they come.

    Parameters
    ----------
    rated : iterable of tuple
        Movie id, stars and time in seconds since 1970; of a movie that comes twice the last one counts.
    """
    stars: dict[Id, float] = {}
    times: dict[Id, int] = {}
    for movie, given, time in rated:
        stars.pop(movie, None)
        times.pop(movie, None)
        stars[movie] = given
        if time is not None:
            times[movie] = time
    if len(times) < len(stars):
        return stars
    return Dated({movie: stars[movie] for movie in sorted(times, key=times.__getitem__)}, times)


def seconds(milliseconds: int | None) -> int | None:
    """Return whole seconds of milliseconds, None of None."""
    return None if milliseconds is None else milliseconds // 1000


def check_length(n: int) -> None:
    """Refuse a length that no list has.

    Raises
    ------
    InvalidInputError
        For less than 1 or more than `MAX_LIST`.
    """
    if not 1 <= n <= MAX_LIST:
        raise InvalidInputError(f"n must be between 1 and {MAX_LIST}, not {n}.")


def check_group(size: int, n: int, method: str) -> None:
    """Refuse what is no group or no list for one.

    Raises
    ------
    InvalidInputError
        For fewer than two or more than `MAX_VIEWERS` viewers, an unknown method or a length that is not served.
    """
    check_length(n)
    if not 2 <= size <= MAX_VIEWERS:
        raise InvalidInputError(f"A group has 2 to {MAX_VIEWERS} viewers, not {size}.")
    if method not in get_args(GroupMethod):
        raise InvalidInputError(f"A group decides by {' or '.join(get_args(GroupMethod))}, not {method!r}.")
