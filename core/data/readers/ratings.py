"""Rating files of any delimiter, read in blocks: bounded memory, progress, and faults named by line."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.conventions import MAX_RATING, MIN_RATING
from core.errors import DataError
from core.progress import Progress, silent

__all__ = ["RatingColumns", "RatingFile", "read_ratings"]

_BATCH_ROWS = 1 << 19
_MAX_TIME = 2**32 - 1
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class RatingFile:
    """Where the four columns stand in a text file.

    Attributes
    ----------
    path : Path
    delimiter : str
        ``,``, a tab, ``;`` or the double colon of MovieLens 1M and 10M.
    has_header : bool
    user, movie, rating : int
        Column numbers from 0.
    timestamp : int or None
        None when the file has no times; they are then 0.
    quoted : bool
        Whether fields may be quoted with ``"``.
    whole_seconds : bool
        False where times may have a fraction or an exponent, which takes longer to read.
    """

    path: Path
    delimiter: str
    has_header: bool
    user: int
    movie: int
    rating: int
    timestamp: int | None
    quoted: bool = False
    whole_seconds: bool = True

    @property
    def name(self) -> str:
        """The file's name for messages."""
        return self.path.name

    def fields(self) -> dict[str, int]:
        """Return column numbers by what they hold."""
        named = {"user id": self.user, "movie id": self.movie, "rating": self.rating}
        return named if self.timestamp is None else {**named, "timestamp": self.timestamp}


@dataclass
class RatingColumns:
    """Ratings in file order: raw ids (int32 or int64), half stars 1 to 10 (uint8), seconds since 1970 (uint32)."""

    users: NDArray[Any]
    movies: NDArray[Any]
    half_stars: NDArray[np.uint8]
    times: NDArray[np.uint32]

    def __len__(self) -> int:
        return len(self.half_stars)


def read_ratings(file: RatingFile, progress: Progress = silent) -> RatingColumns:
    """Read a rating file.

    Raises
    ------
    DataError
        For an empty file, a missing column, ids that are not whole numbers, ratings that are not half stars from
        0.5 to 5.0, or times that are not seconds since 1970; names the file, the line and the remedy.
    """
    import polars as pl

    size = file.path.stat().st_size
    width, line_bytes = _measure(file)
    parts: list[RatingColumns] = []
    rows = 0
    try:
        for frame in _batches(file, width):
            block = _convert(frame)
            if block is None:
                raise _fault(file)
            parts.append(block)
            rows += len(block)
            progress(min(rows * line_bytes / size, 0.99), f"Read {rows:,} ratings of {file.name}")
    except pl.exceptions.PolarsError as error:
        raise _fault(file, str(error)) from error
    if not rows:
        raise DataError(f"{file.name} holds no rating. Check that the file is complete and retry.")
    progress(1.0, f"Read {rows:,} ratings of {file.name}")
    return _join(parts)


def _measure(file: RatingFile) -> tuple[int, float]:
    with file.path.open("rb") as stream:
        sample = stream.read(1 << 16)
    lines = sample.removeprefix(_BOM).split(b"\n")
    if not sample.strip():
        raise DataError(f"{file.name} is empty. Fetch or export it again.")
    first = lines[0].decode("utf-8", "replace").rstrip("\r")
    fields = next(csv.reader([first], delimiter=file.delimiter)) if file.quoted else first.split(file.delimiter)
    return len(fields), len(sample) / max(len(lines) - 1, 1)


def _batches(file: RatingFile, width: int) -> Iterator[Any]:
    import polars as pl

    # A double colon is read as single colons with empty columns between.
    step = 2 if file.delimiter == "::" else 1
    wanted = {number * step: title for title, number in file.fields().items()}
    schema: dict[str, Any] = {}
    for column in range((width - 1) * step + 1):
        title = wanted.get(column)
        kind: Any = pl.Int64 if title else pl.String
        if title == "rating" or (title == "timestamp" and not file.whole_seconds):
            kind = pl.Float64
        schema[title or f"column {column}"] = kind
    missing = [title for title, number in file.fields().items() if number >= width]
    if missing:
        raise _fault(file, f"it has {width} columns and no column for the {missing[0]}")
    scan = pl.scan_csv(
        file.path,
        has_header=False,
        skip_lines=1 if file.has_header else 0,
        separator=file.delimiter[0],
        quote_char='"' if file.quoted else None,
        schema=schema,
        glob=False,
        raise_if_empty=False,
    ).select(list(wanted.values()))
    yield from scan.collect_batches(chunk_size=_BATCH_ROWS, maintain_order=True, engine="streaming")


def _convert(frame: Any) -> RatingColumns | None:
    """Check and narrow one block; None when something in it is wrong."""
    import polars as pl

    if any(column.null_count() for column in frame):
        frame = frame.filter(~pl.all_horizontal(pl.all().is_null()))  # blank lines
        if any(column.null_count() for column in frame):
            return None
    doubled = frame["rating"].to_numpy() * 2
    half_stars = np.rint(doubled)
    times = frame["timestamp"].to_numpy() if "timestamp" in frame.columns else np.zeros(len(frame))
    with np.errstate(invalid="ignore"):
        good = (half_stars >= 1) & (half_stars <= 10) & (np.abs(doubled - half_stars) < 1e-3)
        good &= (times >= 0) & (times <= _MAX_TIME)
    if not bool(good.all()):
        return None
    return RatingColumns(
        _narrow(frame["user id"].to_numpy()),
        _narrow(frame["movie id"].to_numpy()),
        half_stars.astype(np.uint8),
        times.astype(np.uint32),
    )


def _narrow(ids: NDArray[np.int64]) -> NDArray[Any]:
    bounds = np.iinfo(np.int32)
    fits = not len(ids) or (int(ids.min()) >= bounds.min and int(ids.max()) <= bounds.max)
    return ids.astype(np.int32) if fits else ids.astype(np.int64)


def _join(parts: list[RatingColumns]) -> RatingColumns:
    columns = []
    for name in ("users", "movies", "half_stars", "times"):
        columns.append(np.concatenate([getattr(part, name) for part in parts]))
        for part in parts:
            setattr(part, name, np.empty(0, dtype=np.int32))  # frees each block before the next column is joined
    return RatingColumns(*columns)


# --- naming faults ------------------------------------------------------------------------------------------


def _fault(file: RatingFile, reason: str = "") -> DataError:
    """Find the first line that is wrong; slow, and only run when one is."""
    width, _ = _measure(file)
    for number, fields in numbered_lines(file):
        problem = _problem(file, fields, width)
        if problem:
            return DataError(f"{file.name}, line {number}: {problem}")
    return DataError(f"{file.name} cannot be read: {reason}. Check its delimiter and columns and retry.")


def numbered_lines(file: RatingFile) -> Iterator[tuple[int, list[str]]]:
    """Yield line number and fields of every rating of a file, blank lines and the header left out."""
    with file.path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        if file.quoted:
            reader = csv.reader(stream, delimiter=file.delimiter)
            rows = ((reader.line_num, row) for row in reader)
        else:
            rows = ((number, line.rstrip("\r\n").split(file.delimiter)) for number, line in enumerate(stream, 1))
        if file.has_header:
            next(rows, None)
        for number, fields in rows:
            if any(fields):
                yield number, fields


_WHOLE = re.compile(r"\s*[+-]?\d{1,18}\s*")
_STARS = re.compile(r"(?:0?\.5|[1-4](?:\.[05])?|5(?:\.0)?)0*")


def _problem(file: RatingFile, fields: list[str], width: int) -> str:
    columns = file.fields()
    if len(fields) > width:
        return (
            f"{len(fields)} fields where the file has {width}. "
            "Two lines have run together or a field holds the delimiter: correct the line or fetch the file again."
        )
    if len(fields) <= max(columns.values()):
        return (
            f"{len(fields)} fields where at least {max(columns.values()) + 1} are needed. "
            "The line is cut short or uses another delimiter: correct it or fetch the file again."
        )
    for title in ("user id", "movie id"):
        if not _WHOLE.fullmatch(fields[columns[title]]):
            return (
                f"the {title} {fields[columns[title]]!r} is not a whole number. "
                f"Number the {title.split()[0]}s from 1 before importing."
            )
    text = fields[columns["rating"]]
    if not _STARS.fullmatch(text):
        return _rating_problem(text)
    if "timestamp" in columns:
        text = fields[columns["timestamp"]]
        value = _number(text)
        if value is None or not 0 <= value <= _MAX_TIME:
            return f"the timestamp {text!r} is no number of seconds since 1970. Convert or omit the column."
    return ""


def _rating_problem(text: str) -> str:
    value = _number(text)
    if value is None:
        return f"the rating {text!r} is not a number. Correct the line or choose another column."
    if not MIN_RATING <= value <= MAX_RATING:
        return f"the rating {text} is not within {MIN_RATING} and {MAX_RATING} stars. Rescale the column and retry."
    if abs(value * 2 - round(value * 2)) >= 1e-3:
        return f"the rating {text} is no half star. Round the column to halves and retry."
    return ""


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
