"""What a browser sends of its person, checked against the data set that is served now."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.service import MAX_RATING, MIN_RATING
from core.views import KeptFilms, whole_number

if TYPE_CHECKING:
    from core.service import CineMatch

__all__ = ["FILM_STARS", "Visitor", "films_as_ratings", "kept_films", "own_part", "watchlist"]

FILM_STARS = 4.5
"""What a film counts that was named as liked, not rated."""

_LAST_TIME = 2**32 * 1000
MAX_WATCHLIST = 1_000
"""Films that are read from a watchlist, the latest ones."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Stars by movie id, the films waved away, and those watched without stars."""

    ratings: dict[int, float]
    hidden: frozenset[int]
    watched: frozenset[int] = frozenset()

    @property
    def unwanted(self) -> frozenset[int]:
        """The films that no list is to hold, beside those rated."""
        return self.hidden | self.watched

    @classmethod
    def of(cls, data: Mapping[str, Any] | None, service: "CineMatch") -> "Visitor":
        """Read the browser's store; films of another data set and values off the scale are left out."""
        stored = own_part(data, service)
        ratings = {
            movie: float(stars)
            for movie, stars in _whole_keys(stored.get("ratings"))
            if isinstance(stars, int | float) and MIN_RATING <= stars <= MAX_RATING and service.knows_movie(movie)
        }
        hidden = (movie for movie, _ in _whole_keys(stored.get("hidden")) if service.knows_movie(movie))
        watched = (movie for movie, _ in _whole_keys(stored.get("watched")) if service.knows_movie(movie))
        return cls(ratings, frozenset(hidden), frozenset(watched))


def kept_films(visitor: object, kept: object, service: "CineMatch") -> KeptFilms:
    """Read all that a browser keeps of its person's films, with times."""
    stored, mine = own_part(visitor, service), Visitor.of(visitor if isinstance(visitor, Mapping) else None, service)
    rated, watched = (_times(stored.get(part)) for part in ("rated", "watched"))
    films = own_part(kept, service).get("films") if isinstance(kept, Mapping) and "films" in kept else kept
    listed = {movie: time for movie, time in _times(films).items() if service.knows_movie(movie)}
    return KeptFilms(
        mine.ratings,
        {movie: rated.get(movie) for movie in mine.ratings},
        {movie: watched.get(movie) for movie in sorted(mine.watched - mine.ratings.keys())},
        listed,
    )


def films_as_ratings(films: str) -> dict[int, float]:
    """Return ``"1,2"`` as ratings of films that are liked."""
    return {film: FILM_STARS for part in films.split(",") if (film := whole_number(part)) is not None}


def watchlist(data: object, service: "CineMatch") -> tuple[int, ...]:
    """Read the films that a browser keeps for later, the latest first; films of another data set are left out."""
    films = own_part(data, service).get("films") if isinstance(data, Mapping) and "films" in data else data
    kept = [(movie, when) for movie, when in _whole_keys(films) if isinstance(when, int | float)]
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


def _times(values: object) -> dict[int, int | None]:
    """Return milliseconds by movie, None where they are unknown."""
    return {
        movie: int(time) if isinstance(time, int | float) and 0 < time < _LAST_TIME else None
        for movie, time in _whole_keys(values)
    }


def _whole_keys(values: object) -> list[tuple[int, Any]]:
    if not isinstance(values, Mapping):
        return []
    return [(number, value) for key, value in values.items() if (number := whole_number(key)) is not None]
