"""Readers of rating data in every form that CineMatch knows; see `read_folder`."""

from collections.abc import Callable, Mapping
from pathlib import Path

from core.data.readers.movielens import read_100k, read_csv_folder, read_dat_folder
from core.data.readers.recbole import read_recbole
from core.data.readers.tables import SourceTables
from core.data.readers.tabular import parse_columns, read_table
from core.errors import DataError
from core.progress import Progress, silent

__all__ = ["SourceTables", "parse_columns", "read_folder", "read_table", "source_files"]

_Reader = Callable[[Path, Progress], SourceTables]
_FORMS: tuple[tuple[tuple[str, ...], tuple[str, ...], _Reader], ...] = (
    (("ratings.csv", "movies.csv"), ("tags.csv", "links.csv"), read_csv_folder),
    (("ratings.dat", "movies.dat"), ("tags.dat",), read_dat_folder),
    (("u.data", "u.item"), (), read_100k),
    (("*.inter", "*.item"), (), read_recbole),
)


def source_files() -> tuple[str, ...]:
    """Return the name patterns of all files that a reader may want."""
    return tuple(name for needed, optional, _ in _FORMS for name in (*needed, *optional))


def read_folder(path: Path, progress: Progress = silent, columns: Mapping[str, str] | None = None) -> SourceTables:
    """Read a folder of rating data, or one of its immediate sub-folders.

    Parameters
    ----------
    path : Path
        Folder in a form of GroupLens or RecBole; with `columns`, a CSV file or a folder with exactly one.
    columns : mapping, optional
        Column names for a CSV of any form; see `core.data.readers.tabular.parse_columns`.

    Raises
    ------
    DataError
        When no form fits, or a file cannot be used; names file, line and remedy.
    """
    folders = [path, *sorted(child for child in path.glob("*") if child.is_dir())] if path.is_dir() else []
    if columns:
        return read_table(path if path.is_file() else _only_csv(path, folders), columns, progress)
    half = ""
    for folder in folders:
        for needed, _, reader in _FORMS:
            present = [name for name in needed if any(folder.glob(name))]
            if len(present) == len(needed):
                return reader(folder, progress)
            if present:
                half = f" {present[0]} is there, but {', '.join(set(needed) - set(present))} is missing."
    wanted = "; ".join(" with ".join(needed) for needed, _, _ in _FORMS)
    raise DataError(
        f"{path} holds no rating data in a known form ({wanted}).{half} "
        "Choose another folder, or name the columns of a CSV with --columns user=...,movie=...,rating=..."
    )


def _only_csv(path: Path, folders: list[Path]) -> Path:
    found = [file for folder in folders for file in sorted(folder.glob("*.csv"))]
    if len(found) != 1:
        raise DataError(f"{path} holds {len(found)} CSV files, expected one. Give the path of the file itself.")
    return found[0]
