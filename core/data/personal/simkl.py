"""Simkl's backup: CSV, and JSON as its interface gives it."""

from collections.abc import Iterator, Mapping, Sequence

from core.data.personal.cells import TEN, imdb_number, kind_of, number, stars, text, time_of, year_of
from core.data.personal.rows import Outcome, PersonalFilm, Record, Service, each

__all__ = ["SIMKL", "SIMKL_JSON"]


def _film(record: Record) -> PersonalFilm:
    given = stars(text(record, "rating", "user_rating"), TEN)
    state = text(record, "watchlist", "status").replace(" ", "").casefold()
    wanted = state == "plantowatch" and given is None
    seen = text(record, "watcheddate", "last_watched_at", "user_rated_at")
    title = text(record, "title")
    return PersonalFilm(
        title=title,
        year=year_of(text(record, "year")),
        imdb_id=imdb_number(text(record, "imdb", "imdb_id")),
        tmdb_id=number(text(record, "tmdb")),
        stars=given,
        watched=not wanted,
        watchlist=wanted,
        time=time_of(seen or text(record, "added_to_watchlist_at")),
        kind=kind_of(text(record, "type"), title),
    )


def _object(record: Record) -> PersonalFilm:
    movie, show = record.get("movie"), record.get("show")
    work = movie if isinstance(movie, Mapping) else show if isinstance(show, Mapping) else {}
    ids = work.get("ids")
    own = {name: value for name, value in record.items() if not isinstance(value, Mapping | list)}
    kind = "movie" if isinstance(movie, Mapping) else "show"
    return _film({**own, **work, **(ids if isinstance(ids, Mapping) else {}), "type": kind})


def _read(records: Sequence[tuple[int, Record]], path: str) -> Iterator[Outcome]:
    del path
    return each(records, _film)


def _read_objects(records: Sequence[tuple[int, Record]], path: str) -> Iterator[Outcome]:
    del path
    return each(records, _object)


SIMKL = Service("Simkl", lambda names: {"simkl_id", "title", "watchlist"} <= names, _read)
SIMKL_JSON = Service(
    "Simkl",
    lambda names: {"status"} <= names and bool({"movie", "show"} & names) and "user_rating" in names,
    _read_objects,
)
"""Ratings from 1 to 10 become half as many stars; ``plantowatch`` is a film to watch."""
