"""Trakt's export: JSON as its interface gives it, and CSV."""

from collections.abc import Iterator, Mapping, Sequence

from core.data.personal.cells import TEN, imdb_number, kind_of, number, stars, text, time_of, year_of
from core.data.personal.rows import Outcome, PersonalFilm, Record, RowSetAsideError, Service, each

__all__ = ["TRAKT", "TRAKT_JSON"]

_TIMES = {"rated_at", "watched_at", "last_watched_at", "listed_at", "collected_at", "last_collected_at", "liked_at"}


def _film(record: Record, work: Record, ids: Record) -> PersonalFilm:
    title = text(work, "title")
    given = stars(text(record, "rating"), TEN)
    seen = text(record, "watched_at", "last_watched_at")
    rated = text(record, "rated_at")
    wanted = not (given or seen or rated) and "listed_at" in record
    if not (given or seen or rated or wanted):
        raise RowSetAsideError(title, "neither rated nor watched nor listed to watch")
    return PersonalFilm(
        title=title,
        year=year_of(text(work, "year", "released")),
        imdb_id=imdb_number(text(ids, "imdb", "imdb_id")),
        tmdb_id=number(text(ids, "tmdb", "tmdb_id")),
        stars=given,
        watched=not wanted,
        watchlist=wanted,
        time=time_of(rated or seen or text(record, "listed_at")),
        kind=kind_of(text(record, "type"), title),
    )


def _row(record: Record) -> PersonalFilm:
    return _film(record, record, record)


def _object(record: Record) -> PersonalFilm:
    film = record.get("movie")
    if isinstance(film, Mapping):
        ids = film.get("ids")
        return _film({**record, "type": "movie"}, film, ids if isinstance(ids, Mapping) else {})
    for kind in ("episode", "season", "show"):
        work = record.get(kind)
        if isinstance(work, Mapping):
            show = record.get("show")
            named = show if isinstance(show, Mapping) else work
            return PersonalFilm(title=text(named, "title") or kind, kind="episode" if kind == "episode" else "series")
    raise RowSetAsideError(text(record, "title", "name"), "an entry that names no film")


def _read(records: Sequence[tuple[int, Record]], path: str) -> Iterator[Outcome]:
    del path
    return each(records, _row)


def _read_objects(records: Sequence[tuple[int, Record]], path: str) -> Iterator[Outcome]:
    del path
    return each(records, _object)


TRAKT = Service("Trakt", lambda names: "title" in names and "trakt_id" in names and bool(_TIMES & names), _read)
TRAKT_JSON = Service(
    "Trakt",
    lambda names: bool(_TIMES & names) and bool({"movie", "show", "episode", "season"} & names),
    _read_objects,
)
"""Ratings from 1 to 10 become half as many stars."""
