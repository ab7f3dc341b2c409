"""All that is kept in one file, which either kind of database can be filled from."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, text

from core import __version__
from core.errors import DataError
from core.files import write_atomically
from core.profiles.clock import now_ms
from core.profiles.database import Database
from core.profiles.migrations import current
from core.profiles.tables import METADATA, people

__all__ = ["backup", "restore"]

_FORM = "cinematch profiles"
_ROWS_AT_ONCE = 500
_LEFT_OUT = frozenset({"codes", "answers"})
"""Good for minutes or days: of no use in a backup."""
_TABLES = tuple(table for table in METADATA.sorted_tables if table.name not in _LEFT_OUT)


def backup(database: Database, path: Path) -> dict[str, int]:
    """Write everything that is kept, as of one moment, to a compressed file, and return the number of rows by table.

    People go on reading and writing meanwhile. The file is readable by this user alone: it holds what people rated
    and, with the key that signs tokens, whoever has it could be anybody.

    Raises
    ------
    OSError
        When it cannot be written; one that was there stays.
    """
    content = io.BytesIO()
    counts: dict[str, int] = {}
    digest = hashlib.sha256()
    with gzip.GzipFile(fileobj=content, mode="wb", mtime=0) as file, database.read() as connection:
        for line in _lines(connection, counts):
            digest.update(line)
            file.write(line)
        file.write(_line({"end": True, "rows": counts, "sha256": digest.hexdigest()}))
    write_atomically(path, content.getvalue())
    path.chmod(0o600)
    return counts


def restore(database: Database, path: Path, *, replace: bool = False) -> dict[str, int]:
    """Fill a database from a backup, all of it or nothing, and return the number of rows by table.

    Parameters
    ----------
    database : Database
    path : Path
    replace : bool
        Whether what is in the database may be deleted.

    Raises
    ------
    DataError
        When the file is no complete backup, is of another form, or the database holds people and `replace` is not
        given.
    """
    rows = _read(path)
    counts = {table.name: len(rows[table.name]) for table in _TABLES}
    with database.write() as connection:
        head = rows["head"][0]
        if head["step"] != current(connection):
            raise DataError(
                f"{path} was written at step {head['step']!r} of the database's form, by version {head['version']}; "
                f"this version has {current(connection)!r}. Restore it with that version, then upgrade."
            )
        if connection.execute(select(func.count()).select_from(people)).scalar_one() and not replace:
            raise DataError("The database holds people already. Give an empty one, or --replace to delete them.")
        for table in reversed(METADATA.sorted_tables):
            connection.execute(delete(table))
        for table in _TABLES:
            for start in range(0, len(rows[table.name]), _ROWS_AT_ONCE):
                connection.execute(insert(table), rows[table.name][start : start + _ROWS_AT_ONCE])
        _go_on_numbering(connection, int(head["last_person"]))
    return counts


def _lines(connection: Connection, counts: dict[str, int]) -> Iterator[bytes]:
    last = _last_person(connection)
    head = {"form": _FORM, "version": __version__, "step": current(connection), "written": now_ms()}
    yield _line({**head, "last_person": last})
    for table in _TABLES:
        counts[table.name] = 0
        found = connection.execute(select(table).order_by(*table.primary_key), execution_options={"yield_per": 1000})
        for row in found.mappings():
            counts[table.name] += 1
            yield _line({"table": table.name, "row": dict(row)})


def _line(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _read(path: Path) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {"head": [], **{table.name: [] for table in _TABLES}}
    digest, end = hashlib.sha256(), None
    try:
        with gzip.open(path, "rb") as file:
            for line in file:
                document = json.loads(line)
                if document.get("end"):
                    end = document
                    break
                digest.update(line)
                rows[document.get("table", "head")].append(document["row"] if "table" in document else document)
    except (OSError, EOFError, ValueError, KeyError, AttributeError) as error:
        raise DataError(
            f"{path} cannot be read as a backup of profiles: {error}. Give a file of `cinematch backup`."
        ) from error
    if end is None or end["sha256"] != digest.hexdigest() or not rows["head"] or rows["head"][0]["form"] != _FORM:
        raise DataError(f"{path} is no complete backup of profiles. Give another file of `cinematch backup`.")
    return rows


def _last_person(connection: Connection) -> int:
    """Return the highest number that was ever given, by which nobody after a restore gets a deleted person's."""
    if connection.dialect.name == "sqlite":
        found = connection.execute(text("SELECT seq FROM sqlite_sequence WHERE name = 'people'")).scalar_one_or_none()
    else:
        found = connection.execute(text("SELECT last_value FROM people_id_seq WHERE is_called")).scalar_one_or_none()
    return int(found or 0)


def _go_on_numbering(connection: Connection, last: int) -> None:
    if connection.dialect.name == "sqlite":
        connection.execute(text("DELETE FROM sqlite_sequence WHERE name = 'people'"))
        connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES ('people', :last)"), {"last": last})
    else:
        connection.execute(
            text("SELECT setval('people_id_seq', :last, :called)"), {"last": max(last, 1), "called": last > 0}
        )
