"""Readers of rating data in every form that CineMatch knows; see `read_folder`."""

from collections.abc import Callable, Mapping
from pathlib import Path

from core.data.readers.movielens import read_100k, read_csv_folder, read_dat_folder
from core.data.readers.options import AS_THEY_ARE, ReadOptions
from core.data.readers.recbole import read_recbole
from core.data.readers.tables import SourceTables
from core.data.readers.tabular import has_columns, parse_columns, read_table
from core.data.readers.values import parse_scale
from core.errors import DataError
from core.progress import Progress, silent

__all__ = [
    "AS_THEY_ARE",
    "TABLE_FILES",
    "ReadOptions",
    "SourceTables",
    "parse_columns",
    "parse_scale",
    "read_folder",
    "read_table",
    "source_files",
]

TABLE_FILES = ("*.csv", "*.tsv", "*.txt")
"""Name patterns of tables whose columns can be named."""

_Reader = Callable[[Path, Progress, ReadOptions], SourceTables]
_FORMS: tuple[tuple[tuple[str, ...], tuple[str, ...], _Reader], ...] = (
    (("ratings.csv", "movies.csv"), ("tags.csv", "links.csv"), read_csv_folder),
    (("ratings.dat", "movies.dat"), ("tags.dat",), read_dat_folder),
    (("u.data", "u.item"), (), read_100k),
    (("*.inter", "*.item"), (), read_recbole),
)


def source_files() -> tuple[str, ...]:
    """Return the name patterns of all files that a reader may want."""
    return tuple(name for needed, optional, _ in _FORMS for name in (*needed, *optional))


def read_folder(
    path: Path,
    progress: Progress = silent,
    columns: Mapping[str, str] | None = None,
    options: ReadOptions = AS_THEY_ARE,
    *,
    label: str = "",
    deep: bool = False,
) -> SourceTables:
    """Read a folder of rating data, or one of its immediate sub-folders.

    Parameters
    ----------
    path : Path
        Folder in a form of GroupLens or RecBole; with `columns`, a table of any form or a folder with exactly one
        that has these columns.
    columns : mapping, optional
        See `core.data.readers.tabular.parse_columns`.
    options : ReadOptions
    label : str
        How messages call `path`.
    deep : bool
        Look into folders at any depth, as of an archive.

    Raises
    ------
    DataError
        When no form fits, or several data sets are there, or a file cannot be used; names file, line and remedy.
    """
    name = label or str(path)
    below = path.rglob("*") if deep else path.glob("*")
    folders = [path, *sorted(child for child in below if child.is_dir())] if path.is_dir() else []
    if columns:
        table = path if path.is_file() else _only_table(path, folders, columns, name)
        return read_table(table, columns, progress, options)
    found: list[tuple[Path, tuple[str, ...], _Reader]] = []
    half: list[tuple[Path, list[str], list[str]]] = []
    for folder in folders:
        for needed, _, reader in _FORMS:
            present = [pattern for pattern in needed if any(folder.glob(pattern))]
            if len(present) == len(needed):
                found.append((folder, needed, reader))
            elif present:
                half.append((folder, present, sorted(set(needed) - set(present))))
    if len(found) > 1:
        places = "; ".join(f"{' with '.join(needed)} in {_inside(folder, path)}" for folder, needed, _ in found)
        raise DataError(f"{name} holds {len(found)} data sets: {places}. Import one of these folders by itself.")
    if found:
        folder, _, reader = found[0]
        tables = reader(folder, progress, options)
        for other, present, _ in (one for one in half if one[0] != folder):
            note = (
                f"{', '.join(present)} in {_inside(other, path)} was not used: the rest of its data set is missing."
            )
            tables.details["notes"].append(note)
        return tables
    lacking = "".join(f" {' and '.join(here)} is there, but {gone[0]} is missing." for _, here, gone in half[:1])
    wanted = "; ".join(" with ".join(needed) for needed, _, _ in _FORMS)
    raise DataError(
        f"{name} holds no rating data in a known form ({wanted}).{lacking} "
        "Choose another folder, or name the columns of a CSV with --columns user=...,movie=...,rating=..."
    )


def _inside(folder: Path, path: Path) -> str:
    return "its top folder" if folder == path else str(folder.relative_to(path))


def _only_table(path: Path, folders: list[Path], columns: Mapping[str, str], name: str) -> Path:
    tables = [file for folder in folders for pattern in TABLE_FILES for file in sorted(folder.glob(pattern))]
    found = [file for file in tables if has_columns(file, columns)] if len(tables) > 1 else tables
    if len(found) != 1:
        listed = ", ".join(str(file.relative_to(path)) for file in (found or tables)[:10])
        which = "with these columns" if len(tables) > 1 else "with a table's name (.csv, .tsv, .txt)"
        raise DataError(
            f"{name} holds {len(found)} files {which}, expected one{f': {listed}' if listed else ''}. "
            "Give the path of the file itself, or correct --columns."
        )
    return found[0]
