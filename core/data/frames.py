"""Data sets from pandas DataFrames and back, for notebooks; pandas is imported when it is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from core.data.install import build, keep
from core.data.readers.ids import Ids, id_fault, read_ids
from core.data.readers.ratings import RatingColumns
from core.data.readers.tables import MovieRow, SourceTables, build_movie_table, with_source_ids
from core.data.readers.values import (
    MAX_TIME,
    STARS,
    Scale,
    decimal,
    is_date_like,
    seconds,
    split_genres,
    whole_number,
)
from core.errors import DataError, InvalidInputError
from core.settings import load_settings

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from core.data.dataset import Dataset
    from core.data.movies import MovieTable
    from core.settings import Settings

__all__ = ["dataset_from_frames", "movies_frame", "ratings_frame"]

_LINKS = ("imdbId", "tmdbId")


def dataset_from_frames(
    ratings: pd.DataFrame,
    movies: pd.DataFrame | None = None,
    *,
    name: str = "frames",
    user: str = "userId",
    movie: str = "movieId",
    rating: str = "rating",
    timestamp: str = "timestamp",
    title: str = "title",
    genres: str = "genres",
    scale: tuple[float, float] | None = None,
    text_ids: bool = False,
    save: bool = False,
    settings: Settings | None = None,
) -> Dataset:
    """Make a data set of DataFrames; every row is a rating, or is named and refused.

    Parameters
    ----------
    ratings : pandas.DataFrame
        A row for each rating. Of a user who rated a film twice the latest rating stays; how many others there were
        is the data set's ``details["duplicates_dropped"]``, and ``details["rows"]`` the number of all rows.
    movies : pandas.DataFrame, optional
        A row for each movie; ``imdbId`` and ``tmdbId`` are taken where they are. Of a movie's rows the last value
        that is not blank stays, and ``details["notes"]`` says so. Without `movies` titles and genres are taken from
        `ratings`, where it has them.
    name : str
        The data set's name.
    user, movie, rating : str
        Columns of `ratings`; `movie` is one of `movies`, too. Ids are whole numbers or text.
    timestamp : str
        Column of times: seconds since 1970, dates as text, or pandas' own. Where there is none, all times are 0.
    title, genres : str
        Columns of titles, with the year in parentheses, and of genres: lists, or text with bars or commas between.
    scale : (float, float), optional
        The lowest and the highest rating where they are not half stars from 0.5 to 5: what lies between is mapped
        linearly, to the nearest half star.
    text_ids : bool
        Keep ids as text, whatever they look like.
    save : bool
        Install the data set, in place of one of the same name, so that models can be trained on it and served.
    settings : Settings, optional
        Where it is installed; by default as the environment says.

    Returns
    -------
    Dataset

    Raises
    ------
    DataError
        For a column that is missing and for the first row that cannot be used; names frame, row label and remedy.
    InvalidInputError
        For a scale whose second number is not the larger one.
    """
    where = _Frame("ratings", ratings)
    for column in (user, movie, rating):
        where.need(column)
    if not len(ratings):
        raise DataError("The frame ratings has no row. Give one with a row for each rating.")
    if scale is not None and not scale[0] < scale[1]:
        raise InvalidInputError(
            f"scale={scale!r} is no scale. Write the lowest and the highest rating: scale=(1, 10)."
        )
    films = where if movies is None else _Frame("movies", movies)
    if movies is not None:
        films.need(movie)
    film_numbers, film_ids = films.ids(movie, "movie id", None, text_ids)
    movie_numbers = film_numbers if movies is None else where.ids(movie, "movie id", film_ids, text_ids)[0]
    user_numbers, user_ids = where.ids(user, "user id", None, text_ids)
    table = _movie_table(films, film_numbers, film_ids, title, genres, listed=movies is not None)
    columns = RatingColumns(
        user_numbers,
        movie_numbers,
        where.half_stars(rating, STARS if scale is None else Scale(*scale, rounded=True)),
        where.times(timestamp),
        user_ids.names(),
        film_ids.names(),
    )
    source = "pandas DataFrames"
    details: dict[str, Any] = {"rows": len(ratings), "notes": []}
    if movies is not None and (repeated := len(movies) - len(table)):
        details["notes"].append(
            f"Rows of movies that name one again: {repeated:,}. The last value that is not blank stays."
        )
    tables = SourceTables(columns, table, None, source, details)
    dataset = build(tables, name=name, source=source)
    return keep(dataset, settings or load_settings()) if save else dataset


def ratings_frame(dataset: Dataset) -> pd.DataFrame:
    """Return all ratings of a data set by user and movie: ``userId``, ``movieId``, ``rating``, ``timestamp``.

    Where the source's ids are text, the columns hold that text. Times are seconds since 1970, 0 where unknown.
    """
    import pandas as pd

    users, items = dataset.rating_users(), dataset.user_items
    return pd.DataFrame(
        {
            "userId": _labels(dataset.user_ids, dataset.user_source_ids)[users],
            "movieId": _labels(dataset.movies.ids, dataset.movies.source_ids)[items],
            "rating": dataset.stars().astype(np.float64),
            "timestamp": dataset.user_times.astype(np.int64),
        }
    )


def movies_frame(dataset: Dataset) -> pd.DataFrame:
    """Return all movies: ``movieId``, ``title``, ``genres`` with bars between, ``year``, ``imdbId``, ``tmdbId``."""
    import pandas as pd

    movies = dataset.movies
    return pd.DataFrame(
        {
            "movieId": _labels(movies.ids, movies.source_ids),
            "title": movies.titles.to_list(),
            "genres": ["|".join(movies.genres(index)) for index in range(len(movies))],
            "year": _known(movies.years),
            "imdbId": _known(movies.imdb_ids),
            "tmdbId": _known(movies.tmdb_ids),
        }
    )


def _known(numbers: NDArray[Any]) -> Any:
    """Return whole numbers as a column in which 0 is missing."""
    import pandas as pd

    return pd.array([number or None for number in numbers.tolist()], dtype="Int64")


def _labels(numbers: NDArray[np.int64], names: Any) -> NDArray[Any]:
    return np.array(numbers) if names is None else np.array(names.to_list(), dtype=object)


class _Frame:
    """A frame that is read column by column, and its name for messages."""

    def __init__(self, name: str, frame: pd.DataFrame) -> None:
        self.name = name
        self.frame = frame

    def need(self, column: str) -> None:
        found = list(self.frame.columns).count(column)
        if found != 1:
            listed = ", ".join(map(str, self.frame.columns))
            raise DataError(
                f"The frame {self.name} has {found or 'no'} column{'s' * (found > 1)} {column!r} among: {listed}. "
                "Rename its columns as MovieLens names them, or say which is which: user=..., movie=..., rating=..."
            )

    def has(self, column: str) -> bool:
        return column in self.frame.columns

    def fault(self, row: int, what: str) -> DataError:
        said = what.replace("the line", "the row").replace("--text-ids", "text_ids=True")
        return DataError(f"The frame {self.name}, row {self.frame.index[row]!r}: {said}")

    def distinct(self, column: str) -> tuple[NDArray[np.int64], list[str]]:
        """Return each row's position among the distinct values, and these as text; a missing one is blank."""
        import pandas as pd

        codes, values = pd.factorize(self.frame[column], use_na_sentinel=True)
        texts = [_text(value) for value in values]
        if len(codes) and codes.min() < 0:
            codes = np.where(codes < 0, len(texts), codes)
            texts.append("")
        return codes, texts

    def ids(self, column: str, what: str, known: Ids | None, text_ids: bool) -> tuple[NDArray[np.int64], Ids]:
        """Return every row's number, int64, and what the ids are."""
        codes, texts = self.distinct(column)
        ids = known or read_ids(texts, text_ids)
        numbers = np.empty(len(texts), dtype=np.int64)
        for position, text in enumerate(texts):
            number, problem = ids.number(text), id_fault(what, text, ids)
            if problem or number is None:
                problem = problem or f"{text.strip()} is not among the movies. Add it there, or drop its ratings."
                raise self.fault(int(np.argmax(codes == position)), problem)
            numbers[position] = number
        return numbers[codes], ids

    def half_stars(self, column: str, scale: Scale) -> NDArray[np.uint8]:
        codes, texts = self.distinct(column)
        read = [decimal(text) for text in texts]
        halves, good = scale.half_stars(np.array([np.nan if value is None else value for value in read]))
        if not bool(good.all()):
            position = int(np.argmin(good))
            kind = "a number" if scale.rounded else "a half star"
            raise self.fault(
                int(np.argmax(codes == position)),
                f"the rating {texts[position]!r} is not {kind} from {scale.low:g} to {scale.high:g}. Correct or drop "
                "the row, or name the scale: scale=(lowest, highest).",
            )
        return halves.astype(np.uint8)[codes]

    def times(self, column: str) -> NDArray[np.uint32]:
        import pandas as pd

        if not self.has(column):
            return np.zeros(len(self.frame), dtype=np.uint32)
        values = self.frame[column]
        if isinstance(values.dtype, pd.DatetimeTZDtype):
            values = values.dt.tz_convert("UTC").dt.tz_localize(None)
        if values.dtype.kind == "M" and not values.isna().any():
            values = values.astype("datetime64[s]").astype("int64")
        elif values.dtype.kind != "i" or bool(is_date_like(values.to_numpy()).any()):
            return self._read_times(column)
        found = values.to_numpy()
        wrong = np.flatnonzero((found < 0) | (found > MAX_TIME))
        return self._read_times(column) if len(wrong) else found.astype(np.uint32)

    def _read_times(self, column: str) -> NDArray[np.uint32]:
        codes, texts = self.distinct(column)
        read = [seconds(text) for text in texts]
        if None in read:
            position = read.index(None)
            raise self.fault(
                int(np.argmax(codes == position)),
                f"the time {texts[position]!r} is no number of seconds since 1970 and no date such as "
                "2019-05-31T20:15:00Z. Correct or drop the row, or leave the column out.",
            )
        return np.array(read, dtype=np.uint32)[codes]


def _text(value: Any) -> str:
    # Whole numbers become floats in a column where one is missing.
    whole = isinstance(value, float | np.floating) and float(value).is_integer()
    return str(int(value)) if whole else str(value)


def _movie_table(
    frame: _Frame, numbers: NDArray[np.int64], ids: Ids, title: str, genres: str, *, listed: bool
) -> MovieTable:
    """Return the table of a frame's movies; of a movie's rows the last value that is not blank stays."""
    import pandas as pd

    count = len(numbers)
    rows, links = frame.frame, {}
    if not listed:
        # Ratings name a film again and again, and the first naming is as good as any.
        first = np.unique(numbers, return_index=True)[1]
        rows, numbers, count = rows.iloc[first], numbers[first], len(first)
    titles = rows[title].tolist() if frame.has(title) else [""] * count
    kinds = rows[genres].tolist() if frame.has(genres) else [""] * count
    films = [
        MovieRow(number, "" if _missing(pd, name) else str(name).strip(), _genres(pd, kind))
        for number, name, kind in zip(numbers.tolist(), titles, kinds, strict=True)
    ]
    for column in _LINKS:
        links[column] = _links(frame, column, numbers) if listed and frame.has(column) else {}
    table = build_movie_table(
        films, source=f"The frame {frame.name}", imdb_ids=links["imdbId"], tmdb_ids=links["tmdbId"]
    )
    return with_source_ids(table, ids.names())


def _links(frame: _Frame, column: str, numbers: NDArray[np.int64]) -> dict[int, int]:
    codes, texts = frame.distinct(column)
    found: dict[int, int] = {}
    for row, (number, code) in enumerate(zip(numbers.tolist(), codes.tolist(), strict=True)):
        if not (text := texts[code]):
            continue
        link = whole_number(text.removeprefix("tt"))
        if link is None:
            raise frame.fault(
                row, f"the {column} {text!r} is not a whole number. Correct the line, or drop the column."
            )
        found[number] = link
    return found


def _genres(pd: Any, value: Any) -> tuple[str, ...]:
    if isinstance(value, list | tuple | set | frozenset | np.ndarray):
        return tuple(name for item in value for name in split_genres(str(item)))
    return () if _missing(pd, value) else split_genres(str(value))


def _missing(pd: Any, value: Any) -> bool:
    return value is None or (not isinstance(value, str) and bool(pd.isna(value)))
