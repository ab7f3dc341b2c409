"""Tag applications, counted per movie."""

from dataclasses import replace
from typing import Any

import numpy as np

from core.data.movies import MovieTable, StringColumn
from core.data.readers.ids import Ids, id_fault
from core.data.readers.table import Table

__all__ = ["count_tags", "with_tags"]


def with_tags(table: MovieTable, tags: Table, movie_at: int, tag_at: int, ids: Ids) -> tuple[MovieTable, int]:
    """Add the tags of a file; lower-cased, counted per movie.

    Returns
    -------
    MovieTable, int
        The table with tags, and how many applications were left out because they are blank or name a movie that
        the table lacks.

    Raises
    ------
    DataError
        For a line that is no row of the table, or movie ids that cannot be used.
    """
    import polars as pl

    numbers: dict[str, int] = {}
    movies: list[int] = []
    names: list[str] = []
    for line, fields in tags.rows():
        text = fields[movie_at]
        if text not in numbers:
            if problem := id_fault("movie id", text, ids):
                raise tags.fault(line, problem)
            number = ids.number(text)
            numbers[text] = -1 if number is None else number
        movies.append(numbers[text])
        names.append(fields[tag_at])
    frame = pl.DataFrame({"movieId": pl.Series(movies, dtype=pl.Int64), "tag": pl.Series(names, dtype=pl.String)})
    return count_tags(table, frame)


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
