"""What a browser sends of its person, checked against the data set that is served now."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.service import MAX_RATING, MIN_RATING

if TYPE_CHECKING:
    from core.service import CineMatch

__all__ = ["FILM_STARS", "Visitor", "films_as_ratings", "own_part", "watchlist"]

FILM_STARS = 4.5
"""What a film counts that was named as liked, not rated."""

MAX_WATCHLIST = 1_000
"""Films that are read from a watchlist, the latest ones."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Stars by movie id, and the films waved away."""

    ratings: dict[int, float]
    hidden: frozenset[int]

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
        return cls(ratings, frozenset(hidden))


def films_as_ratings(films: str) -> dict[int, float]:
    """Return ``"1,2"`` as ratings of films that are liked."""
    return {int(part): FILM_STARS for part in films.split(",") if part.isdigit()}


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


def _whole_keys(values: object) -> list[tuple[int, Any]]:
    if not isinstance(values, Mapping):
        return []
    return [(int(key), value) for key, value in values.items() if str(key).isdigit() and len(str(key)) < 19]
