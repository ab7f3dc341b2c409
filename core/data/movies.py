"""The movie table: columns of plain arrays, so that worker processes share one copy of it."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

__all__ = ["MovieFacts", "MovieTable", "StringColumn"]

_REMEMBERED = 4096
"""Movies whose facts a process remembers, about 400 bytes each."""


@dataclass(frozen=True)
class StringColumn:
    """Strings as one UTF-8 blob (uint8) and offsets (int64, one more than strings)."""

    blob: NDArray[np.uint8]
    offsets: NDArray[np.int64]

    @classmethod
    def from_strings(cls, strings: Iterable[str]) -> Self:
        """Encode strings into one blob."""
        encoded = [string.encode("utf-8") for string in strings]
        offsets = np.zeros(len(encoded) + 1, dtype=np.int64)
        np.cumsum([len(part) for part in encoded], out=offsets[1:])
        return cls(np.frombuffer(b"".join(encoded), dtype=np.uint8), offsets)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, index: int) -> str:
        return self.blob[self.offsets[index] : self.offsets[index + 1]].tobytes().decode("utf-8")

    def arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """Return blob and offsets by the names under which a data set stores them."""
        return {f"{name}_blob": self.blob, f"{name}_offsets": self.offsets}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[Any]], name: str) -> Self | None:
        """Return the column that `arrays` stored under a name, None where there is none."""
        blob = arrays.get(f"{name}_blob")
        return None if blob is None else cls(blob, arrays[f"{name}_offsets"])

    def to_list(self) -> list[str]:
        """Return all strings."""
        content = self.blob.tobytes()
        bounds = self.offsets.tolist()
        return [content[start:end].decode("utf-8") for start, end in pairwise(bounds)]


class MovieFacts(NamedTuple):
    """What lists say of a movie; `source_id` where ids are text, else None."""

    movie_id: int
    title: str
    year: int | None
    genres: tuple[str, ...]
    source_id: str | None


@dataclass(frozen=True)
class MovieTable:
    """One row per movie, in the order of the dense movie index.

    Attributes
    ----------
    ids : ndarray of int64, shape (n_movies,)
        The source's movie ids, ascending.
    titles : StringColumn
        As the source spells them, such as ``Matrix, The (1999)``; empty where the source gives none.
    years : ndarray of int16, shape (n_movies,)
        Year of release, 0 where unknown.
    genre_bits : ndarray of uint64, shape (n_movies,)
        Bit g is set when the movie has genre ``genre_names[g]``.
    genre_names : tuple of str
        At most 64 names.
    imdb_ids, tmdb_ids : ndarray of int64, shape (n_movies,)
        Ids at IMDb and TMDb, 0 where unknown.
    tag_names : StringColumn
        The tag vocabulary, lower-case, ascending: `tag_index` halves it.
    tag_indptr : ndarray of int64, shape (n_movies + 1,); tag_ids, tag_counts : ndarray of int32
        Compressed rows: which tags each movie was given and how often.
    source_ids : StringColumn or None
        The source's ids where they are text; `ids` are then numbers given at the import.
    """

    ids: NDArray[np.int64]
    titles: StringColumn
    years: NDArray[np.int16]
    genre_bits: NDArray[np.uint64]
    genre_names: tuple[str, ...]
    imdb_ids: NDArray[np.int64]
    tmdb_ids: NDArray[np.int64]
    tag_names: StringColumn
    tag_indptr: NDArray[np.int64]
    tag_ids: NDArray[np.int32]
    tag_counts: NDArray[np.int32]
    source_ids: StringColumn | None = None
    _facts: dict[int, "MovieFacts"] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.ids)

    def title(self, index: int) -> str:
        """Return the title of a movie, or ``Movie <id>`` where the source gives none."""
        return self.titles[index] or f"Movie {self.source_id(index) or int(self.ids[index])}"

    def source_id(self, index: int) -> str | None:
        """Return the source's id of a movie where ids are text, else None."""
        return None if self.source_ids is None else self.source_ids[index]

    def year(self, index: int) -> int | None:
        """Return the year of release, or None where it is unknown."""
        return int(self.years[index]) or None

    def genres(self, index: int) -> list[str]:
        """Return the names of a movie's genres; empty where none are listed."""
        bits = int(self.genre_bits[index])
        return [name for bit, name in enumerate(self.genre_names) if bits >> bit & 1]

    def facts(self, index: int) -> "MovieFacts":
        """Return what lists say of a movie; remembered, for the same few thousand stand in most of them."""
        found = self._facts.get(index)
        if found is None:
            if len(self._facts) >= _REMEMBERED:
                self._facts.clear()
            found = MovieFacts(
                int(self.ids[index]),
                self.title(index),
                self.year(index),
                tuple(self.genres(index)),
                self.source_id(index),
            )
            self._facts[index] = found
        return found

    def genre_mask(self, names: Iterable[str]) -> int:
        """Return the bits of the named genres.

        Raises
        ------
        KeyError
            For a name that is no genre of this data set.
        """
        positions = {name.casefold(): bit for bit, name in enumerate(self.genre_names)}
        mask = 0
        for name in names:
            if name.casefold() not in positions:
                raise KeyError(name)
            mask |= 1 << positions[name.casefold()]
        return mask

    def genre_matrix(self) -> NDArray[np.float32]:
        """Return 0/1 membership, float32 of shape (n_movies, n_genres)."""
        shifts = np.arange(len(self.genre_names), dtype=np.uint64)
        return ((self.genre_bits[:, None] >> shifts) & np.uint64(1)).astype(np.float32)

    def tags(self, index: int, limit: int = 10) -> list[tuple[str, int]]:
        """Return a movie's most frequent tags with their counts."""
        span = slice(int(self.tag_indptr[index]), int(self.tag_indptr[index + 1]))
        counts = self.tag_counts[span]
        order = np.argsort(-counts, kind="stable")[:limit]
        return [(self.tag_names[int(self.tag_ids[span][row])], int(counts[row])) for row in order]

    def tag_index(self, tag: str) -> int | None:
        """Return the number of a tag in `tag_names`, None where no movie has it; capitals do not matter."""
        wanted = tag.strip().lower()
        place = bisect_left(self.tag_names, wanted)
        return place if place < len(self.tag_names) and self.tag_names[place] == wanted else None

    def tagged(self, number: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Return the movies that have a tag of `tag_names`, and how often each was given it."""
        places = np.flatnonzero(self.tag_ids == number)
        return np.searchsorted(self.tag_indptr, places, side="right") - 1, self.tag_counts[places]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the table's arrays by the names under which a data set stores them."""
        return {
            **({} if self.source_ids is None else self.source_ids.arrays("movie_source_id")),
            "movie_ids": self.ids,
            "movie_title_blob": self.titles.blob,
            "movie_title_offsets": self.titles.offsets,
            "movie_years": self.years,
            "movie_genre_bits": self.genre_bits,
            "movie_imdb_ids": self.imdb_ids,
            "movie_tmdb_ids": self.tmdb_ids,
            "tag_name_blob": self.tag_names.blob,
            "tag_name_offsets": self.tag_names.offsets,
            "movie_tag_indptr": self.tag_indptr,
            "movie_tag_ids": self.tag_ids,
            "movie_tag_counts": self.tag_counts,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], genre_names: Sequence[str]) -> Self:
        """Rebuild the table from the arrays that `arrays` returned."""
        return cls(
            ids=arrays["movie_ids"],
            titles=StringColumn(arrays["movie_title_blob"], arrays["movie_title_offsets"]),
            years=arrays["movie_years"],
            genre_bits=arrays["movie_genre_bits"],
            genre_names=tuple(genre_names),
            imdb_ids=arrays["movie_imdb_ids"],
            tmdb_ids=arrays["movie_tmdb_ids"],
            tag_names=StringColumn(arrays["tag_name_blob"], arrays["tag_name_offsets"]),
            tag_indptr=arrays["movie_tag_indptr"],
            tag_ids=arrays["movie_tag_ids"],
            tag_counts=arrays["movie_tag_counts"],
            source_ids=StringColumn.of_arrays(arrays, "movie_source_id"),
        )

    @classmethod
    def from_columns(
        cls,
        ids: Sequence[int] | NDArray[np.int64],
        titles: Sequence[str],
        genres: Sequence[Sequence[str]],
        *,
        years: Sequence[int | None] | None = None,
        imdb_ids: Mapping[int, int] | None = None,
        tmdb_ids: Mapping[int, int] | None = None,
        tags: Mapping[int, Mapping[str, int]] | None = None,
        genre_names: Sequence[str] | None = None,
    ) -> Self:
        """Build the table from plain columns.

        Parameters
        ----------
        ids : sequence of int, ascending and unique
            The source's movie ids.
        titles : sequence of str
            Titles with the year in parentheses, as MovieLens spells them; empty where unknown.
        genres : sequence of sequences of str
            Genre names per movie.
        years : sequence of int or None, optional
            Years of release; by default read from the titles.
        imdb_ids, tmdb_ids : mapping of movie id to int, optional
        tags : mapping of movie id to {tag: count}, optional
        genre_names : sequence of str, optional
            The genres in bit order; by default MovieLens' 19 and then any others by name.
        """
        from core.data.conventions import GENRE_NAMES, NO_GENRES
        from core.display.titles import extract_year_from_title

        found = {name for row in genres for name in row} - {NO_GENRES}
        names = tuple(genre_names) if genre_names else (*GENRE_NAMES, *sorted(found - set(GENRE_NAMES)))
        position = {name: bit for bit, name in enumerate(names)}
        if len(names) > 64:
            from core.errors import DataError

            raise DataError(f"{len(names)} genres were found; at most 64 are supported. Merge rare ones and retry.")
        bits = [sum(1 << position[name] for name in set(row) if name in position) for row in genres]
        known_years = years if years is not None else [extract_year_from_title(title) for title in titles]
        id_list = [int(movie) for movie in ids]
        rows = [(tags or {}).get(movie, {}) for movie in id_list]
        vocabulary = sorted({tag for row in rows for tag in row})
        tag_position = {tag: number for number, tag in enumerate(vocabulary)}
        indptr = np.zeros(len(id_list) + 1, dtype=np.int64)
        np.cumsum([len(row) for row in rows], out=indptr[1:])
        return cls(
            ids=np.asarray(id_list, dtype=np.int64),
            titles=StringColumn.from_strings(titles),
            years=np.asarray([year or 0 for year in known_years], dtype=np.int16),
            genre_bits=np.asarray(bits, dtype=np.uint64),
            genre_names=names,
            imdb_ids=np.asarray([(imdb_ids or {}).get(movie, 0) for movie in id_list], dtype=np.int64),
            tmdb_ids=np.asarray([(tmdb_ids or {}).get(movie, 0) for movie in id_list], dtype=np.int64),
            tag_names=StringColumn.from_strings(vocabulary),
            tag_indptr=indptr,
            tag_ids=np.asarray([tag_position[tag] for row in rows for tag in sorted(row)], dtype=np.int32),
            tag_counts=np.asarray([row[tag] for row in rows for tag in sorted(row)], dtype=np.int32),
        )
