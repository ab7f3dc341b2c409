"""Friends, as the browser sends those that are chosen: their ratings came by a link and are kept nowhere here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.service import MAX_RATING, MIN_RATING
from core.views import whole_number

if TYPE_CHECKING:
    from core.service import CineMatch

__all__ = ["Friend", "chosen_friends", "films_of"]

_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Friend:
    """Somebody whose ratings came by a link."""

    key: str
    """By which the browser knows the friend."""
    name: str
    ratings: dict[int, float]
    """Stars by movie id."""


def films_of(pairs: object, service: "CineMatch") -> dict[int, float]:
    """Return films with stars as ratings; what the data set does not hold and stars off the scale are left out."""
    return {movie: stars for movie, stars in _pairs(pairs) if service.knows_movie(movie)}


def chosen_friends(data: object, service: "CineMatch") -> list[Friend]:
    """Return the friends that are chosen; assets/js/30-friend-parts.js sends them."""
    found = [entry for entry in data if isinstance(entry, Mapping)] if isinstance(data, Sequence) else []
    return [
        Friend(str(entry.get("key", "")), _name(entry), films_of(entry.get("ratings"), service)) for entry in found
    ]


def _name(entry: Mapping[str, Any]) -> str:
    return str(entry.get("name") or "A friend")[:_LONGEST_NAME]


def _pairs(pairs: object) -> Iterator[tuple[int, float]]:
    if not isinstance(pairs, Sequence):
        return
    for pair in pairs:
        if not isinstance(pair, Sequence) or len(pair) != 2:
            continue
        movie, stars = whole_number(pair[0]), pair[1]
        told = isinstance(stars, int | float) and not isinstance(stars, bool)
        if movie is not None and told and MIN_RATING <= stars <= MAX_RATING:
            yield movie, float(stars)
