"""Netflix' viewing history: films watched, without stars; episodes are told by their names."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial

from core.data.personal.cells import text, time_of
from core.data.personal.rows import Kind, Outcome, PersonalFilm, Record, RowSetAsideError, Service, each

__all__ = ["NETFLIX", "netflix_kind"]

_SEASON = re.compile(
    r"(?:season|series|staffel|saison|temporada|stagione|sezon|seizoen|chapter|part|volume|vol\.|book|collection)"
    r"\s+[\w.-]+|limited series|miniseries|mini-series|miniserie|specials?",
    re.IGNORECASE,
)
_LAST = re.compile(
    r"(?:season|staffel|saison|temporada|stagione|seizoen)\s+\w+|limited series|episode\s+\d+", re.IGNORECASE
)
_DATE = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{2}|\d{4})")


def netflix_kind(title: str) -> Kind:
    """Return whether a title is ``Name: Season 1: Episode``; ``Kill Bill: Vol. 1`` is a film.

    A season, part, volume, book or the like counts where another part follows it, a season also as the last one.
    """
    parts = [part.strip() for part in title.split(":")]
    if any(_SEASON.fullmatch(part) for part in parts[1:-1]):
        return "episode"
    return "episode" if len(parts) > 1 and _LAST.fullmatch(parts[-1]) else "film"


def _day_first(cells: list[str]) -> bool | None:
    """Return whether days come before months, None where no date of the file tells or they tell both."""
    found = [match for cell in cells if (match := _DATE.fullmatch(cell))]
    day = any(match[2] == "." or int(match[1]) > 12 for match in found)
    month = any(int(match[3]) > 12 for match in found)
    return None if day == month else day


def _time(cell: str, day_first: bool | None) -> int | None:
    match = _DATE.fullmatch(cell)
    if not match:
        return time_of(cell)
    if day_first is None:
        return None
    day, month = (int(match[1]), int(match[3])) if day_first else (int(match[3]), int(match[1]))
    year = int(match[4]) + (2000 if len(match[4]) == 2 else 0)
    try:
        return int(datetime(year, month, day, tzinfo=UTC).timestamp()) * 1000
    except ValueError:
        return None


def _film(day_first: bool | None, record: Record) -> PersonalFilm:
    title = text(record, "title")
    if extra := text(record, "supplemental video type"):
        raise RowSetAsideError(title, f"no film: {extra.casefold()[:40]}")
    return PersonalFilm(
        title=title,
        watched=True,
        time=_time(text(record, "date", "start time"), day_first),
        kind=netflix_kind(title),
    )


def _read(records: Sequence[tuple[int, Record]], path: str) -> Iterator[Outcome]:
    del path
    return each(records, partial(_film, _day_first([text(record, "date") for _, record in records])))


NETFLIX = Service(
    "Netflix", lambda names: names == {"title", "date"} or {"profile name", "start time", "title"} <= names, _read
)
"""Dates are day and month in the order that the file shows; where it does not, they are left out, not guessed."""
