"""Ratings and movies of one data set, in compressed rows by user and by movie."""

import hashlib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from core.data.aggregates import compute_aggregates
from core.data.arraydir import open_arrays, read_manifest, verify_arrays, write_array_dir
from core.data.compress import by_movie, compress, dense_ids, narrow
from core.data.conventions import MAX_RATING, MIN_RATING
from core.data.movies import MovieTable, StringColumn
from core.data.profile import Profile
from core.data.source_ids import position_of
from core.errors import ArtifactError, DataError, UnknownIdError

__all__ = ["FORMAT_VERSION", "Dataset"]

FORMAT_VERSION = 1
_REMEDY = "Install it with `cinematch data fetch NAME` or `cinematch data import PATH`."


class Dataset:
    """A read-only data set, in memory or memory-mapped from a directory.

    Inside CineMatch users and movies are dense indices; raw ids live at this boundary only.

    Attributes
    ----------
    name, source : str
        The data set's name, and where it came from.
    user_ids : ndarray of int64, shape (n_users,), ascending
    user_indptr : ndarray of int64, shape (n_users + 1,)
    user_items : ndarray of int32; user_ratings : ndarray of uint8; user_times : ndarray of uint32
        Ratings grouped by user, movies ascending within a user. Ratings are half stars, 1 to 10; times are
        seconds since 1970.
    movie_indptr : ndarray of int64, shape (n_movies + 1,)
    movie_users : ndarray of int32; movie_ratings : ndarray of uint8
        The same ratings grouped by movie, users ascending within a movie.
    movie_counts : ndarray of int32; movie_means : ndarray of float32; user_means : ndarray of float32
        Number and mean (stars) of ratings.
    movies : MovieTable
    user_source_ids : StringColumn or None
        The source's user ids where they are text; `user_ids` are then numbers given at the import.
    """

    def __init__(
        self,
        arrays: Mapping[str, NDArray[Any]],
        *,
        name: str,
        source: str,
        genre_names: tuple[str, ...],
        fingerprint: str | None = None,
        path: Path | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        self._arrays = dict(arrays)
        self.name = name
        self.source = source
        self.path = path
        self.details = dict(details or {})
        self._fingerprint = fingerprint
        self.movies = MovieTable.from_arrays(arrays, genre_names)
        self.user_ids: NDArray[np.int64] = arrays["user_ids"]
        self.user_source_ids = StringColumn.of_arrays(arrays, "user_source_id")
        self.user_indptr: NDArray[np.int64] = arrays["user_indptr"]
        self.user_items: NDArray[np.int32] = arrays["user_items"]
        self.user_ratings: NDArray[np.uint8] = arrays["user_ratings"]
        self.user_times: NDArray[np.uint32] = arrays["user_times"]
        self.movie_indptr: NDArray[np.int64] = arrays["movie_indptr"]
        self.movie_users: NDArray[np.int32] = arrays["movie_users"]
        self.movie_ratings: NDArray[np.uint8] = arrays["movie_ratings"]
        self.movie_counts: NDArray[np.int32] = arrays["movie_counts"]
        self.movie_means: NDArray[np.float32] = arrays["movie_means"]
        self.user_means: NDArray[np.float32] = arrays["user_means"]

    def __repr__(self) -> str:
        return f"Dataset({self.name!r}, users={self.n_users:,}, movies={self.n_movies:,}, ratings={self.n_ratings:,})"

    # --- building -----------------------------------------------------------------------------------------

    @classmethod
    def from_interactions(
        cls,
        users: ArrayLike,
        movies: ArrayLike,
        ratings: ArrayLike,
        timestamps: ArrayLike | None,
        table: MovieTable,
        *,
        name: str = "memory",
        source: str = "memory",
        details: Mapping[str, Any] | None = None,
    ) -> Self:
        """Build a data set from raw ids.

        Parameters
        ----------
        users, movies : array_like of int, shape (n,)
            Raw ids. Every movie must be in `table`.
        ratings : array_like, shape (n,)
            Stars, 0.5 to 5.0 in half stars.
        timestamps : array_like of int, shape (n,), or None
            Seconds since 1970; None means 0.
        table : MovieTable

        Raises
        ------
        DataError
            For ratings off the half-star scale or movies that the table does not hold.
        """
        raw_users = np.asarray(users, dtype=np.int64)
        raw_movies = np.asarray(movies, dtype=np.int64)
        doubled = np.asarray(ratings, dtype=np.float64) * 2
        half_stars = np.rint(doubled)
        if len(doubled) and (
            not bool(np.isclose(doubled, half_stars).all()) or half_stars.min() < 1 or half_stars.max() > 10
        ):
            raise DataError("Ratings must be half stars between 0.5 and 5.0. Rescale the source and retry.")
        times = np.zeros(len(raw_users)) if timestamps is None else np.asarray(timestamps)
        user_ids, user_index = dense_ids(raw_users)
        movie_index = np.searchsorted(table.ids, raw_movies)
        clipped = np.minimum(movie_index, max(len(table) - 1, 0))
        if len(raw_movies) and (len(table) == 0 or not bool((table.ids[clipped] == raw_movies).all())):
            raise DataError("A rating names a movie that the movie table does not hold. Add it or drop the rating.")
        return cls.from_dense(
            user_index,
            movie_index.astype(np.int32),
            half_stars.astype(np.uint8),
            times.astype(np.uint32),
            user_ids=user_ids,
            table=table,
            name=name,
            source=source,
            details=details,
        )

    @classmethod
    def from_dense(
        cls,
        users: NDArray[np.int32],
        items: NDArray[np.int32],
        half_stars: NDArray[np.uint8],
        times: NDArray[np.uint32],
        *,
        user_ids: NDArray[np.int64],
        table: MovieTable,
        name: str,
        source: str,
        details: Mapping[str, Any] | None = None,
        user_source_ids: StringColumn | None = None,
    ) -> Self:
        """Build a data set from dense indices; of a pair rated twice the latest rating stays.

        The arrays become the data set's own: do not change them afterwards.
        """
        rows = compress(users, items, half_stars, times, len(user_ids), len(table))
        arrays = dict(table.arrays())
        arrays["user_ids"] = user_ids
        if user_source_ids is not None:
            arrays |= user_source_ids.arrays("user_source_id")
        arrays["user_indptr"] = rows.indptr
        arrays["user_items"], arrays["user_ratings"], arrays["user_times"] = rows.items, rows.half_stars, rows.times
        arrays["movie_indptr"], arrays["movie_users"], arrays["movie_ratings"] = by_movie(rows, len(table))
        arrays |= compute_aggregates(rows.indptr, rows.items, rows.half_stars, rows.times, table)
        arrays = {key: array.view() for key, array in arrays.items()}
        for array in arrays.values():
            array.setflags(write=False)
        return cls(
            arrays,
            name=name,
            source=source,
            genre_names=table.genre_names,
            details={**(details or {}), "duplicates_dropped": rows.dropped},
        )

    def with_ratings(self, keep: NDArray[np.bool_], *, name: str | None = None) -> "Dataset":
        """Return the data set with only the ratings of a mask, over the same users and movies.

        Parameters
        ----------
        keep : ndarray of bool, shape (n_ratings,)
            In the order of `user_items`.
        """
        return Dataset.from_dense(
            self.rating_users()[keep],
            self.user_items[keep],
            self.user_ratings[keep],
            self.user_times[keep],
            user_ids=self.user_ids,
            user_source_ids=self.user_source_ids,
            table=self.movies,
            name=name or self.name,
            source=self.source,
        )

    # --- storing ------------------------------------------------------------------------------------------

    @classmethod
    def open(cls, path: Path | str, *, check: bool = True) -> Self:
        """Open a stored data set by memory map; without `check` a damaged one, for `verify` to list its faults.

        Raises
        ------
        DataError
            When there is none at `path` or it is damaged or of another format version.
        """
        directory = Path(path)
        try:
            manifest = read_manifest(directory, what="data set", remedy=_REMEDY)
            if manifest.get("kind") != "dataset" or manifest.get("format_version") != FORMAT_VERSION:
                raise ArtifactError(
                    f"{directory} is not a data set of format {FORMAT_VERSION} "
                    f"(kind {manifest.get('kind')!r}, format {manifest.get('format_version')!r}). {_REMEDY}"
                )
            arrays = open_arrays(directory, manifest, remedy=_REMEDY, check=check)
            return cls(
                arrays,
                name=manifest["name"],
                source=manifest["source"],
                genre_names=tuple(manifest["genre_names"]),
                fingerprint=manifest["fingerprint"],
                path=directory,
                details=manifest.get("details"),
            )
        except ArtifactError as error:
            raise DataError(str(error)) from error
        except KeyError as error:
            raise DataError(f"The data set at {directory} lacks {error}. {_REMEDY}") from error

    def save(self, path: Path | str) -> Path:
        """Write the data set to a directory, atomically, and return the path."""
        return write_array_dir(Path(path), self._arrays, self.manifest())

    def manifest(self) -> dict[str, Any]:
        """Return what the manifest says apart from the arrays."""
        return {
            "kind": "dataset",
            "format_version": FORMAT_VERSION,
            "name": self.name,
            "source": self.source,
            "genre_names": list(self.movies.genre_names),
            "fingerprint": self.fingerprint,
            "counts": {"users": self.n_users, "movies": self.n_movies, "ratings": self.n_ratings},
            "details": self.details,
        }

    def verify(self) -> list[str]:
        """Return what is wrong with the stored files, one sentence each; empty when all is well."""
        if self.path is None:
            return []
        return verify_arrays(self.path, read_manifest(self.path, what="data set", remedy=_REMEDY))

    @cached_property
    def fingerprint(self) -> str:
        """Hex SHA-256 over ids, ratings, times and titles: equal data have equal fingerprints."""
        if self._fingerprint is not None:
            return self._fingerprint
        digest = hashlib.sha256(f"cinematch dataset {FORMAT_VERSION}".encode())
        for name in (
            "user_ids",
            "movie_ids",
            "user_indptr",
            "user_items",
            "user_ratings",
            "user_times",
            "movie_title_blob",
            "movie_title_offsets",
            "movie_genre_bits",
            "movie_tag_ids",
            "movie_tag_counts",
        ):
            digest.update(np.ascontiguousarray(self._arrays[name]).data)
        for name in sorted(name for name in self._arrays if "_source_id_" in name):
            digest.update(np.ascontiguousarray(self._arrays[name]).data)
        return digest.hexdigest()

    @property
    def identity(self) -> str:
        """Short name of the source's very data, by which browsers tell whose films they keep."""
        known = self.details.get("feedback", {}).get("identity")
        return str(known or f"{self.name}-{self.fingerprint[:12]}")

    # --- asking -------------------------------------------------------------------------------------------

    @property
    def n_users(self) -> int:
        """Number of users."""
        return len(self.user_ids)

    @cached_property
    def n_source_users(self) -> int:
        """Number of users of the source, the first ones; visitors behind them have no id that anybody may name."""
        first = self.details.get("feedback", {}).get("first_user")
        return self.n_users if first is None else int(np.searchsorted(self.user_ids, first))

    @property
    def n_movies(self) -> int:
        """Number of movies, rated or not."""
        return len(self.movies)

    @property
    def n_ratings(self) -> int:
        """Number of ratings."""
        return len(self.user_items)

    @property
    def density(self) -> float:
        """Share of user-movie pairs that are rated."""
        return self.n_ratings / max(self.n_users * self.n_movies, 1)

    @cached_property
    def rating_range(self) -> tuple[float, float]:
        """Lowest and highest star rating that occurs; the whole scale where there are no ratings."""
        present = np.flatnonzero(self.rating_histogram)
        return (0.5 * int(present[0] + 1), 0.5 * int(present[-1] + 1)) if len(present) else (MIN_RATING, MAX_RATING)

    @cached_property
    def global_mean(self) -> float:
        """Mean of all ratings in stars; 3.5 where there are none."""
        total = int(self.rating_histogram.sum())
        return float(self.rating_histogram @ np.arange(0.5, 5.5, 0.5)) / total if total else 3.5

    @property
    def rating_histogram(self) -> NDArray[np.int64]:
        """Number of ratings at 0.5, 1.0 ... 5.0 stars, shape (10,)."""
        return self._arrays["rating_histogram"]

    def aggregate(self, name: str) -> NDArray[Any]:
        """Return one of the arrays of `core.data.aggregates`, by name."""
        return self._arrays[name]

    def user_index(self, user_id: int | str) -> int:
        """Return the dense index of a raw user id, or of the source's own where ids are text.

        Raises
        ------
        UnknownIdError
            When nobody has that id.
        InvalidInputError
            When it cannot be an id.
        """
        found = position_of(self.user_ids, self.user_source_ids, user_id, "user")
        if found is None or found >= self.n_source_users:
            raise UnknownIdError(f"There is no user {user_id}. {self.name} has users {self._span()}.")
        return found

    def movie_index(self, movie_id: int | str) -> int:
        """Return the dense index of a raw movie id; as `user_index`."""
        found = position_of(self.movies.ids, self.movies.source_ids, movie_id, "movie")
        if found is None:
            raise UnknownIdError(f"There is no movie {movie_id}. Search {self.name} by title to find a movie's id.")
        return found

    def user_label(self, index: int) -> str:
        """Return how people call a user: the source's id where ids are text, else the number."""
        return str(int(self.user_ids[index])) if self.user_source_ids is None else self.user_source_ids[index]

    def movie_label(self, index: int) -> str:
        """Return a movie's id as `user_label` returns a user's."""
        return self.movies.source_id(index) or str(int(self.movies.ids[index]))

    def _span(self) -> str:
        last = self.n_source_users - 1
        return "none" if last < 0 else f"{self.user_label(0)} to {self.user_label(last)}"

    def profile(self, user: int) -> Profile:
        """Return a stored user's ratings; `user` is a dense index."""
        span = slice(int(self.user_indptr[user]), int(self.user_indptr[user + 1]))
        stars = self.user_ratings[span] * np.float32(0.5)
        return Profile(self.user_items[span], stars, int(user), self.user_times[span])

    def rating_users(self) -> NDArray[np.int32]:
        """Return the user of every rating, int32 of shape (n_ratings,), in the order of `user_items`."""
        return np.repeat(np.arange(self.n_users, dtype=np.int32), np.diff(self.user_indptr))

    def stars(self) -> NDArray[np.float32]:
        """Return every rating in stars, float32 of shape (n_ratings,), in the order of `user_items`."""
        return self.user_ratings * np.float32(0.5)

    def matrix(self, values: NDArray[Any] | None = None) -> sparse.csr_array:
        """Return the ratings as a users x movies matrix.

        Parameters
        ----------
        values : ndarray of shape (n_ratings,), optional
            In the order of `user_items`; by default stars as float32.
        """
        rows = (self.stars() if values is None else values, self.user_items, narrow(self.user_indptr))
        return sparse.csr_array(rows, shape=(self.n_users, self.n_movies))

    def nbytes(self) -> int:
        """Return the size of all arrays in bytes."""
        return sum(array.nbytes for array in self._arrays.values())
