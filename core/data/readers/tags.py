"""Tag applications, counted per movie; millions of rows, so not read line by line."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from core.data.movies import MovieTable, StringColumn
from core.data.readers.lines import csv_rows, decode, split_rows, whole_number
from core.errors import DataError

__all__ = ["count_tags", "with_tags_csv", "with_tags_dat"]

_HEADER = ("userId", "movieId", "tag", "timestamp")


def with_tags_csv(table: MovieTable, path: Path, label: str) -> tuple[MovieTable, int]:
    """Add the tags of a GroupLens ``tags.csv``; lower-cased, counted per movie.

    Returns
    -------
    MovieTable, int
        The table with tags, and how many applications were left out because they are blank or name a movie that
        the table lacks.

    Raises
    ------
    DataError
        For a wrong header, movie ids that are not whole numbers, or a broken encoding.
    """
    import polars as pl

    schema = {"userId": pl.String, "movieId": pl.Int64, "tag": pl.String, "timestamp": pl.String}
    try:
        frame = pl.scan_csv(path, schema=schema, glob=False).select("movieId", "tag").collect(engine="streaming")
    except pl.exceptions.PolarsError as error:
        # Read again line by line to name the fault.
        for number, fields in csv_rows(path, label, _HEADER):
            whole_number(fields[1], label, number, "movie id")
        raise DataError(f"{label} cannot be read: {error}. Fetch the file again.") from error
    if list(_first_line(path)[: len(_HEADER)]) != list(_HEADER):
        next(csv_rows(path, label, _HEADER), None)
    return count_tags(table, frame)


def with_tags_dat(table: MovieTable, path: Path, label: str) -> tuple[MovieTable, int]:
    """Add the tags of MovieLens 10M's ``tags.dat`` (``user::movie::tag::time``); as `with_tags_csv`."""
    import polars as pl

    rows = [
        (whole_number(fields[1], label, number, "movie id"), "::".join(fields[2:-1]))
        for number, fields in split_rows(decode(path, label, ("utf-8-sig", "latin-1")), label, "::", 4)
    ]
    return count_tags(table, pl.DataFrame(rows, schema={"movieId": pl.Int64, "tag": pl.String}, orient="row"))


def _first_line(path: Path) -> list[str]:
    from core.data.readers.lines import header_of

    return [name.strip() for name in header_of(path)]


def count_tags(table: MovieTable, frame: Any) -> tuple[MovieTable, int]:
    """Count tag applications per movie.

    Parameters
    ----------
    table : MovieTable
    frame : polars.DataFrame
        Columns ``movieId`` (Int64) and ``tag`` (String), one row per application.

    Returns
    -------
    MovieTable, int
        As `with_tags_csv`.
    """
    import polars as pl

    tags = frame.select("movieId", pl.col("tag").str.to_lowercase().str.strip_chars().alias("tag"))
    known = tags.filter(
        pl.col("movieId").is_in(pl.Series(table.ids).implode()) & pl.col("tag").is_not_null() & (pl.col("tag") != "")
    )
    counted = known.group_by("movieId", "tag").len(name="count")
    vocabulary = counted.select("tag").unique().sort("tag").with_row_index("tag_id")
    rows = counted.join(vocabulary, on="tag").sort("movieId", "tag_id")
    positions = np.searchsorted(table.ids, rows["movieId"].to_numpy())
    indptr = np.zeros(len(table) + 1, dtype=np.int64)
    np.cumsum(np.bincount(positions, minlength=len(table)), out=indptr[1:])
    tagged = replace(
        table,
        tag_names=StringColumn.from_strings(vocabulary["tag"].to_list()),
        tag_indptr=indptr,
        tag_ids=rows["tag_id"].to_numpy().astype(np.int32),
        tag_counts=rows["count"].to_numpy().astype(np.int32),
    )
    return tagged, len(frame) - len(known)
