"""What the controls of the page of lists hold, as one request and as an address."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from dash import Input, State

from callbacks.friends import Friend, chosen_friends
from callbacks.visitor import Visitor, numbers, watchlist
from core.lists.requests import ListRequest
from core.service import MAX_LIST
from core.views import WISHES, Near, Reranking, number_of
from dashboard.address import FilterState, href, wish_query
from dashboard.components.controls import DEFAULT_COUNT
from dashboard.pages.recommend.ids import Recommend
from dashboard.pages.recommend.wishes import wish_of
from dashboard.shell_ids import Shell

if TYPE_CHECKING:
    from core.service import CineMatch

__all__ = ["ListControls", "left_out", "list_controls"]


@dataclass(frozen=True, slots=True)
class ListControls:
    """What the page's controls hold."""

    user_id: int | None
    visitor: Visitor | None
    algorithm: str | None
    count: int
    state: FilterState
    wish: Reranking = field(default_factory=Reranking)
    only: tuple[int, ...] | None = None
    """The watchlist, where nothing else is to be listed."""
    near_tags: tuple[str, ...] = ()
    say: str = ""
    passed: tuple[int, ...] = ()
    """Films that were shown already, where others are asked for."""
    friend: Friend | None = None
    """Whose ratings came by a link, where the list is made from these."""
    mode: str = "user"
    without: tuple[int, ...] = ()
    """Rated films that do not count."""

    @classmethod
    def of(cls, service: "CineMatch", held: Mapping[str, Any]) -> "ListControls":
        """Read the controls' values, by the names of `list_controls`."""
        mine = held["mode"] == "me"
        friends = chosen_friends(held["friend"], service) if held["mode"] == "friend" else []
        wish = wish_of(held["wish"], loves=service.loves(held["algorithm"]))
        near_tags, say = tuple(held["near_tags"] or ()), (held["say"] or "").strip()
        asked = cls(
            user_id=number_of(held["user"], "viewer") if held["mode"] == "user" and held["user"] else None,
            friend=friends[0] if friends else None,
            mode=held["mode"],
            visitor=Visitor.of(held["visitor"], service) if mine else None,
            algorithm=held["algorithm"],
            count=number_of(held["count"] or DEFAULT_COUNT, "length", 1, MAX_LIST),
            state=FilterState.from_controls(service.year_span(), **held["filters"]),
            wish=wish if near_tags or say else replace(wish, closeness=0.0),
            only=watchlist(held["visitor"], service) if held["only_watchlist"] else None,
            near_tags=near_tags,
            say=say,
        )
        asked = replace(asked, without=left_out(service, asked, held["off"]))
        passed = held["passed"]
        others = passed and passed.get("address") == asked.address()
        return replace(asked, passed=tuple(passed["movies"])) if others else asked

    @property
    def answerable(self) -> bool:
        """Whether there is anybody to answer."""
        return self.visitor is not None or self.friend is not None or self.user_id is not None

    @property
    def ratings(self) -> dict[int, float] | None:
        """The ratings that the list is made from; None where they are a stored user's."""
        held = self.visitor or self.friend
        return None if held is None else held.ratings

    @property
    def whom(self) -> str:
        """Whose taste the list follows, the same text for as long as it is the same taste."""
        if self.ratings is None:
            return f"user {self.user_id}"
        return f"{len(self.ratings)} ratings, {hash(tuple(self.ratings.items())):x}"

    def request(self) -> ListRequest:
        """Return what the service takes; films that a visitor waved away make room for the next ones."""
        hidden = () if self.visitor is None else tuple(self.visitor.unwanted)
        return ListRequest.of(
            user_id=self.user_id,
            ratings=self.ratings,
            without=self.without,
            algorithm=self.algorithm,
            n=self.count,
            filters=replace(self.state.filters(), movie_ids=self.only, exclude_ids=(*hidden, *self.passed)),
            wish=self.wish,
            near=Near(self.near_tags) if self.wish.closeness else None,
            say=self.say or None,
        )

    def address(self) -> str:
        """Return the page's address that shows the same again."""
        held = "me" if self.visitor is not None else "friend" if self.friend is not None else None
        who: dict[str, object] = {"user": self.user_id} if held is None else {"mode": held}
        count = self.count if self.count != DEFAULT_COUNT else None
        listed = {**self.state.query(), **wish_query(self.wish), "watchlist": None if self.only is None else 1}
        said = {"near_tags": self.near_tags, "say": self.say, "without": self.without}
        return href("/recommend", **who, algorithm=self.algorithm, n=count, **listed, **said)


def list_controls(kind: type[Input] | type[State]) -> dict[str, Any]:
    """Return the page's controls by the names that `ListControls.of` reads."""
    return {
        "mode": kind(Recommend.MODE, "value"),
        "user": kind(Recommend.USER, "value"),
        "friend": kind(Recommend.FRIEND, "chosen"),
        "algorithm": kind(Recommend.ALGORITHM, "value"),
        "count": kind(Recommend.COUNT, "value"),
        "filters": {
            "genres": kind(Recommend.GENRES, "value"),
            "exclude_genres": kind(Recommend.EXCLUDE, "value"),
            "years": kind(Recommend.YEARS, "value"),
            "min_ratings": kind(Recommend.MIN_RATINGS, "value"),
            "max_ratings": kind(Recommend.MAX_RATINGS, "value"),
            "all_genres": kind(Recommend.ALL_GENRES, "checked"),
            "tags": kind(Recommend.TAGS, "value"),
            "exclude_tags": kind(Recommend.EXCLUDE_TAGS, "value"),
        },
        "near_tags": kind(Recommend.NEAR_TAGS, "value"),
        "say": kind(Recommend.SAY, "value"),
        "passed": kind(Recommend.PASSED, "data"),
        "off": kind(Recommend.SHAPING, "off"),
        "wish": {wish.name: kind(Recommend.wish(wish.name), "value") for wish in WISHES},
        "only_watchlist": kind(Recommend.ONLY_WATCHLIST, "checked"),
        "visitor": kind(Shell.OWN_FILMS, "data"),
    }


def left_out(service: "CineMatch", asked: ListControls, off: Any) -> tuple[int, ...]:
    """Return the ratings that a person switched off, as far as the list is this person's and holds to them."""
    chosen = off if isinstance(off, Mapping) else {}
    movies = numbers(chosen.get("movies"))
    if not movies or chosen.get("whom", asked.whom) != asked.whom or not asked.answerable:
        return ()
    rated = asked.ratings
    if rated is None:
        if not service.knows_user(asked.user_id or 0):
            return ()
        rated = {film.movie_id: film.rating for film in service.user_ratings(asked.user_id or 0)}
    return tuple(movie for movie in dict.fromkeys(movies) if movie in rated)
