"""What every reader returns: ratings, and the movies that they are about."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.compress import TABLE_LIMIT
from core.data.conventions import NO_GENRES
from core.data.movies import MovieTable, StringColumn
from core.data.readers.ids import Ids, id_fault, read_ids, short
from core.data.readers.options import ReadOptions
from core.data.readers.ratings import RatingColumns, RatingFile
from core.data.readers.table import Table
from core.data.readers.values import spelling_of_genres
from core.errors import DataError

__all__ = ["MovieRow", "SourceTables", "TextRow", "build_movie_table", "number_rows", "with_source_ids"]

_EARLY = 315_532_800
"""Seconds until 1980, before any film was rated on a computer."""


@dataclass(frozen=True)
class MovieRow:
    """One movie of a source: raw id, title as spelt there (empty: unknown), genre names."""

    id: int
    title: str
    genres: tuple[str, ...]


@dataclass(frozen=True)
class TextRow:
    """One row of a movie file before its id is a number: line, id, title, genre names."""

    line: int
    id: str
    title: str
    genres: tuple[str, ...]


@dataclass
class SourceTables:
    """Ratings in file order and the movie table.

    Attributes
    ----------
    ratings : RatingColumns
    movies : MovieTable
    file : RatingFile or None
        Where the ratings were read, to name lines in messages.
    form : str
        The source's form in words, for the manifest.
    details : dict
        Further facts for the manifest; ``notes`` are sentences for whoever imports.
    """

    ratings: RatingColumns
    movies: MovieTable
    file: RatingFile | None
    form: str
    details: dict[str, Any] = field(default_factory=dict)

    def remarks(self, options: ReadOptions) -> list[str]:
        """Return what was taken for granted of the ratings as a whole, in sentences."""
        found = [options.scale.sentence()] if options.scale.rounded else []
        for what, names in (("User", self.ratings.user_names), ("Movie", self.ratings.movie_names)):
            if names is not None and not options.text_ids:
                found.append(f"{what} ids are text, such as {short(next(iter(names.values())))}, and are kept so.")
        latest = int(self.ratings.times.max(initial=0))
        if 0 < latest < _EARLY:
            shown = datetime.fromtimestamp(latest, UTC).strftime("%Y-%m-%d %H:%M")
            found.append(
                f"The latest timestamp is {shown}, read as seconds since 1970. If the column holds years or days, "
                "convert it and import again."
            )
        return found

    def movie_index(self) -> NDArray[np.int32]:
        """Return the dense movie index of every rating, int32 of shape (n_ratings,).

        Raises
        ------
        DataError
            When a rating names a movie that the movie table lacks; names file, line and remedy.
        """
        index = _lookup(self.movies.ids, self.ratings.movies)
        unknown = np.flatnonzero(index < 0)
        if len(unknown):
            raise self._unknown_movie(int(unknown[0]), len(unknown))
        return index

    def _unknown_movie(self, row: int, count: int) -> DataError:
        where = "The ratings"
        if self.file is not None:
            lines = (line for line, _ in self.file.table.rows())
            line = next((line for position, line in enumerate(lines) if position == row), row + 1)
            where = f"{self.file.name}, line {line}"
        movie = int(self.ratings.movies[row])
        return DataError(
            f"{where}: movie {movie} is not in the movie table ({count:,} ratings name unknown movies). "
            "Use movies and ratings of the same release, or add the movie's row."
        )


def _lookup(ids: NDArray[np.int64], wanted: NDArray[Any]) -> NDArray[np.int32]:
    # A table by id is quickest, but not worth its memory for a few ratings of movies with large numbers.
    if len(ids) and int(ids[0]) >= 0 and int(ids[-1]) < min(TABLE_LIMIT, 4 * (len(ids) + len(wanted))):
        position = np.full(int(ids[-1]) + 2, -1, dtype=np.int32)
        position[ids] = np.arange(len(ids), dtype=np.int32)
        return position[np.where((wanted >= 0) & (wanted <= ids[-1]), wanted, ids[-1] + 1)]
    index = np.searchsorted(ids, wanted).astype(np.int32)
    np.minimum(index, max(len(ids) - 1, 0), out=index)
    found = ids[index] == wanted if len(ids) else np.zeros(len(wanted), dtype=bool)
    return np.where(found, index, np.int32(-1)).astype(np.int32)


def number_rows(table: Table, rows: Sequence[TextRow], as_text: bool = False) -> tuple[list[MovieRow], Ids]:
    """Give every row of a movie file the number of its id.

    Raises
    ------
    DataError
        For an id that cannot be used; names file, line and remedy.
    """
    ids = read_ids({row.id for row in rows}, as_text)
    numbered = []
    for row in rows:
        problem = id_fault("movie id", row.id, ids)
        number = ids.number(row.id)
        if problem or number is None:
            raise table.fault(row.line, problem)
        numbered.append(MovieRow(number, row.title, row.genres))
    return numbered, ids


def build_movie_table(
    rows: Sequence[MovieRow],
    *,
    source: str,
    imdb_ids: Mapping[int, int] | None = None,
    tmdb_ids: Mapping[int, int] | None = None,
) -> MovieTable:
    """Build the movie table of a source's rows, in any order; an empty title or genre list is kept as unknown.

    Of rows with the same id the last one stays; what it leaves blank is taken from those before it.

    Raises
    ------
    DataError
        When there is no row.
    """
    if not rows:
        raise DataError(f"{source} holds no movie. Check that the file is complete and retry.")
    latest: dict[int, MovieRow] = {}
    for row in rows:
        former = latest.get(row.id, row)
        latest[row.id] = MovieRow(row.id, row.title or former.title, row.genres or former.genres)
    ordered = [latest[movie] for movie in sorted(latest)]
    spelling = spelling_of_genres(row.genres for row in ordered)
    genres = [
        tuple(dict.fromkeys(name for name in (spelling[part] for part in row.genres) if name != NO_GENRES))
        for row in ordered
    ]
    return MovieTable.from_columns(
        [row.id for row in ordered],
        [row.title for row in ordered],
        genres,
        imdb_ids=imdb_ids,
        tmdb_ids=tmdb_ids,
    )


def with_source_ids(table: MovieTable, names: Mapping[int, str] | None) -> MovieTable:
    """Return the table with the source's text of every id, where the ids are text."""
    if names is None:
        return table
    return replace(table, source_ids=StringColumn.from_strings(_texts(table.ids.tolist(), names)))


def _texts(ids: Iterable[int], names: Mapping[int, str]) -> Iterable[str]:
    return (names.get(number, str(number)) for number in ids)
