"""Films by what other services call them, so that they are known again in another data set."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from core.views import whole_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from core.data.movies import MovieTable

__all__ = ["film_links", "films_here"]

_MOST_FILMS = 20_000


def film_links(movies: MovieTable, films: Iterable[str]) -> dict[str, list[int]]:
    """Return IMDb and TMDb id of films, 0 where unknown; films that have neither or are not here are left out."""
    numbers = (number for film in films if (number := whole_number(film)) is not None)
    found = {}
    for number in islice(numbers, _MOST_FILMS):
        place = int(np.searchsorted(movies.ids, number))
        if place < len(movies) and int(movies.ids[place]) == number:
            ids = [int(movies.imdb_ids[place]), int(movies.tmdb_ids[place])]
            if any(ids):
                found[str(number)] = ids
    return found


def films_here(movies: MovieTable, links: Mapping[str, Any]) -> dict[str, str]:
    """Return this data set's id of every film that it knows by IMDb or, failing that, by TMDb.

    Parameters
    ----------
    links : mapping
        What `film_links` said of the films of another data set, as it came back from a browser.
    """
    found: dict[str, str] = {}
    for column, ids in ((0, movies.imdb_ids), (1, movies.tmdb_ids)):
        wanted = {
            pair[column]: film
            for film, pair in links.items()
            if isinstance(pair, list)
            and len(pair) == 2
            and isinstance(pair[column], int)
            and 0 < pair[column] < 2**63
        }
        if wanted:
            places = np.flatnonzero(np.isin(ids, np.array(list(wanted), dtype=np.int64)))
            for place in places.tolist():
                found.setdefault(wanted[int(ids[place])], str(int(movies.ids[place])))
    return found
