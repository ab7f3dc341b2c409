"""TV Time's tracking records, from its answer to a request for one's data."""

from collections.abc import Iterator, Sequence

from core.data.personal.cells import text, time_of, year_of
from core.data.personal.rows import Outcome, PersonalFilm, Record, RowSetAsideError, Service, each

__all__ = ["TV_TIME"]


def _film(record: Record) -> PersonalFilm:
    title = text(record, "movie_name")
    if not title:
        name = text(record, "series_name")
        if name or text(record, "entity_type").casefold() in ("series", "episode", "show"):
            return PersonalFilm(title=name or "a series", kind="episode")
        raise RowSetAsideError("", "a record that names no film")
    what = text(record, "type").casefold()
    if what not in ("watch", "rewatch", "towatch", "follow"):
        raise RowSetAsideError(title, f"neither watched nor to watch: {what[:40] or 'blank'}")
    return PersonalFilm(
        title=title,
        year=year_of(text(record, "release_date").split(" ")[0]),
        watched=what in ("watch", "rewatch"),
        watchlist=what in ("towatch", "follow"),
        time=time_of(text(record, "watch_date", "created_at")),
    )


def _read(records: Sequence[tuple[int, Record]], path: str) -> Iterator[Outcome]:
    del path
    return each(records, _film)


TV_TIME = Service("TV Time", lambda names: {"movie_name", "type"} <= names, _read)
"""``watch`` is a film watched, ``towatch`` and ``follow`` one to watch; there are no stars."""
