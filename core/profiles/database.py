"""One connection pool per process to SQLite or PostgreSQL, and the form of what is in it."""

from __future__ import annotations

import logging
import os
import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError

from core.errors import ConfigurationError, ProfilesUnavailableError

__all__ = ["Database"]

_LOG = logging.getLogger("cinematch.profiles")
_FORMS = "`sqlite:////var/lib/cinematch/profiles/profiles.db` or `postgresql://user:password@host/database`"
_BUSY_S = 15.0
_MIGRATION_LOCK = 0x43494E45
"""Any number: that of PostgreSQL's advisory lock."""


class Database:
    """A database of profiles, brought to the form that this version needs when it is opened.

    Parameters
    ----------
    url : str
        As SQLAlchemy writes addresses: SQLite, which should be on a local disk, or PostgreSQL.

    Raises
    ------
    ConfigurationError
        When the address cannot be one, or the database is of a later version than this one knows.
    ProfilesUnavailableError
        When the database does not answer.

    Notes
    -----
    A commit is on the disk when it returns, so that nothing that was acknowledged is lost with the process or the
    machine. Processes that are forked open connections of their own.
    """

    def __init__(self, url: str) -> None:
        self._url = _checked(url)
        self.is_sqlite = self._url.get_backend_name() == "sqlite"
        self._engine = self._make_engine()
        forget = weakref.WeakMethod(self._forget)
        os.register_at_fork(after_in_child=lambda: (found := forget()) and found())
        self._upgrade()

    def __repr__(self) -> str:
        return f"Database({self._url.render_as_string(hide_password=True)!r})"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Yield a connection that sees one state of the database throughout."""
        with _told_plainly(), self._engine.execution_options(**self._snapshot).begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Yield a connection whose changes are all kept when the block ends, and none of them when it raises."""
        with _told_plainly(), self._engine.execution_options(immediate=True).begin() as connection:
            yield connection

    def close(self) -> None:
        """Close all connections; they are opened again when they are needed."""
        self._engine.dispose()

    @property
    def _snapshot(self) -> dict[str, str]:
        # With a write-ahead log SQLite's readers see one state anyway.
        return {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}

    def _make_engine(self) -> Engine:
        if not self.is_sqlite:
            # Asked whether it is alive before use: a server that was restarted costs nobody a failed request.
            return create_engine(self._url, pool_pre_ping=True, pool_size=4, max_overflow=4, pool_timeout=10)
        self._make_place()
        engine = create_engine(self._url, connect_args={"timeout": _BUSY_S})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine

    def _make_place(self) -> None:
        file = Path(self._url.database or "")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            # Before SQLite makes it, which would let everybody read it.
            os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise ConfigurationError(
                f"The database {file} cannot be written ({error.strerror}). Make its folder writable, or name "
                "another file in CINEMATCH_DATABASE_URL."
            ) from error

    def _forget(self) -> None:
        # The parent goes on using its connections: they are neither used nor closed here.
        self._engine.dispose(close=False)

    def _upgrade(self) -> None:
        from core.profiles.migrations import upgrade

        try:
            with self.write() as connection:
                if not self.is_sqlite:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
                upgrade(connection)
        finally:
            self.close()


def _checked(text_: str) -> URL:
    try:
        url = make_url(text_)
    except ArgumentError as error:
        raise ConfigurationError(f"CINEMATCH_DATABASE_URL is no address. Write it like {_FORMS}.") from error
    backend = url.get_backend_name()
    if backend in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    if backend == "sqlite" and url.database and url.database != ":memory:":
        return url.set(drivername="sqlite+pysqlite")
    raise ConfigurationError(
        f"CINEMATCH_DATABASE_URL names {url.render_as_string(hide_password=True)!r}, which cannot be used: processes "
        f"share a file of SQLite, or PostgreSQL. Write it like {_FORMS}."
    )


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # Transactions begin where SQLAlchemy says, not where the driver thinks fit.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads before it writes would otherwise fail where another one wrote meanwhile.
    immediate = connection.get_execution_options().get("immediate")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


@contextmanager
def _told_plainly() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise _unavailable(error) from error
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        raise _unavailable(error) from error


def _unavailable(error: DBAPIError) -> ProfilesUnavailableError:
    _LOG.warning("the database of profiles does not answer: %s", error.orig)
    return ProfilesUnavailableError(
        "Ratings cannot be read or kept at the moment: their database does not answer. Try again in a few seconds; "
        "nothing that was acknowledged is lost."
    )
