"""Any table whose columns have names that say what they hold."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from core.data.personal.cells import TEN, imdb_number, is_yes, kind_of, number, stars, text, time_of, titled, year_of
from core.data.personal.rows import Outcome, PersonalFilm, Record, Service, each
from core.data.readers.values import STARS

__all__ = ["COLUMNS", "NAMED_COLUMNS"]

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "name", "film", "movie", "filmname", "filmtitle", "movietitle", "moviename", "primarytitle"),
    "other_title": ("originaltitle",),
    "year": ("year", "releaseyear", "yearofrelease", "releasedate"),
    "imdb": ("imdbid", "imdb", "tconst", "const", "imdburl"),
    "tmdb": ("tmdbid", "tmdb"),
    "movie_id": ("movieid",),
    "rating10": ("rating10",),
    "rating": ("rating", "stars", "myrating", "yourrating", "userrating"),
    "time": ("date", "time", "timestamp", "ratedat", "watchedat", "daterated", "datewatched", "watcheddate"),
    "watched": ("watched", "seen"),
    "watchlist": ("watchlist", "towatch", "wishlist"),
    "liked": ("liked", "favorite", "favourite"),
    "type": ("type", "titletype", "kind"),
}
"""The names that each column may have, in whatever case and punctuation."""


def _key(name: str) -> str:
    return re.sub(r"[\W_]", "", name.casefold())


def _places(names: Sequence[str]) -> dict[str, str]:
    """Return the column of the table for each thing that one of them names."""
    keys: dict[str, str] = {}
    for name in names:
        keys.setdefault(_key(name), name)
    return {
        what: keys[found] for what, spellings in COLUMNS.items() if (found := next(filter(keys.get, spellings), ""))
    }


def _film(places: Mapping[str, str], record: Record) -> PersonalFilm:
    cells = {what: text(record, name) for what, name in places.items()}
    title, year = titled(cells.get("title", ""), year_of(cells.get("year", "")))
    given = stars(cells.get("rating", ""), STARS)
    if given is None:
        given = stars(cells.get("rating10", ""), TEN)
    wanted = is_yes(cells.get("watchlist", ""))
    seen = is_yes(cells["watched"]) if "watched" in cells else not wanted
    return PersonalFilm(
        title=title,
        other_title=cells.get("other_title", ""),
        year=year,
        imdb_id=imdb_number(cells.get("imdb", "")),
        tmdb_id=number(cells.get("tmdb", "")),
        movie_id=cells.get("movie_id") or None,
        stars=given,
        watched=given is not None or seen,
        watchlist=wanted and given is None,
        liked=is_yes(cells.get("liked", "")),
        time=time_of(cells.get("time", "")),
        kind=kind_of(cells.get("type", ""), title),
    )


def _fits(names: frozenset[str]) -> bool:
    return bool({"title", "imdb", "tmdb", "movie_id"} & _places(sorted(names)).keys())


def _read(records: Sequence[tuple[int, Record]], path: str) -> Iterator[Outcome]:
    del path
    return each(records, partial(_film, _places(list(records[0][1]) if records else [])))


NAMED_COLUMNS = Service("a table by its column names", _fits, _read)
"""Ratings are half stars from 0.5 to 5, or 1 to 10 in a column ``rating10``; films that no column says anything
else of were watched."""
