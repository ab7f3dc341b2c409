"""CineMatch's own JSON: one entry for each thing kept of a film, with the time to the millisecond."""

from collections.abc import Iterator, Mapping, Sequence

from core.data.personal.cells import number, stars, text, time_of, year_of
from core.data.personal.rows import Outcome, PersonalFilm, Record, Service, each
from core.data.readers.values import STARS

__all__ = ["OWN", "OWN_COLUMNS", "is_own"]

OWN_COLUMNS = frozenset({"movie_id", "stars", "watched", "watchlist", "liked", "time"})
"""What every entry has."""


def is_own(document: object) -> bool:
    """Return whether a JSON document is one of CineMatch, also one of somebody who keeps no films."""
    return isinstance(document, Mapping) and "cinematch" in document and isinstance(document.get("films"), list)


def _film(record: Record) -> PersonalFilm:
    movie = record.get("movie_id")
    return PersonalFilm(
        title=text(record, "title"),
        year=year_of(text(record, "year")),
        imdb_id=number(text(record, "imdb_id")),
        tmdb_id=number(text(record, "tmdb_id")),
        movie_id=None if movie is None else str(movie),
        stars=stars(text(record, "stars"), STARS),
        watched=record.get("watched") is True,
        watchlist=record.get("watchlist") is True,
        liked=record.get("liked") is True,
        hidden=record.get("hidden") is True,
        time=time_of(text(record, "time")),
    )


def _read(records: Sequence[tuple[int, Record]], path: str) -> Iterator[Outcome]:
    del path
    return each(records, _film)


OWN = Service("CineMatch", lambda names: names >= OWN_COLUMNS, _read)
