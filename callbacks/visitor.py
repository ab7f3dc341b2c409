"""What a browser sends of its person, checked against the data set that is served now."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.lists.requests import in_order
from core.service import MAX_RATING, MIN_RATING
from core.views import KeptFilms, whole_number

if TYPE_CHECKING:
    from core.service import CineMatch

__all__ = ["FILM_STARS", "Visitor", "films_as_ratings", "kept_films", "numbers", "own_part", "watchlist"]

FILM_STARS = 4.5
"""What a film counts that was named as liked, not rated."""

_LAST_TIME = 2**32
_RATED = re.compile(r"[0-9a-z]{1,11}\.[0-9a-z]{1,2}\.[0-9a-z]{1,7}", re.ASCII)
_FILM = re.compile(r"[0-9a-z]{1,11}", re.ASCII)
MAX_WATCHLIST = 1_000
"""Films that are read from a watchlist, the latest ones."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Stars by movie id, the films waved away, and those watched without stars."""

    ratings: dict[int, float]
    """The latest last."""
    hidden: frozenset[int]
    watched: frozenset[int] = frozenset()
    times: dict[int, int | None] = field(default_factory=dict)
    """When each was rated, in Unix seconds; None where it is not known."""

    @property
    def unwanted(self) -> frozenset[int]:
        """The films that no list is to hold, beside those rated."""
        return self.hidden | self.watched

    @classmethod
    def of(cls, data: object, service: "CineMatch") -> "Visitor":
        """Read the browser's store or its short form, without films of other data sets and values off the scale."""
        stored = own_part(_unpacked(data) if isinstance(data, str) else data, service)
        given = {
            movie: entry
            for movie, entry in _entries(stored.get("ratings"))
            if _is_number(entry.get("rating"))
            and MIN_RATING <= entry["rating"] <= MAX_RATING
            and service.knows_movie(movie)
        }
        hidden, watched = (
            frozenset(movie for movie, _ in _entries(stored.get(part)) if service.knows_movie(movie))
            for part in ("hidden", "watched")
        )
        times = {movie: _time(entry) for movie, entry in given.items()}
        ratings = in_order((movie, float(entry["rating"]), times[movie]) for movie, entry in given.items())
        return cls(ratings, hidden, watched, times)


def kept_films(visitor: object, kept: object, service: "CineMatch") -> KeptFilms:
    """Read all that a browser keeps of its person's films, with times in milliseconds."""
    mine = Visitor.of(visitor, service)
    stored = own_part(visitor, service)
    watched, hidden = (
        {
            movie: _milliseconds(_time(entry))
            for movie, entry in _entries(stored.get(part))
            if movie in films and movie not in mine.ratings
        }
        for part, films in (("watched", mine.watched), ("hidden", mine.hidden))
    )
    listed = {
        movie: int(when) if _is_number(when) and 0 < when < _LAST_TIME * 1000 else None
        for movie, when in _whole_keys(_films(kept, service))
        if service.knows_movie(movie)
    }
    rated = {movie: _milliseconds(time) for movie, time in mine.times.items()}
    return KeptFilms(mine.ratings, rated, watched, listed, hidden)


def films_as_ratings(films: object) -> dict[int, float]:
    """Return movie ids, as a browser sent them, as ratings of films that are liked."""
    return dict.fromkeys(numbers(films), FILM_STARS)


def numbers(sent: object) -> list[int]:
    """Return the whole numbers of a list, as a browser sent it; what else is in it is left out."""
    entries = sent if isinstance(sent, list) else []
    return [number for entry in entries if (number := whole_number(entry)) is not None]


def watchlist(data: object, service: "CineMatch") -> tuple[int, ...]:
    """Read the films that a browser keeps for later, the latest first; films of another data set are left out."""
    if isinstance(data, str):
        data = {name: value for name, value in _unpacked(data).items() if name in ("dataset", "films")}
    kept = [(movie, when) for movie, when in _whole_keys(_films(data, service)) if _is_number(when)]
    latest = sorted(kept, key=lambda pair: (-pair[1], pair[0]))[:MAX_WATCHLIST]
    return tuple(movie for movie, _ in latest if service.knows_movie(movie))


def own_part(data: object, service: "CineMatch") -> Mapping[str, Any]:
    """Return what a browser's store holds for the data set that is served; assets/js/15-datasets.js writes it.

    What is marked for no data set was kept when there was one only.
    """
    if not isinstance(data, Mapping):
        return {}
    now = service.identity()
    if data.get("dataset", now) == now:
        return data
    others = data.get("others")
    own = others.get(now) if isinstance(others, Mapping) else None
    return own if isinstance(own, Mapping) else {}


def _unpacked(text: str) -> dict[str, Any]:
    """Read the short text that assets/js/20-own-films.js makes of what is kept: numbers in base 36."""
    dataset, ratings, hidden, watched, kept = ("||||" + text).rsplit("|", 4)
    rated = (entry for entry in ratings.split(",") if _RATED.fullmatch(entry))
    numbers = ([int(part, 36) for part in entry.split(".")] for entry in rated)

    def films(part: str) -> list[dict[str, Any]]:
        return [{"movie": int(film, 36)} for film in part.split(",") if _FILM.fullmatch(film)]

    return {
        "dataset": dataset.removeprefix("||||"),
        "ratings": [{"movie": movie, "rating": halves / 2, "time": time or None} for movie, halves, time in numbers],
        "hidden": films(hidden),
        "watched": films(watched),
        # The latest first: the places stand for the times.
        "films": {film["movie"]: -place for place, film in enumerate(films(kept))},
    }


def _films(data: object, service: "CineMatch") -> object:
    return own_part(data, service).get("films") if isinstance(data, Mapping) and "films" in data else data


def _entries(values: object) -> Iterator[tuple[int, Mapping[str, Any]]]:
    if not isinstance(values, Sequence):
        return
    for entry in values:
        if isinstance(entry, Mapping) and (movie := whole_number(entry.get("movie"))) is not None:
            yield movie, entry


def _time(entry: Mapping[str, Any]) -> int | None:
    time: Any = entry.get("time")
    return int(time) if _is_number(time) and 0 < time < _LAST_TIME else None


def _milliseconds(time: int | None) -> int | None:
    return None if time is None else time * 1000


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _whole_keys(values: object) -> list[tuple[int, Any]]:
    if not isinstance(values, Mapping):
        return []
    return [(number, value) for key, value in values.items() if (number := whole_number(key)) is not None]
