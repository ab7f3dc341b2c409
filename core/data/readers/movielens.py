"""GroupLens' own forms: CSV (latest, 20M, 25M, 32M), double colons (1M, 10M), and 100K's ``u.*``."""

from pathlib import Path

from core.data.conventions import GENRE_NAMES
from core.data.readers.lines import csv_rows, decode, header_of, split_rows, whole_number
from core.data.readers.ratings import RatingFile, read_ratings
from core.data.readers.tables import MovieRow, SourceTables, build_movie_table
from core.data.readers.tags import with_tags_csv, with_tags_dat
from core.errors import DataError
from core.progress import Progress, part_of, silent

__all__ = ["read_100k", "read_csv_folder", "read_dat_folder"]

_RATINGS_HEADER = ("userId", "movieId", "rating", "timestamp")
_MOVIES_HEADER = ("movieId", "title", "genres")
_LINKS_HEADER = ("movieId", "imdbId", "tmdbId")
_GENRES_100K = ("unknown", *(name for name in GENRE_NAMES if name != "IMAX"))


def read_csv_folder(folder: Path, progress: Progress = silent) -> SourceTables:
    """Read ``ratings.csv`` and ``movies.csv``, and ``tags.csv`` and ``links.csv`` where they are.

    Raises
    ------
    DataError
        For anything that is not in GroupLens' form; names file, line and remedy.
    """
    rating_path = folder / "ratings.csv"
    header = tuple(name.strip() for name in header_of(rating_path))
    if header[: len(_RATINGS_HEADER)] != _RATINGS_HEADER:
        raise DataError(
            f"ratings.csv, line 1: the header is {','.join(header)!r}, expected {','.join(_RATINGS_HEADER)!r}. "
            "Use GroupLens' file, or name the columns with --columns user=...,movie=...,rating=..."
            if header
            else "ratings.csv is empty. Fetch or export it again."
        )
    progress(0.0, "Reading movies.csv")
    rows = [
        MovieRow(whole_number(fields[0], "movies.csv", number, "movie id"), fields[1].strip(), _split(fields[2], "|"))
        for number, fields in csv_rows(folder / "movies.csv", "movies.csv", _MOVIES_HEADER)
    ]
    imdb, tmdb = _links(folder / "links.csv")
    table = build_movie_table(rows, source="movies.csv", imdb_ids=imdb, tmdb_ids=tmdb)
    details = {}
    if (folder / "tags.csv").is_file():
        progress(0.05, "Reading tags.csv")
        table, details["tags_left_out"] = with_tags_csv(table, folder / "tags.csv", "tags.csv")
    file = RatingFile(rating_path, ",", True, 0, 1, 2, 3)
    return SourceTables(read_ratings(file, part_of(progress, 0.1, 1.0)), table, file, "MovieLens CSV files", details)


def read_dat_folder(folder: Path, progress: Progress = silent) -> SourceTables:
    """Read ``ratings.dat`` and ``movies.dat`` (and 10M's ``tags.dat``), fields separated by double colons."""
    text = decode(folder / "movies.dat", "movies.dat", ("utf-8-sig", "latin-1"))
    rows = [
        MovieRow(
            whole_number(fields[0], "movies.dat", number, "movie id"),
            "::".join(fields[1:-1]).strip(),
            _split(fields[-1], "|"),
        )
        for number, fields in split_rows(text, "movies.dat", "::", 3)
    ]
    table = build_movie_table(rows, source="movies.dat")
    details = {}
    if (folder / "tags.dat").is_file():
        table, details["tags_left_out"] = with_tags_dat(table, folder / "tags.dat", "tags.dat")
    file = RatingFile(folder / "ratings.dat", "::", False, 0, 1, 2, 3)
    return SourceTables(read_ratings(file, progress), table, file, "MovieLens .dat files", details)


def read_100k(folder: Path, progress: Progress = silent) -> SourceTables:
    """Read MovieLens 100K: ``u.data`` (tabs) and ``u.item`` (Latin-1, 19 genre flags)."""
    width = 5 + len(_GENRES_100K)
    rows = []
    for number, fields in split_rows(decode(folder / "u.item", "u.item", ("latin-1",)), "u.item", "|", width):
        movie = whole_number(fields[0], "u.item", number, "movie id")
        title = "" if fields[1].strip() == "unknown" else fields[1].strip()
        flags = zip(_GENRES_100K, fields[5:width], strict=True)
        rows.append(MovieRow(movie, title, tuple(name for name, flag in flags if flag.strip() == "1")))
    file = RatingFile(folder / "u.data", "\t", False, 0, 1, 2, 3)
    table = build_movie_table(rows, source="u.item")
    return SourceTables(read_ratings(file, progress), table, file, "MovieLens 100K u.* files")


def _split(text: str, delimiter: str) -> tuple[str, ...]:
    return tuple(part for part in (piece.strip() for piece in text.split(delimiter)) if part)


def _links(path: Path) -> tuple[dict[int, int], dict[int, int]]:
    imdb: dict[int, int] = {}
    tmdb: dict[int, int] = {}
    if path.is_file():
        for number, fields in csv_rows(path, "links.csv", _LINKS_HEADER):
            movie = whole_number(fields[0], "links.csv", number, "movie id")
            for text, target, what in ((fields[1], imdb, "IMDb id"), (fields[2], tmdb, "TMDb id")):
                if text.strip():
                    target[movie] = whole_number(text, "links.csv", number, what)
    return imdb, tmdb
