"""RecBole's atomic files (``.inter`` and ``.item``): tab-separated, each column named ``name:type``."""

from pathlib import Path

from core.data.readers.lines import decode, split_rows, whole_number
from core.data.readers.ratings import RatingFile, read_ratings
from core.data.readers.tables import MovieRow, SourceTables, build_movie_table
from core.errors import DataError
from core.progress import Progress, silent

__all__ = ["read_recbole"]

_UNTITLED = ("unknown", "unkonwn")  # the second is how RecBole spells it


def read_recbole(folder: Path, progress: Progress = silent) -> SourceTables:
    """Read the one ``.inter`` and the one ``.item`` file of a folder.

    Raises
    ------
    DataError
        When a file or one of the columns ``user_id``, ``item_id``, ``rating``, ``movie_title`` is missing.
    """
    inter, item = _only(folder, "*.inter"), _only(folder, "*.item")
    names = _names(inter)
    wanted = {name: _position(names, name, inter.name) for name in ("user_id", "item_id", "rating")}
    file = RatingFile(
        inter,
        "\t",
        True,
        wanted["user_id"],
        wanted["item_id"],
        wanted["rating"],
        names.index("timestamp") if "timestamp" in names else None,
        whole_seconds=False,
    )
    table = build_movie_table(_movies(item), source=item.name)
    return SourceTables(read_ratings(file, progress), table, file, "RecBole atomic files")


def _movies(path: Path) -> list[MovieRow]:
    names = _names(path)
    movie_at, title_at = _position(names, "item_id", path.name), _position(names, "movie_title", path.name)
    year_at = names.index("release_year") if "release_year" in names else None
    class_at = names.index("class") if "class" in names else None
    lines = split_rows(decode(path, path.name), path.name, "\t", len(names))
    next(lines)
    rows = []
    for number, fields in lines:
        title = fields[title_at].strip()
        year = fields[year_at].strip() if year_at is not None else ""
        title = "" if title in _UNTITLED else title
        rows.append(
            MovieRow(
                whole_number(fields[movie_at], path.name, number, "movie id"),
                f"{title} ({year})" if title and year.isdigit() else title,
                tuple(fields[class_at].split()) if class_at is not None else (),
            )
        )
    return rows


def _names(path: Path) -> list[str]:
    if not path.stat().st_size:
        raise DataError(f"{path.name} is empty. Fetch or export it again.")
    with path.open(encoding="utf-8-sig", errors="replace") as stream:
        return [name.split(":")[0].strip() for name in stream.readline().split("\t")]


def _position(names: list[str], name: str, label: str) -> int:
    if name not in names:
        raise DataError(f"{label}, line 1: there is no column {name!r}, only {', '.join(names)}. Use a RecBole file.")
    return names.index(name)


def _only(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise DataError(
            f"{folder} holds {len(found)} {pattern} files, expected one. Keep the one to import and retry."
        )
    return found[0]
