"""GroupLens' own forms: CSV (latest, 20M, 25M, 32M), double colons (1M, 10M), and 100K's ``u.*``."""

from pathlib import Path
from typing import Any

from core.data.conventions import GENRE_NAMES
from core.data.movies import MovieTable
from core.data.readers.ids import Ids, id_fault, short
from core.data.readers.options import AS_THEY_ARE, ReadOptions
from core.data.readers.ratings import RatingFile, read_ratings
from core.data.readers.table import Table, open_table
from core.data.readers.tables import SourceTables, TextRow, build_movie_table, number_rows, with_source_ids
from core.data.readers.tags import with_tags
from core.data.readers.values import split_genres, whole_number
from core.errors import DataError
from core.progress import Progress, part_of, silent

__all__ = ["has_movie_table", "read_100k", "read_csv_folder", "read_csv_movies", "read_dat_folder"]

_RATINGS_HEADER = ("userId", "movieId", "rating")
_MOVIES_HEADER = ("movieId", "title", "genres")
_LINKS_HEADER = ("movieId", "imdbId", "tmdbId")
_TAGS_HEADER = ("userId", "movieId", "tag")
_GENRES_100K = ("unknown", *(name for name in GENRE_NAMES if name != "IMAX"))


def read_csv_folder(folder: Path, progress: Progress = silent, options: ReadOptions = AS_THEY_ARE) -> SourceTables:
    """Read ``ratings.csv`` and ``movies.csv``, and ``tags.csv`` and ``links.csv`` where they are.

    Columns are found by their names; others than GroupLens' are passed over.

    Raises
    ------
    DataError
        For anything that cannot be read; names file, line and remedy.
    """
    ratings = _csv(folder / "ratings.csv", _RATINGS_HEADER)
    table, ids, details = read_csv_movies(folder, part_of(progress, 0.0, 0.1), options)
    file = RatingFile(
        ratings,
        ratings.column("userId"),
        ratings.column("movieId"),
        ratings.column("rating"),
        ratings.column("timestamp") if "timestamp" in ratings.header else None,
        options.scale,
    )
    columns = read_ratings(file, part_of(progress, 0.1, 1.0), movies=ids, text_ids=options.text_ids)
    details["notes"] = [*ratings.notes(), *details["notes"]]
    return SourceTables(columns, table, file, "MovieLens CSV files", details)


def has_movie_table(folder: Path) -> bool:
    """Return whether a folder holds a ``movies.csv`` with GroupLens' columns."""
    try:
        return (folder / "movies.csv").is_file() and bool(_csv(folder / "movies.csv", _MOVIES_HEADER))
    except DataError:
        return False


def read_csv_movies(
    folder: Path, progress: Progress = silent, options: ReadOptions = AS_THEY_ARE
) -> tuple[MovieTable, Ids, dict[str, Any]]:
    """Read ``movies.csv``, and ``tags.csv`` and ``links.csv`` where they are; ``notes`` are in the details."""
    progress(0.0, "Reading movies.csv")
    source = _csv(folder / "movies.csv", _MOVIES_HEADER)
    movie, title, genres = (source.column(name) for name in _MOVIES_HEADER)
    text_rows = [
        TextRow(line, fields[movie], fields[title].strip(), split_genres(fields[genres]))
        for line, fields in source.rows()
    ]
    rows, ids = number_rows(source, text_rows, options.text_ids)
    notes = source.notes()
    imdb: dict[int, int] = {}
    tmdb: dict[int, int] = {}
    if (folder / "links.csv").is_file():
        links = _csv(folder / "links.csv", _LINKS_HEADER)
        imdb, tmdb = _links(links, ids)
        notes += links.notes()
    table = build_movie_table(rows, source="movies.csv", imdb_ids=imdb, tmdb_ids=tmdb)
    details: dict[str, Any] = {"notes": notes}
    if (repeated := len(rows) - len(table)) > 0:
        notes.append(
            f"movies.csv: rows that name a movie again: {repeated:,}. The last value that is not blank stays."
        )
    if (folder / "tags.csv").is_file():
        progress(0.5, "Reading tags.csv")
        tags = _csv(folder / "tags.csv", _TAGS_HEADER)
        table, details["tags_left_out"] = with_tags(table, tags, tags.column("movieId"), tags.column("tag"), ids)
        notes += tags.notes()
    return with_source_ids(table, ids.names()), ids, details


def read_dat_folder(folder: Path, progress: Progress = silent, options: ReadOptions = AS_THEY_ARE) -> SourceTables:
    """Read ``ratings.dat`` and ``movies.dat`` (and 10M's ``tags.dat``), fields separated by double colons."""
    source = _plain(folder / "movies.dat", "::", 3, joined=1)
    text_rows = [
        TextRow(line, fields[0], fields[1].strip(), split_genres(fields[2])) for line, fields in source.rows()
    ]
    rows, ids = number_rows(source, text_rows, options.text_ids)
    table = build_movie_table(rows, source="movies.dat")
    notes = source.notes()
    details: dict[str, Any] = {"notes": notes}
    if (folder / "tags.dat").is_file():
        tags = _plain(folder / "tags.dat", "::", 4, joined=2)
        table, details["tags_left_out"] = with_tags(table, tags, 1, 2, ids)
        notes += tags.notes()
    file = RatingFile(_plain(folder / "ratings.dat", "::", 4), 0, 1, 2, 3, options.scale)
    ratings = read_ratings(file, progress, movies=ids, text_ids=options.text_ids)
    return SourceTables(ratings, with_source_ids(table, ids.names()), file, "MovieLens .dat files", details)


def read_100k(folder: Path, progress: Progress = silent, options: ReadOptions = AS_THEY_ARE) -> SourceTables:
    """Read MovieLens 100K: ``u.data`` (tabs) and ``u.item`` (19 genre flags)."""
    width = 5 + len(_GENRES_100K)
    source = _plain(folder / "u.item", "|", width)
    text_rows = []
    for line, fields in source.rows():
        title = "" if fields[1].strip() == "unknown" else fields[1].strip()
        flags = zip(_GENRES_100K, fields[5:width], strict=True)
        text_rows.append(TextRow(line, fields[0], title, tuple(name for name, flag in flags if flag.strip() == "1")))
    rows, ids = number_rows(source, text_rows, options.text_ids)
    table = with_source_ids(build_movie_table(rows, source="u.item"), ids.names())
    file = RatingFile(_plain(folder / "u.data", "\t", 4), 0, 1, 2, 3, options.scale)
    ratings = read_ratings(file, progress, movies=ids, text_ids=options.text_ids)
    return SourceTables(ratings, table, file, "MovieLens 100K u.* files", {"notes": source.notes()})


def _csv(path: Path, needed: tuple[str, ...]) -> Table:
    table = open_table(path, ",", standard=True)
    if not set(needed) <= set(table.header):
        raise table.fault(
            1,
            f"the header is {','.join(table.header)[:200]!r}, expected {','.join(needed)!r}. "
            "Use GroupLens' file, or name the columns of a table of your own with --columns user=...,movie=...,"
            "rating=...",
        )
    return table


def _plain(path: Path, delimiter: str, width: int, joined: int | None = None) -> Table:
    return open_table(path, delimiter, header=False, width=width, quoted=False, joined=joined)


def _links(table: Table, ids: Ids) -> tuple[dict[int, int], dict[int, int]]:
    imdb: dict[int, int] = {}
    tmdb: dict[int, int] = {}
    movie_at, imdb_at, tmdb_at = (table.column(name) for name in _LINKS_HEADER)
    for line, fields in table.rows():
        if problem := id_fault("movie id", fields[movie_at], ids):
            raise table.fault(line, problem)
        movie = ids.number(fields[movie_at])
        for column, target, what in ((imdb_at, imdb, "IMDb id"), (tmdb_at, tmdb, "TMDb id")):
            text = fields[column].strip()
            if text and movie is not None:
                number = whole_number(text.removeprefix("tt") if target is imdb else text)
                if number is None:
                    raise table.fault(
                        line, f"the {what} {short(text)!r} is not a whole number. Correct the line and retry."
                    )
                target[movie] = number
    return imdb, tmdb
