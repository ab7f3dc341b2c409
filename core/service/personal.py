"""People's own films: in from what other services export, and out again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from core.data.personal import PersonalFilm, read_films
from core.display.spreadsheet import csv_text
from core.display.titles import short_title
from core.errors import DataError, InvalidInputError
from core.lists.requests import in_order, seconds
from core.matching import Match, match_films
from core.views import FilmChoice, FilmImport, ImportedFilm, KeptFilms, LeftOut

if TYPE_CHECKING:
    from core.data.dataset import Dataset
    from core.data.personal import Refused, SetAside
    from core.search import TitleIndex
    from core.views import ExportForm

__all__ = ["export_films", "import_films", "kept_films"]


def import_films(dataset: Dataset, titles: TitleIndex, content: bytes, name: str) -> FilmImport:
    """Read an export and find its films; see `CineMatch.import_films`."""
    try:
        reading = read_films(content, name)
    except DataError as error:
        raise InvalidInputError(str(error)) from error
    groups: dict[object, list[tuple[PersonalFilm, Match]]] = {}
    for film, match in zip(reading.films, match_films(dataset, titles, reading.films), strict=True):
        alone = match.certainty not in ("doubtful", "none")
        key = match.movies if alone else (film.title, film.year, film.imdb_id, film.tmdb_id, film.movie_id)
        groups.setdefault(key, []).append((film, match))
    films = [_together(dataset, group) for group in groups.values()]
    return FilmImport(
        services=reading.services,
        rows=reading.rows,
        matched=[film for film in films if film.certainty not in ("doubtful", "none")],
        doubtful=[film for film in films if film.certainty == "doubtful"],
        not_here=[film for film in films if film.certainty == "none"],
        set_aside=[_left_out(row, row.title) for row in reading.set_aside],
        refused=[_left_out(row, "") for row in reading.refused],
        notes=reading.notes,
    )


def _left_out(row: SetAside | Refused, title: str) -> LeftOut:
    return LeftOut(row.file, row.line, title, row.why)


_CERTAIN = ("id", "exact", "close")


def _together(dataset: Dataset, group: Sequence[tuple[PersonalFilm, Match]]) -> ImportedFilm:
    """Return what several rows say of one film; of several ratings the latest counts, of equal ones the first."""
    rows = [film for film, _ in group]
    first, match = min(
        group, key=lambda pair: _CERTAIN.index(pair[1].certainty) if pair[1].certainty in _CERTAIN else 9
    )
    rated = max((film for film in rows if film.stars is not None), key=_when, default=None)
    return ImportedFilm(
        title=first.title,
        year=first.year,
        certainty=match.certainty,
        movies=[_choice(dataset, movie) for movie in match.movies],
        rows=len(rows),
        stars=None if rated is None else rated.stars,
        rated_at=None if rated is None else rated.time,
        watched=any(film.watched or film.stars is not None for film in rows),
        watched_at=_latest(film for film in rows if film.watched),
        watchlist=any(film.watchlist for film in rows),
        kept_at=_latest(film for film in rows if film.watchlist),
        liked=any(film.liked for film in rows),
        hidden=any(film.hidden for film in rows),
        hidden_at=_latest(film for film in rows if film.hidden),
    )


def _when(film: PersonalFilm) -> int:
    return -1 if film.time is None else film.time


def _latest(films: Iterable[PersonalFilm]) -> int | None:
    return max((film.time for film in films if film.time is not None), default=None)


def _choice(dataset: Dataset, movie: int) -> FilmChoice:
    movies = dataset.movies
    return FilmChoice(int(movies.ids[movie]), movies.title(movie), movies.year(movie))


def kept_films(films: Iterable[ImportedFilm]) -> KeptFilms:
    """Return what is kept of films whose match is certain: stars, else that they were watched, to watch, waved away.

    Of films that come twice, from several exports, the latest stars count, of equal times the first.
    """
    ratings: dict[int, float] = {}
    rated: dict[int, int | None] = {}
    watched: dict[int, int | None] = {}
    watchlist: dict[int, int | None] = {}
    hidden: dict[int, int | None] = {}
    for film in films:
        movie = film.movies[0].movie_id
        if film.stars is not None and (movie not in ratings or (film.rated_at or -1) > (rated[movie] or -1)):
            ratings[movie], rated[movie] = film.stars, film.rated_at
        if film.watched:
            watched[movie] = _later(film.watched_at, watched.get(movie))
        if film.watchlist:
            watchlist[movie] = film.kept_at
        if film.hidden:
            hidden[movie] = _later(film.hidden_at, hidden.get(movie))
    unrated = (
        {movie: at for movie, at in part.items() if movie not in ratings} for part in (watched, watchlist, hidden)
    )
    # Files stand in any order, often the latest first; what has no time is taken for the oldest.
    oldest_first = sorted(ratings, key=lambda movie: rated[movie] or 0)
    held = in_order((movie, ratings[movie], seconds(rated[movie])) for movie in oldest_first)
    return KeptFilms(held, rated, *unrated)


def _later(*times: int | None) -> int | None:
    return max(times, key=lambda time: -1 if time is None else time)


# --- out ----------------------------------------------------------------------------------------------------


def export_films(dataset: Dataset, kept: KeptFilms, form: ExportForm) -> str:
    """Write what a person keeps; see `CineMatch.export_films`."""
    entries = [
        _entry(dataset, movie, stars=stars, time=kept.rated.get(movie)) for movie, stars in kept.ratings.items()
    ]
    entries += [_entry(dataset, movie, time=time) for movie, time in kept.watched.items()]
    listed = [_entry(dataset, movie, watchlist=True, time=time) for movie, time in kept.watchlist.items()]
    if form == "json":
        away = [_entry(dataset, movie, hidden=True, time=time) for movie, time in kept.hidden.items()]
        document = {"cinematch": 1, "dataset": dataset.name, "films": entries + listed + away}
        return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    header = ["imdbID", "tmdbID", "Title", "Year", *(["Rating", "WatchedDate"] if form == "letterboxd" else [])]
    rows = [
        [
            f"tt{entry['imdb_id']:07d}" if entry["imdb_id"] else None,
            entry["tmdb_id"],
            short_title(entry["title"], include_year=False),
            entry["year"],
            entry["stars"],
            entry["time"] and entry["time"][:10],
        ][: len(header)]
        for entry in (entries if form == "letterboxd" else listed)
    ]
    return csv_text(header, rows)


def _entry(
    dataset: Dataset,
    movie_id: int,
    *,
    stars: float | None = None,
    watchlist: bool = False,
    hidden: bool = False,
    time: int | None,
) -> dict[str, Any]:
    movies, place = dataset.movies, dataset.movie_index(movie_id)
    return {
        "movie_id": movies.source_id(place) or movie_id,
        "title": movies.title(place),
        "year": movies.year(place),
        "imdb_id": int(movies.imdb_ids[place]) or None,
        "tmdb_id": int(movies.tmdb_ids[place]) or None,
        "stars": stars,
        "watched": not (watchlist or hidden),
        "watchlist": watchlist,
        "hidden": hidden,
        "liked": False,
        "time": None if time is None else _iso(time),
    }


def _iso(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds // 1000, UTC).replace(microsecond=milliseconds % 1000 * 1000)
    return moment.isoformat(timespec="milliseconds")
