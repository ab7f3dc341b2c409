"""Any table whose columns are named by the caller."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from core.data.readers.ids import Ids
from core.data.readers.movielens import has_movie_table, read_csv_movies
from core.data.readers.options import AS_THEY_ARE, ReadOptions
from core.data.readers.ratings import RatingFile, read_ratings
from core.data.readers.table import find_delimiter, first_row, open_table
from core.data.readers.tables import MovieRow, SourceTables, build_movie_table, with_source_ids
from core.data.readers.text import survey
from core.data.readers.values import split_genres
from core.errors import DataError, InvalidInputError
from core.progress import Progress, silent

__all__ = ["has_columns", "parse_columns", "read_table"]

REQUIRED = ("user", "movie", "rating")
OPTIONAL = ("timestamp", "title", "genres")


def parse_columns(text: str) -> dict[str, str]:
    """Parse ``user=userId,movie=item,rating=stars[,timestamp=...,title=...,genres=...]``.

    Raises
    ------
    InvalidInputError
        For an unknown or repeated key, a missing one, or a part that is not ``key=column``.
    """
    columns: dict[str, str] = {}
    for part in text.split(","):
        key, separator, column = (piece.strip() for piece in part.partition("="))
        if not separator or not column or key not in REQUIRED + OPTIONAL or key in columns:
            raise InvalidInputError(
                f"--columns: {part.strip()!r} is not usable. Write user=...,movie=...,rating=... and optionally "
                "timestamp=..., title=..., genres=..., each once."
            )
        if column in columns.values():
            raise InvalidInputError(f"--columns: {column!r} is named twice. Each key has a column of its own.")
        columns[key] = column
    missing = [key for key in REQUIRED if key not in columns]
    if missing:
        raise InvalidInputError(
            f"--columns: {', '.join(missing)} is missing. Name its column, such as {missing[0]}=..."
        )
    return columns


def has_columns(path: Path, columns: Mapping[str, str]) -> bool:
    """Return whether a file's first line names all columns."""
    try:
        text = survey(path)
        names = {name.strip() for name in first_row(text, find_delimiter(text, columns.values()))}
    except DataError:
        return False
    return set(columns.values()) <= names


def read_table(
    path: Path, columns: Mapping[str, str], progress: Progress = silent, options: ReadOptions = AS_THEY_ARE
) -> SourceTables:
    """Read one table with a header; the delimiter (comma, semicolon, tab or bar) is found from it.

    A ``movies.csv`` of GroupLens' form beside it gives titles and genres where `columns` names no title.

    Parameters
    ----------
    columns : mapping
        As `parse_columns` returns it. Genres are separated by bars or commas.

    Raises
    ------
    DataError
        When a column is missing or a line cannot be used; names file, line and remedy.
    """
    delimiter = find_delimiter(survey(path), columns.values())
    table = open_table(path, delimiter)
    for key, column in columns.items():
        if column not in table.header:
            raise table.fault(
                1, f"there is no column {column!r} (for {key}), only {', '.join(table.header)}. Correct --columns."
            )
    at = {key: table.column(column) for key, column in columns.items()}
    file = RatingFile(table, at["user"], at["movie"], at["rating"], at.get("timestamp"), options.scale)
    beside = path.name != "movies.csv" and has_movie_table(path.parent)
    notes = table.notes()
    if beside and "title" not in at:
        movies, ids, details = read_csv_movies(path.parent, silent, options)
        ratings = read_ratings(file, progress, movies=ids, text_ids=options.text_ids)
        notes += [*details["notes"], "Titles and genres were taken from the movies.csv beside it."]
        return SourceTables(ratings, movies, file, "table", {**details, "notes": notes})
    if beside:
        notes.append("The movies.csv beside it was not used, since --columns names titles.")
    elif "title" not in at:
        notes.append(
            "There are no titles: name their column with --columns title=..., or put a movies.csv beside it."
        )
    ratings = read_ratings(file, progress, text_ids=options.text_ids)
    rows = _described(file, at, ratings.movie_names) if "title" in at or "genres" in at else {}
    listed = [rows.get(movie, MovieRow(movie, "", ())) for movie in np.unique(ratings.movies).tolist()]
    movies = with_source_ids(build_movie_table(listed, source=path.name), ratings.movie_names)
    return SourceTables(ratings, movies, file, "table", {"notes": notes})


def _described(file: RatingFile, at: Mapping[str, int], names: Mapping[int, str] | None) -> dict[int, MovieRow]:
    """Return every movie with the first title and the first genres that a line gives it."""
    ids = Ids(None if names is None else {text: number for number, text in names.items()})
    rows: dict[int, MovieRow] = {}
    numbers: dict[str, int | None] = {}
    for _, fields in file.table.rows():
        text = fields[file.movie]
        movie = numbers[text] if text in numbers else numbers.setdefault(text, ids.number(text))
        if movie is None:
            continue
        known = rows.get(movie, MovieRow(movie, "", ()))
        if not known.title or not known.genres:
            title = known.title or (fields[at["title"]].strip() if "title" in at else "")
            genres = known.genres or (split_genres(fields[at["genres"]]) if "genres" in at else ())
            rows[movie] = MovieRow(movie, title, genres)
    return rows
