"""Criticker's rankings as a table."""

from collections.abc import Iterator, Sequence

from core.data.personal.cells import imdb_number, stars, text, time_of, titled, year_of
from core.data.personal.rows import Outcome, PersonalFilm, Record, Service, each
from core.data.readers.values import Scale

__all__ = ["CRITICKER"]

_HUNDRED = Scale(0, 100, rounded=True)


def _film(record: Record) -> PersonalFilm:
    title, year = titled(text(record, "film name", "title"), year_of(text(record, "year")))
    given = stars(text(record, "score"), _HUNDRED)
    return PersonalFilm(
        title=title,
        year=year,
        imdb_id=imdb_number(text(record, "imdb id", "imdb")),
        stars=given,
        watched=True,
        time=time_of(text(record, "date rated", "date")),
    )


def _read(records: Sequence[tuple[int, Record]], path: str) -> Iterator[Outcome]:
    del path
    return each(records, _film)


CRITICKER = Service("Criticker", lambda names: {"score", "film name"} <= names, _read)
"""Scores from 0 to 100 are mapped linearly to 0.5 to 5 stars, each to the nearest half star."""
