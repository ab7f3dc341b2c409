"""The address bar as state: paths with the application's prefix, query strings to typed values and back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, urlencode

import dash

from core.errors import InvalidInputError
from core.views import WISHES, Filters, Reranking, whole_number

__all__ = [
    "FilterState",
    "href",
    "integer",
    "mode_of",
    "query_of",
    "whole_numbers",
    "wish_from_query",
    "wish_query",
    "words",
]

Query = Mapping[str, str]


def href(path: str, **query: object) -> str:
    """Return a link inside the application, under its prefix; empty values are left out."""
    given = {
        name: ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        for name, value in query.items()
        if value not in (None, "", [], ())
    }
    root = dash.get_relative_path(path)
    return f"{root}?{urlencode(given, safe=',')}" if given else root


def query_of(search: str | None) -> dict[str, str]:
    """Return the first value of every name in ``?a=1&b=2``."""
    return {name: values[0] for name, values in parse_qs((search or "").lstrip("?")).items()}


def integer(query: Query, name: str, default: int | None = None, low: int = 0, high: int = 2**53) -> int | None:
    """Return a whole number from an address, or `default` where it is missing, no number or out of range."""
    value = whole_number(query.get(name, ""), low, high)
    return default if value is None else value


def mode_of(query: Query) -> Literal["user", "me", "friend"]:
    """Return for whom an address asks: a stored user where it names one or any, a friend, or else the visitor."""
    if "user" in query or query.get("mode") == "user":
        return "user"
    return "friend" if query.get("mode") == "friend" else "me"


def words(query: Query, name: str, allowed: Sequence[str] | None = None) -> list[str]:
    """Return a comma-separated list from an address, without what is not in `allowed`."""
    found = [part for part in query.get(name, "").split(",") if part]
    return found if allowed is None else [part for part in found if part in allowed]


def whole_numbers(query: Query, name: str) -> list[int]:
    """Return the whole numbers of a comma-separated list from an address, without what is none."""
    return [number for text in words(query, name) if (number := whole_number(text)) is not None]


def wish_from_query(query: Query) -> Reranking:
    """Read how a list is to be re-ranked; a wish that does not parse or is out of range is none."""
    try:
        return Reranking(**{wish.name: float(query[wish.name]) for wish in WISHES if query.get(wish.name)})
    except (ValueError, InvalidInputError):
        return Reranking()


def wish_query(wish: Reranking) -> dict[str, object]:
    """Return what belongs into an address: the weights that are not their default."""
    return {name: f"{weight:g}" for name, weight in wish.weights.items()}


@dataclass(frozen=True, slots=True)
class FilterState:
    """Which films may be listed, as controls and addresses hold it; ``years`` spans all when None."""

    genres: tuple[str, ...] = ()
    exclude_genres: tuple[str, ...] = ()
    years: tuple[int, int] | None = None
    min_ratings: int = 0
    all_genres: bool = False
    tags: tuple[str, ...] = ()
    exclude_tags: tuple[str, ...] = ()
    max_ratings: int | None = None

    @classmethod
    def from_query(cls, query: Query, genre_names: Sequence[str], span: tuple[int, int]) -> "FilterState":
        """Read from an address; what does not parse is ignored, the rest holds."""
        low = integer(query, "year_min", span[0], span[0], span[1])
        high = integer(query, "year_max", span[1], span[0], span[1])
        years = (low, high) if low is not None and high is not None and low <= high else None
        return cls(
            genres=tuple(words(query, "genres", genre_names)),
            exclude_genres=tuple(words(query, "exclude_genres", genre_names)),
            years=None if years == span else years,
            min_ratings=integer(query, "min_ratings", 0) or 0,
            all_genres=query.get("all_genres") == "1",
            tags=tuple(words(query, "tags")),
            exclude_tags=tuple(words(query, "exclude_tags")),
            max_ratings=integer(query, "max_ratings", None, 1),
        )

    @classmethod
    def from_controls(
        cls,
        span: tuple[int, int],
        *,
        genres: Sequence[str] | None = None,
        exclude_genres: Sequence[str] | None = None,
        years: Sequence[int] | None = None,
        min_ratings: int | str | None = None,
        all_genres: bool | None = False,
        tags: Sequence[str] | None = None,
        exclude_tags: Sequence[str] | None = None,
        max_ratings: int | str | None = None,
    ) -> "FilterState":
        """Read from what the filter controls hold."""
        chosen = (int(years[0]), int(years[1])) if years else span
        return cls(
            genres=tuple(genres or ()),
            exclude_genres=tuple(exclude_genres or ()),
            years=None if chosen == span else chosen,
            min_ratings=int(min_ratings or 0),
            all_genres=bool(all_genres),
            tags=tuple(tags or ()),
            exclude_tags=tuple(exclude_tags or ()),
            max_ratings=int(max_ratings or 0) or None,
        )

    def filters(self) -> Filters:
        """Return what the service takes."""
        low, high = self.years or (None, None)
        return Filters(
            self.genres,
            self.exclude_genres,
            low,
            high,
            self.min_ratings,
            self.all_genres,
            tags=self.tags,
            exclude_tags=self.exclude_tags,
            max_ratings=self.max_ratings,
        )

    def query(self) -> dict[str, object]:
        """Return what belongs into an address: only what differs from the defaults."""
        low, high = self.years or (None, None)
        return {
            "genres": self.genres,
            "exclude_genres": self.exclude_genres,
            "year_min": low,
            "year_max": high,
            "min_ratings": self.min_ratings or None,
            "all_genres": "1" if self.all_genres else None,
            "tags": self.tags,
            "exclude_tags": self.exclude_tags,
            "max_ratings": self.max_ratings,
        }
