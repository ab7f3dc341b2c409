"""IMDb's ratings, watchlist and lists."""

from collections.abc import Iterator, Sequence

from core.data.personal.cells import TEN, imdb_number, kind_of, stars, text, time_of, year_of
from core.data.personal.rows import Outcome, PersonalFilm, Record, Service, each

__all__ = ["IMDB"]


def _film(record: Record) -> PersonalFilm:
    title = text(record, "title")
    given = stars(text(record, "your rating", "you rated"), TEN)
    listed = "position" in record or "created" in record
    return PersonalFilm(
        title=title,
        other_title=text(record, "original title"),
        year=year_of(text(record, "year", "release date")),
        imdb_id=imdb_number(text(record, "const")),
        stars=given,
        watched=given is not None,
        watchlist=listed and given is None,
        time=time_of(text(record, "date rated", "created") if given is not None else text(record, "created")),
        kind=kind_of(text(record, "title type"), title),
    )


def _read(records: Sequence[tuple[int, Record]], path: str) -> Iterator[Outcome]:
    del path
    return each(records, _film)


IMDB = Service("IMDb", lambda names: {"const", "title"} <= names, _read)
"""Ratings from 1 to 10 become half as many stars; a listed film that is rated counts as rated."""
