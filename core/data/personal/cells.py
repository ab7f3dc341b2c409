"""Cells of personal exports: stars, years, ids, times, yes and no."""

import re
from datetime import UTC, datetime
from functools import lru_cache

import numpy as np

from core.data.conventions import MAX_ID
from core.data.personal.rows import Kind, Record, RowRefusedError, RowSetAsideError
from core.data.readers.values import MAX_TIME, Scale, decimal, seconds, whole_number
from core.display.titles import extract_year_from_title, format_movie_title

__all__ = ["TEN", "imdb_number", "is_yes", "kind_of", "number", "stars", "text", "time_of", "titled", "year_of"]

TEN = Scale(1, 10, rounded=True)
"""1 to 10 in whole numbers: half of it in stars, which is what the linear mapping gives."""

_IMDB = re.compile(r"(?:.*/)?(?:tt)?0*(\d{1,10})/?", re.IGNORECASE)
_SERIES = ("tvseries", "tvminiseries", "series", "show", "tv", "anime", "miniseries", "season")
_EPISODE = ("tvepisode", "episode")
_OTHERS = ("videogame", "podcastseries", "podcastepisode", "musicvideo", "game", "person", "list", "comment")


def text(record: Record, *names: str) -> str:
    """Return the first cell of these names that is not blank, else an empty text."""
    for name in names:
        cell = record.get(name)
        if cell is not None and (stripped := str(cell).strip()):
            return stripped
    return ""


_LONGEST = 60
"""Characters of a rating or a time; nothing longer is read, nor kept by the cache."""


def stars(cell: str, scale: Scale) -> float | None:
    """Return stars of a rating on a scale, None for a blank cell.

    Raises
    ------
    RowRefusedError
        For what is no rating of this scale.
    """
    if not cell:
        return None
    found = _stars(cell, scale) if len(cell) <= _LONGEST else None
    if found is not None:
        return found
    steps = "" if scale.rounded else " in the steps of that scale"
    raise RowRefusedError(
        f"the rating {cell[:40]!r} is none from {scale.low:g} to {scale.high:g}{steps}. Correct it and retry."
    )


@lru_cache(maxsize=512)
def _stars(cell: str, scale: Scale) -> float | None:
    value = decimal(cell)
    if value is None:
        return None
    halves, good = scale.half_stars(np.array([value]))
    return float(halves[0]) / 2 if good[0] else None


def year_of(cell: str) -> int | None:
    """Return a year of release, None where there is none: a date's is its year."""
    found = re.match(r"(\d{4})(?:\.0|[-/].*)?$", cell)
    return extract_year_from_title(f"x ({found[1]})") if found else None


def titled(cell: str, year: int | None) -> tuple[str, int | None]:
    """Return title and year; a year in parentheses at the end of the title is taken where none is given."""
    own = extract_year_from_title(cell)
    if own is None or (year is not None and year != own):
        return cell, year
    return format_movie_title(cell, include_year=False), own


def imdb_number(cell: str) -> int | None:
    """Return the number of ``tt0111161``, of an address that ends so, or of bare digits."""
    found = _IMDB.fullmatch(cell)
    return int(found[1]) or None if found else None


def number(cell: str) -> int | None:
    """Return a whole number above 0, None for anything else."""
    return whole_number(cell, MAX_ID) or None


def time_of(cell: str) -> int | None:
    """Return a time as milliseconds since 1970, None where the cell tells none."""
    if not cell or len(cell) > _LONGEST:
        return None
    try:
        moment: datetime | None = datetime.fromisoformat(cell)
    except ValueError:
        if (found := seconds(cell)) is not None:
            return found * 1000
        moment = _spelt_out(cell)
    if moment is None:
        return None
    value = round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
    return value if 0 <= value <= MAX_TIME * 1000 else None


def _spelt_out(cell: str) -> datetime | None:
    for form in ("%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%Y/%m/%d", "%Y-%m-%d %H:%M:%S %Z"):
        try:
            return datetime.strptime(cell, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def is_yes(cell: str) -> bool:
    """Return whether a cell says yes."""
    return cell.casefold() in ("1", "true", "yes", "y", "x", "1.0")


def kind_of(cell: str, title: str = "") -> Kind:
    """Return what a cell such as ``TV Series``, ``tvEpisode`` or ``movie`` calls the row; blank is a film.

    Raises
    ------
    RowSetAsideError
        For what is neither a film nor of a series, such as a game.
    """
    key = re.sub(r"[^a-z]", "", cell.casefold())
    if key in _OTHERS:
        raise RowSetAsideError(title, f"no film: {cell[:40]}")
    if key in _EPISODE:
        return "episode"
    return "series" if key in _SERIES else "film"
