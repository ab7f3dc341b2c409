"""Insert or replace, as SQLite and PostgreSQL both know it and SQLAlchemy's common form does not."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

__all__ = ["upsert"]


def upsert(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    keys: Sequence[str],
    values: Sequence[str],
    unless_later: str | None = None,
) -> int:
    """Insert rows, and where one of the same keys is there replace its values.

    Parameters
    ----------
    connection : Connection
    table : Table
    rows : sequence of mapping
        No two of them with the same keys.
    keys, values : sequence of str
        Columns: the primary key, and what is replaced.
    unless_later : str, optional
        A column: what is there with a higher value of it stays.

    Returns
    -------
    int
        How many rows were written.
    """
    if not rows:
        return 0
    statement = (sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert)(table)
    new = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=list(keys),
        set_={name: new[name] for name in values},
        where=None if unless_later is None else new[unless_later] >= table.c[unless_later],
    )
    done = connection.execute(statement, [dict(row) for row in rows], execution_options={"preserve_rowcount": True})
    return int(done.rowcount)
