"""Any CSV whose columns are named by the caller."""

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from core.data.readers.ratings import RatingFile, numbered_lines, read_ratings
from core.data.readers.tables import MovieRow, SourceTables, build_movie_table
from core.errors import DataError, InvalidInputError
from core.progress import Progress, silent

__all__ = ["parse_columns", "read_table"]

REQUIRED = ("user", "movie", "rating")
OPTIONAL = ("timestamp", "title", "genres")
_DELIMITERS = ",;\t|"


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
        columns[key] = column
    missing = [key for key in REQUIRED if key not in columns]
    if missing:
        raise InvalidInputError(
            f"--columns: {', '.join(missing)} is missing. Name its column, such as {missing[0]}=..."
        )
    return columns


def read_table(path: Path, columns: Mapping[str, str], progress: Progress = silent) -> SourceTables:
    """Read one CSV file with a header; the delimiter (comma, semicolon, tab or bar) is found from it.

    Parameters
    ----------
    columns : mapping
        As `parse_columns` returns it. Genres are separated by ``|``.

    Raises
    ------
    DataError
        When a column is missing or a line cannot be used; names file, line and remedy.
    """
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        first = stream.readline().rstrip("\r\n")
    if not first.strip():
        raise DataError(f"{path.name} is empty. Fetch or export it again.")
    delimiter = max(_DELIMITERS, key=first.count)
    names = [name.strip() for name in next(csv.reader([first], delimiter=delimiter))]
    for key, column in columns.items():
        if column not in names:
            raise DataError(
                f"{path.name}, line 1: there is no column {column!r} (for {key}), only {', '.join(names)}. "
                "Correct --columns and retry."
            )
    at = {key: names.index(column) for key, column in columns.items()}
    file = RatingFile(
        path,
        delimiter,
        True,
        at["user"],
        at["movie"],
        at["rating"],
        at.get("timestamp"),
        quoted=True,
        whole_seconds=False,
    )
    ratings = read_ratings(file, progress)
    ids = np.unique(ratings.movies).tolist()
    described = _described(file, at) if "title" in at or "genres" in at else {}
    rows = [described.get(movie, MovieRow(movie, "", ())) for movie in ids]
    return SourceTables(ratings, build_movie_table(rows, source=path.name), file, "CSV file")


def _described(file: RatingFile, at: Mapping[str, int]) -> dict[int, MovieRow]:
    """Return title and genres of every movie, from the first line that gives a title."""
    rows: dict[int, MovieRow] = {}
    for _, fields in numbered_lines(file):
        movie = int(fields[file.movie])
        if movie not in rows or not rows[movie].title:
            title = fields[at["title"]].strip() if "title" in at else ""
            genres = fields[at["genres"]].split("|") if "genres" in at else []
            rows[movie] = MovieRow(movie, title, tuple(name for name in map(str.strip, genres) if name))
    return rows
