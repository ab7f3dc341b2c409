"""Criticker's rankings, as a table and as XML."""

from collections.abc import Iterator, Sequence

from core.data.personal.cells import imdb_number, stars, text, time_of, titled, year_of
from core.data.personal.rows import (
    Outcome,
    PersonalFilm,
    Record,
    RowRefusedError,
    RowSetAsideError,
    Service,
    each,
)
from core.data.personal.xml_rows import ELEMENT
from core.data.readers.values import Scale

__all__ = ["CRITICKER", "CRITICKER_XML"]

_HUNDRED = Scale(0, 100, rounded=True)


def _film(record: Record) -> PersonalFilm:
    title, year = titled(text(record, "film name", "title", "filmname"), year_of(text(record, "year", "filmyear")))
    given = stars(text(record, "score", "rating"), _HUNDRED)
    return PersonalFilm(
        title=title,
        year=year,
        imdb_id=imdb_number(text(record, "imdb id", "imdb", "imdbid")),
        stars=given,
        watched=True,
        time=time_of(text(record, "date rated", "date", "reviewdate")),
    )


def _element(record: Record) -> PersonalFilm:
    name = text(record, "filmname")
    if record[ELEMENT] != "film":
        raise RowSetAsideError(name, f"no film: {record[ELEMENT][:40]}")
    if not name:
        raise RowRefusedError("the film has no name. Add its <filmname> and retry.")
    return _film(record)


def _read(records: Sequence[tuple[int, Record]], path: str) -> Iterator[Outcome]:
    del path
    return each(records, _film)


def _read_elements(records: Sequence[tuple[int, Record]], path: str) -> Iterator[Outcome]:
    del path
    return each(records, _element)


CRITICKER = Service("Criticker", lambda names: {"score", "film name"} <= names, _read)
"""Scores from 0 to 100 are mapped linearly to 0.5 to 5 stars, each to the nearest half star."""
CRITICKER_XML = Service("Criticker", lambda names: "recentratings" in names, _read_elements)
"""The same in ``<film>`` elements below ``<recentratings>``."""
