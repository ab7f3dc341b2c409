"""The steps make the tables that the code uses, from nothing and at once for all who start together."""

import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from core.errors import ConfigurationError, ProfilesUnavailableError
from core.profiles.database import Database
from core.profiles.migrations import current, head
from core.profiles.tables import METADATA
from tests.unit.profiles.conftest import Open, Url


def test_the_steps_make_what_the_code_uses(database: Database) -> None:
    with database.read() as connection:
        assert current(connection) == head()
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
        # What the comparison does not see.
        if database.is_sqlite:
            (made,) = connection.execute(text("SELECT sql FROM sqlite_master WHERE name = 'people'")).one()
            assert "AUTOINCREMENT" in made


def test_a_database_of_a_later_version_is_refused(url: Url, open_database: Open) -> None:
    address = url()
    with open_database(address).write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigurationError, match="later version"):
        Database(address)


def test_several_that_start_at_once_make_it_once(url: Url) -> None:
    code = f"from core.profiles.database import Database; Database({url()!r})"
    started = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True) for _ in range(2)]
    assert [(process.communicate()[1], process.returncode) for process in started] == [("", 0)] * 2


@pytest.mark.parametrize("address", ["nothing", "mysql://u:secret@h/d", "sqlite://", "sqlite:///:memory:"])
def test_other_addresses_are_refused_without_their_passwords(address: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        Database(address)
    assert "CINEMATCH_DATABASE_URL" in str(refused.value)
    assert "secret" not in str(refused.value)


def test_nobody_else_reads_the_file(open_database: Open, tmp_path: Path) -> None:
    open_database(f"sqlite:///{tmp_path / 'new' / 'profiles.db'}")
    (file,) = (tmp_path / "new").glob("*.db")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_database_that_does_not_answer_says_so(
    open_database: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ProfilesUnavailableError, match="Try again"):
        Database("postgresql://nobody:secret@127.0.0.1:9/none")
    monkeypatch.setattr("core.profiles.database._BUSY_S", 0.01)
    database = open_database(f"sqlite:///{tmp_path / 'profiles.db'}")
    holder = sqlite3.connect(tmp_path / "profiles.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(ProfilesUnavailableError), database.write():
        pass
    holder.close()
    with database.write():
        pass
