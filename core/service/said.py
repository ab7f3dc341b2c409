"""What a sentence asks for, and what it refuses, beside what a request asks for itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from core.lists.said import with_reading
from core.recommenders.parts.top_n import top_n
from core.search import most_alike

if TYPE_CHECKING:
    from core.lists.requests import ListRequest
    from core.lists.similar import SimilarFilms
    from core.views import Reading

__all__ = ["understood"]


def understood(request: ListRequest, reading: Reading, films: SimilarFilms) -> ListRequest:
    """Return a request with what its sentence asks for and refuses, added to its own as `with_reading` does it.

    A film that the list is not to be like is left out with the films most like it, `core.search.most_alike` of them;
    a film that is more like one that the sentence names as liked is none of these. Years that it refuses are left out
    film by film.
    """
    refused: set[int] = set()
    for part in reading.parts:
        if part.without and part.kind == "film":
            refused.update(_like(films, part.value, reading))
        elif part.without and part.kind == "years":
            refused.update(_of_years(films, part.value))
    wanted = with_reading(request, reading)
    if not refused:
        return wanted
    ids = films.dataset.movies.ids[sorted(refused)].tolist()
    return replace(wanted, filters=replace(wanted.filters, exclude_ids=(*wanted.filters.exclude_ids, *ids)))


def _like(films: SimilarFilms, movie: str, reading: Reading) -> list[int]:
    """Return a film and those most like it, dense indices."""
    data = films.dataset
    refused = data.movie_index(movie)
    likeness = films.likeness(refused)
    for part in reading.parts:
        if part.kind == "film" and not part.without:
            liked = data.movie_index(part.value)
            likeness[films.likeness(liked) > likeness] = np.nan
            likeness[liked] = np.nan
    likeness[refused] = np.nan
    return [refused, *top_n(likeness, most_alike(data)).tolist()]


def _of_years(films: SimilarFilms, span: str) -> list[int]:
    low, high = map(int, span.split("-"))
    years = films.dataset.movies.years
    found: list[int] = np.flatnonzero((years >= low) & (years <= high)).tolist()
    return found
