"""What every reader returns: ratings, and the movies that they are about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.conventions import NO_GENRES
from core.data.movies import MovieTable
from core.data.readers.ratings import RatingColumns, RatingFile, numbered_lines
from core.errors import DataError

__all__ = ["MovieRow", "SourceTables", "build_movie_table", "normalise_genre"]

_TABLE_LIMIT = 1 << 27
_GENRE_SPELLINGS = {"Children's": "Children", "unknown": NO_GENRES, "": NO_GENRES}


@dataclass(frozen=True)
class MovieRow:
    """One movie of a source: raw id, title as spelt there (empty: unknown), genre names."""

    id: int
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
        Further facts for the manifest.
    """

    ratings: RatingColumns
    movies: MovieTable
    file: RatingFile | None
    form: str
    details: dict[str, Any] = field(default_factory=dict)

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
            lines = (number for number, _ in numbered_lines(self.file))
            line = next((number for position, number in enumerate(lines) if position == row), row + 1)
            where = f"{self.file.name}, line {line}"
        movie = int(self.ratings.movies[row])
        return DataError(
            f"{where}: movie {movie} is not in the movie table ({count:,} ratings name unknown movies). "
            "Use movies and ratings of the same release, or add the movie's row."
        )


def _lookup(ids: NDArray[np.int64], wanted: NDArray[Any]) -> NDArray[np.int32]:
    if len(ids) and int(ids[0]) >= 0 and int(ids[-1]) < _TABLE_LIMIT:
        position = np.full(int(ids[-1]) + 2, -1, dtype=np.int32)
        position[ids] = np.arange(len(ids), dtype=np.int32)
        return position[np.where((wanted >= 0) & (wanted <= ids[-1]), wanted, ids[-1] + 1)]
    index = np.searchsorted(ids, wanted).astype(np.int32)
    np.minimum(index, max(len(ids) - 1, 0), out=index)
    found = ids[index] == wanted if len(ids) else np.zeros(len(wanted), dtype=bool)
    return np.where(found, index, np.int32(-1)).astype(np.int32)


def normalise_genre(name: str) -> str:
    """Return a genre by the spelling of the present MovieLens sets (1M says ``Children's``)."""
    stripped = name.strip()
    return _GENRE_SPELLINGS.get(stripped, stripped)


def build_movie_table(
    rows: Sequence[MovieRow],
    *,
    source: str,
    imdb_ids: Mapping[int, int] | None = None,
    tmdb_ids: Mapping[int, int] | None = None,
) -> MovieTable:
    """Build the movie table of a source's rows, in any order; an empty title or genre list is kept as unknown.

    Of rows with the same id the last one stays.

    Raises
    ------
    DataError
        When there is no row.
    """
    if not rows:
        raise DataError(f"{source} holds no movie. Check that the file is complete and retry.")
    latest = {row.id: row for row in rows}
    ordered = [latest[movie] for movie in sorted(latest)]
    genres = [tuple(name for name in map(normalise_genre, row.genres) if name != NO_GENRES) for row in ordered]
    return MovieTable.from_columns(
        [row.id for row in ordered],
        [row.title for row in ordered],
        genres,
        imdb_ids=imdb_ids,
        tmdb_ids=tmdb_ids,
    )
