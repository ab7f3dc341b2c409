"""A request with what its sentence asks for."""

from __future__ import annotations

from dataclasses import replace

from core.lists.requests import CLOSENESS, ListRequest
from core.views import Filters, Near, Reading

__all__ = ["NAMED_STARS", "with_reading"]

NAMED_STARS = 4.5
"""Stars of the films that a sentence names, for somebody who has rated nothing."""


def with_reading(request: ListRequest, reading: Reading) -> ListRequest:
    """Return a request with the filters and wishes of a sentence added to its own.

    Years narrow each other. Films and tags that are named are what the list comes close to, and the films do not
    stand in it; for who has rated nothing they are the profile, too.
    """
    films = _values(reading, "film")
    near = Near((*request.near.tags, *_values(reading, "tag")), (*request.near.movie_ids, *films))
    weights: dict[str, float] = {
        part.kind: float(part.value) for part in reading.parts if part.kind in ("popularity", "recency", "diversity")
    }
    if near.named and not request.wish.closeness:
        weights["closeness"] = CLOSENESS
    profile = request.profile
    if films and profile.ratings is not None and not len(profile.ratings):
        # What it says of `without` stays: a rating that was not given cannot be left out.
        profile = replace(profile, ratings=dict.fromkeys(films, NAMED_STARS))
    return replace(
        request,
        profile=profile,
        filters=_filters(request.filters, reading, films),
        wish=replace(request.wish, **weights),
        near=near,
    )


def _values(reading: Reading, kind: str, *, without: bool = False) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.value for part in reading.parts if part.kind == kind and part.without == without))


def _filters(own: Filters, reading: Reading, films: tuple[str, ...]) -> Filters:
    genres = _values(reading, "genre")
    spans = [span.split("-") for span in _values(reading, "years")]
    lows = [own.year_min, *(int(low) for low, _ in spans if low)]
    highs = [own.year_max, *(int(high) for _, high in spans if high)]
    return replace(
        own,
        genres=(*own.genres, *genres),
        # One genre of a sentence beside those of the filters is one more that the film must have.
        all_genres=own.all_genres or (bool(genres) and not reading.any_genre),
        exclude_genres=(*own.exclude_genres, *_values(reading, "genre", without=True)),
        exclude_tags=(*own.exclude_tags, *_values(reading, "tag", without=True)),
        year_min=max((low for low in lows if low is not None), default=None),
        year_max=min((high for high in highs if high is not None), default=None),
        exclude_ids=(*own.exclude_ids, *films),
    )
