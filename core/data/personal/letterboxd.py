"""Letterboxd's export: the whole zip or one of its tables, and what its importer takes."""

import re
from collections.abc import Iterator, Sequence
from functools import partial

from core.data.personal.cells import TEN, imdb_number, number, stars, text, time_of, year_of
from core.data.personal.rows import Outcome, PersonalFilm, Record, RowRefusedError, Service, each
from core.data.readers.values import STARS

__all__ = ["IMPORT_FORM", "LETTERBOXD"]

_SAME = {"date", "name", "year", "letterboxd uri"}


def _part(path: str) -> str:
    """Return which of the three tables with equal columns a path names: watched, watchlist, liked."""
    lower = path.replace("\\", "/").casefold()
    name = lower.rsplit("/", 1)[-1]
    if "watchlist" in name:
        return "watchlist"
    if "likes/" in lower or re.match(r"(likes|liked|films)\b", name):
        return "liked"
    return "watched" if "watched" in name else ""


def _film(part: str, record: Record) -> PersonalFilm:
    if not part:
        raise RowRefusedError(
            "Letterboxd gives watched, watchlist and liked films the same columns. Name the file watched.csv, "
            "watchlist.csv or likes.csv, as in its zip."
        )
    return PersonalFilm(
        title=text(record, "name"),
        year=year_of(text(record, "year")),
        stars=stars(text(record, "rating"), STARS),
        watched=part != "watchlist",
        watchlist=part == "watchlist",
        liked=part == "liked",
        time=time_of(text(record, "watched date", "date")),
    )


def _read(records: Sequence[tuple[int, Record]], path: str) -> Iterator[Outcome]:
    rated = bool(records) and "rating" in records[0][1]
    return each(records, partial(_film, "watched" if rated else _part(path)))


def _imported(path: str, record: Record) -> PersonalFilm:
    given = text(record, "rating")
    part = _part(path) or "watched"
    return PersonalFilm(
        title=text(record, "title", "name"),
        year=year_of(text(record, "year")),
        imdb_id=imdb_number(text(record, "imdbid")),
        tmdb_id=number(text(record, "tmdbid")),
        stars=stars(given, STARS) if given else stars(text(record, "rating10"), TEN),
        watched=part != "watchlist",
        watchlist=part == "watchlist",
        time=time_of(text(record, "watcheddate", "createddate")),
    )


def _read_imported(records: Sequence[tuple[int, Record]], path: str) -> Iterator[Outcome]:
    return each(records, partial(_imported, path))


LETTERBOXD = Service("Letterboxd", lambda names: names >= _SAME, _read)
"""``ratings``, ``diary``, ``reviews``, ``watched``, ``watchlist`` and ``likes/films``; stars as they are."""
IMPORT_FORM = Service(
    "Letterboxd's import form",
    lambda names: bool({"title", "imdbid", "tmdbid"} & names) and bool({"watcheddate", "rating10"} & names),
    _read_imported,
)
"""``tmdbID,imdbID,Title,Year,Rating,WatchedDate``: what Letterboxd's importer takes and others export for it."""
