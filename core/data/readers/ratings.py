"""Ratings of any text table as arrays: by a fast reader where nothing can go wrong, row by row everywhere else."""

from array import array
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.conventions import MAX_ID
from core.data.readers.ids import Ids, id_fault, read_ids, short
from core.data.readers.memory import InMemory
from core.data.readers.table import Table
from core.data.readers.text import count_byte
from core.data.readers.values import MAX_TIME, STARS, Scale, decimal, is_date_like, seconds
from core.errors import DataError
from core.progress import Progress, silent

__all__ = ["RatingColumns", "RatingFile", "read_ratings"]

_BATCH_ROWS = 1 << 19
_TELL_EVERY = 1 << 16


@dataclass(frozen=True)
class RatingFile:
    """Where the four columns stand in a table.

    Attributes
    ----------
    table : Table
    user, movie, rating : int
        Column numbers from 0.
    timestamp : int or None
        None when the file has no times; they are then 0.
    scale : Scale
    """

    table: Table
    user: int
    movie: int
    rating: int
    timestamp: int | None
    scale: Scale = STARS

    @property
    def name(self) -> str:
        """The file's name for messages."""
        return self.table.label

    def line_of(self, column: int, text: str) -> int:
        """Return the line of the first rating that has `text` in a column."""
        wanted = text.strip()
        return next(line for line, fields in self.table.rows() if fields[column].strip() == wanted)


@dataclass
class RatingColumns:
    """Ratings in file order: raw ids (int32 or int64), half stars 1 to 10 (uint8), seconds since 1970 (uint32).

    ``user_names`` and ``movie_names`` give the source's text of every raw id where the ids are text, else None.
    """

    users: NDArray[Any]
    movies: NDArray[Any]
    half_stars: NDArray[np.uint8]
    times: NDArray[np.uint32]
    user_names: dict[int, str] | None = field(default=None)
    movie_names: dict[int, str] | None = field(default=None)

    def __len__(self) -> int:
        return len(self.half_stars)


def read_ratings(
    file: RatingFile, progress: Progress = silent, *, movies: Ids | None = None, text_ids: bool = False
) -> RatingColumns:
    """Read all ratings of a table: one for every line that is neither the header nor blank.

    Parameters
    ----------
    file : RatingFile
    movies : Ids, optional
        What the ids of the movie table are; by default the ratings' own decide.
    text_ids : bool
        Take user ids as text, and movie ids where `movies` does not say otherwise.

    Raises
    ------
    DataError
        For a line that is no row of the table, ids that cannot be used, ratings off the scale, or values that are no
        times; names the file, the line and the remedy.
    """
    columns = None
    numeric = not text_ids and (movies is None or movies.numbers is None)
    if numeric and _is_plain(file.table):
        columns = _read_fast(file, progress)
    if columns is None:
        columns = _read_exactly(file, progress, movies, text_ids)
    if not len(columns):
        raise DataError(f"{file.name} holds no rating. Check that the file is complete and retry.")
    progress(1.0, f"Read {len(columns):,} ratings of {file.name}")
    return columns


# --- files without anything peculiar ------------------------------------------------------------------------


def _is_plain(table: Table) -> bool:
    text = table.text
    quoted = table.quoting != "none" and (text.quotes or text.backslashes)
    return text.encoding in ("utf-8", "utf-8-sig") and not text.bare_returns and not quoted


def _read_fast(file: RatingFile, progress: Progress) -> RatingColumns | None:
    """Read blocks of numbers; None when the exact reader has to look, be it to read or to name a fault."""
    import polars as pl

    table = file.table
    header = 1 if table.header else 0
    found = _room_for(table.text.lines - header)
    lines = rows = 0
    try:
        for frame in _batches(file):
            block = _convert(frame, file.scale)
            lines += len(frame)
            if block is None or lines > len(found):
                return None
            _put(found, rows, block)
            rows += len(block)
            progress(min(lines / table.text.lines, 0.99), f"Read {rows:,} ratings of {file.name}")
    except pl.exceptions.PolarsError:
        return None
    # Every line must have been seen, and every row must have all its fields: the reader fills in those that lack.
    if lines != len(found) or not (_reads_last_column(file) or _has_all_fields(table, rows + header)):
        return None
    return RatingColumns(found.users[:rows], found.movies[:rows], found.half_stars[:rows], found.times[:rows])


def _reads_last_column(file: RatingFile) -> bool:
    return file.table.width - 1 in (file.user, file.movie, file.rating, file.timestamp)


def _has_all_fields(table: Table, rows: int) -> bool:
    delimiters = count_byte(table.text.path, table.delimiter[0].encode()) // len(table.delimiter)
    return delimiters == rows * (table.width - 1)


def _batches(file: RatingFile) -> Iterator[Any]:
    import polars as pl

    table = file.table
    # A double colon is read as single colons with empty columns between.
    step = len(table.delimiter)
    named = {"user": file.user, "movie": file.movie, "rating": file.rating, "timestamp": file.timestamp}
    wanted = {number * step: title for title, number in named.items() if number is not None}
    schema: dict[str, Any] = {}
    for column in range((table.width - 1) * step + 1):
        title = wanted.get(column)
        kind: Any = pl.Int64 if title else pl.String
        schema[title or f"column {column}"] = pl.Float64 if title == "rating" else kind
    source = table.text.path
    scan = pl.scan_csv(
        source.content if isinstance(source, InMemory) else source,
        has_header=False,
        skip_lines=1 if table.header else 0,
        separator=table.delimiter[0],
        quote_char=None,
        schema=schema,
        glob=False,
        raise_if_empty=False,
    ).select(list(wanted.values()))
    yield from scan.collect_batches(chunk_size=_BATCH_ROWS, maintain_order=True, engine="streaming")


def _convert(frame: Any, scale: Scale) -> RatingColumns | None:
    """Check and narrow one block; None when something in it is out of the ordinary."""
    import polars as pl

    if any(column.null_count() for column in frame):
        frame = frame.filter(~pl.all_horizontal(pl.all().is_null()))  # blank lines
        if any(column.null_count() for column in frame):
            return None
    half_stars, good = scale.half_stars(frame["rating"].to_numpy())
    users, movies = frame["user"].to_numpy(), frame["movie"].to_numpy()
    if not bool(good.all()) or not _in_range(users, MAX_ID) or not _in_range(movies, MAX_ID):
        return None
    times = np.zeros(len(frame), dtype=np.int64)
    if "timestamp" in frame.columns:
        times = frame["timestamp"].to_numpy()
        if not _in_range(times, MAX_TIME) or bool(is_date_like(times).any()):
            return None
    return RatingColumns(_narrow(users), _narrow(movies), half_stars.astype(np.uint8), times.astype(np.uint32))


def _in_range(values: NDArray[np.int64], largest: int) -> bool:
    return not len(values) or (int(values.min()) >= 0 and int(values.max()) <= largest)


def _narrow(ids: NDArray[np.int64]) -> NDArray[Any]:
    return ids.astype(np.int32) if _in_range(ids, np.iinfo(np.int32).max) else ids


def _room_for(rows: int) -> RatingColumns:
    """Return columns to be filled, so that blocks need not be kept and joined; ids are narrow until one is not."""
    count = max(rows, 0)
    users, movies = np.empty(count, dtype=np.int32), np.empty(count, dtype=np.int32)
    return RatingColumns(users, movies, np.empty(count, dtype=np.uint8), np.empty(count, dtype=np.uint32))


def _put(columns: RatingColumns, start: int, block: RatingColumns) -> None:
    for name in ("users", "movies", "half_stars", "times"):
        values, column = getattr(block, name), getattr(columns, name)
        if values.dtype.itemsize > column.dtype.itemsize:
            column = column.astype(values.dtype)
            setattr(columns, name, column)
        column[start : start + len(block)] = values


# --- every other file ---------------------------------------------------------------------------------------


def _numbering() -> defaultdict[str, int]:
    """Return a table that numbers texts from 0 as they are asked for."""
    table: defaultdict[str, int] = defaultdict()
    table.default_factory = table.__len__
    return table


def _read_exactly(file: RatingFile, progress: Progress, known: Ids | None, text_ids: bool) -> RatingColumns:
    """Read row by row whatever can be read, and name the line of what cannot."""
    users, movies, half_stars, times = array("i"), array("i"), array("B"), array("I")
    user_texts, movie_texts, stars = _numbering(), _numbering(), dict[str, int]()
    user_at, movie_at, rating_at, time_at = file.user, file.movie, file.rating, file.timestamp
    for line, fields in file.table.rows():
        rating = fields[rating_at]
        if rating not in stars:
            stars[rating] = _half_star(file, line, rating)
        half_stars.append(stars[rating])
        users.append(user_texts[fields[user_at]])
        movies.append(movie_texts[fields[movie_at]])
        if time_at is not None:
            moment = seconds(fields[time_at])
            if moment is None:
                raise file.table.fault(
                    line,
                    f"the timestamp {short(fields[time_at])!r} is no number of seconds since 1970 and no date such "
                    "as 2019-05-31T20:15:00Z. Convert the column, or leave it out with --columns.",
                )
            times.append(moment)
        if not len(half_stars) % _TELL_EVERY:
            progress(min(line / file.table.text.lines, 0.99), f"Read {len(half_stars):,} ratings of {file.name}")
    user_ids = read_ids(user_texts, text_ids)
    movie_ids = read_ids(movie_texts, text_ids) if known is None else known
    return RatingColumns(
        _raw_ids(file, file.user, "user id", user_texts, user_ids, users),
        _raw_ids(file, file.movie, "movie id", movie_texts, movie_ids, movies),
        np.frombuffer(half_stars, dtype=np.uint8) if half_stars else np.empty(0, dtype=np.uint8),
        np.frombuffer(times, dtype=np.uint32) if times else np.zeros(len(half_stars), dtype=np.uint32),
        user_ids.names(),
        movie_ids.names(),
    )


def _raw_ids(
    file: RatingFile, column: int, what: str, texts: dict[str, int], ids: Ids, positions: "array[int]"
) -> NDArray[Any]:
    numbers = np.empty(len(texts), dtype=np.int64)
    for position, text in enumerate(texts):
        number = ids.number(text)
        problem = id_fault(what, text, ids)
        if problem or number is None:
            problem = (
                problem or f"{short(text.strip())} is not in the movie table. Add it there, or drop its ratings."
            )
            raise file.table.fault(file.line_of(column, text), problem)
        numbers[position] = number
    return _narrow(numbers)[np.frombuffer(positions, dtype=np.int32)] if len(texts) else numbers


def _half_star(file: RatingFile, line: int, text: str) -> int:
    value, scale = decimal(text), file.scale
    if value is None:
        raise file.table.fault(
            line, f"the rating {short(text)!r} is not a number. Correct the line or choose another column."
        )
    halves, good = scale.half_stars(np.array([value]))
    if bool(good[0]):
        return int(halves[0])
    shown = short(text.strip())
    if not scale.low <= value <= scale.high:
        unit = "" if scale.rounded else " stars"
        raise file.table.fault(
            line, f"the rating {shown} is not within {scale.low:g} and {scale.high:g}{unit}. {_proposal(file)}"
        )
    raise file.table.fault(
        line,
        f"the rating {shown} is no half star. Round the column to halves, or have the nearest half star taken with "
        "--scale 0.5-5.",
    )


def _proposal(file: RatingFile) -> str:
    """Return a sentence on the scale that a column seems to have; nothing is taken from it."""
    values = []
    try:
        for _, fields in file.table.rows():
            value = decimal(fields[file.rating])
            values += [] if value is None else [value]
    except DataError:
        return "Correct the line, or state the scale with --scale LOWEST-HIGHEST."
    low, high = min(values), max(values)
    for least, most in ((1, 10), (0, 5), (0, 10), (1, 100), (0, 100)):
        if least <= low and high <= most:
            return (
                f"The column runs from {low:g} to {high:g}: if its scale is {least} to {most}, say so with "
                f"--scale {least}-{most}."
            )
    return f"The column runs from {low:g} to {high:g}: correct the line, or state the scale with --scale LOW-HIGH."
