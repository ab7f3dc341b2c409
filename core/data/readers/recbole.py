"""RecBole's atomic files (``.inter`` and ``.item``): tab-separated, each column named ``name:type``."""

from dataclasses import replace
from pathlib import Path

from core.data.readers.options import AS_THEY_ARE, ReadOptions
from core.data.readers.ratings import RatingFile, read_ratings
from core.data.readers.table import Table, open_table
from core.data.readers.tables import SourceTables, TextRow, build_movie_table, number_rows, with_source_ids
from core.errors import DataError
from core.progress import Progress, silent

__all__ = ["read_recbole"]

_UNTITLED = ("unknown", "unkonwn")  # the second is how RecBole spells it


def read_recbole(folder: Path, progress: Progress = silent, options: ReadOptions = AS_THEY_ARE) -> SourceTables:
    """Read the one ``.inter`` and the one ``.item`` file of a folder.

    Raises
    ------
    DataError
        When a file or one of the columns ``user_id``, ``item_id``, ``rating``, ``movie_title`` is missing.
    """
    inter, item = _open(_only(folder, "*.inter")), _open(_only(folder, "*.item"))
    rows, ids = number_rows(item, _movies(item), options.text_ids)
    file = RatingFile(
        inter,
        inter.column("user_id"),
        inter.column("item_id"),
        inter.column("rating"),
        inter.column("timestamp") if "timestamp" in inter.header else None,
        options.scale,
    )
    table = with_source_ids(build_movie_table(rows, source=item.label), ids.names())
    ratings = read_ratings(file, progress, movies=ids, text_ids=options.text_ids)
    return SourceTables(ratings, table, file, "RecBole atomic files", {"notes": [*inter.notes(), *item.notes()]})


def _movies(item: Table) -> list[TextRow]:
    movie_at, title_at = item.column("item_id"), item.column("movie_title")
    year_at = item.column("release_year") if "release_year" in item.header else None
    class_at = item.column("class") if "class" in item.header else None
    rows = []
    for line, fields in item.rows():
        title = fields[title_at].strip()
        year = fields[year_at].strip() if year_at is not None else ""
        title = "" if title in _UNTITLED else title
        rows.append(
            TextRow(
                line,
                fields[movie_at],
                f"{title} ({year})" if title and year.isdigit() else title,
                tuple(fields[class_at].split()) if class_at is not None else (),
            )
        )
    return rows


def _open(path: Path) -> Table:
    table = open_table(path, "\t", quoted=False)
    return replace(table, header=tuple(name.split(":")[0].strip() for name in table.header))


def _only(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        names = ", ".join(file.name for file in found)
        raise DataError(f"There are {len(found)} {pattern} files ({names}), expected one. Keep one and retry.")
    return found[0]
