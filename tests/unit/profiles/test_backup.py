"""A backup of either kind of database fills either kind, whole or not at all."""

import gzip
import stat
from pathlib import Path

import pytest
from sqlalchemy import select

from core.errors import DataError
from core.profiles.backup import backup, restore
from core.profiles.database import Database
from core.profiles.keeping import Change, change
from core.profiles.listing import Outcome, add_list, note_outcomes
from core.profiles.new_films import NewFilm, add_film
from core.profiles.people import add_person, claim_name, delete_person, sign_in
from core.profiles.tables import METADATA
from tests.postgres import PostgresProcess
from tests.unit.profiles.conftest import Open, Url

WORDS = "four quite ordinary words"


def contents(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows of what is backed up."""
    tables = [table for table in METADATA.sorted_tables if table.name not in ("codes", "answers")]
    with database.read() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in tables
        }


@pytest.fixture
def filled(url: Url, open_database: Open) -> Database:
    """A database with some of everything, and somebody who was deleted last."""
    database = open_database(url())
    ann = claim_name(database, add_person(database), "Ann", WORDS)
    change(database, ann, "toy", [Change("rating", 1, 9, 1_500_000_000_000), Change("hidden", 2, None)])
    name = add_list(database, ann, "toy", "hybrid", [5, 6])
    with database.write() as connection:
        note_outcomes(connection, ann, [Outcome(name, 5, "rated", 9), Outcome(name, 6, "shown")])
    add_film(database, "toy", NewFilm("Ünïcode (2024)", ("Drama",), ("slow",)), 100)
    delete_person(database, add_person(database))
    return database


def test_a_backup_fills_either_kind(
    filled: Database, postgres: PostgresProcess, open_database: Open, tmp_path: Path
) -> None:
    counts = backup(filled, tmp_path / "backup.gz")
    assert counts == {"people": 1, "kept": 2, "lists": 1, "feedback": 2, "films": 1}
    assert stat.S_IMODE((tmp_path / "backup.gz").stat().st_mode) == 0o600
    for address in (f"sqlite:///{tmp_path / 'other.db'}", postgres.new_database()):
        other = open_database(address)
        assert restore(other, tmp_path / "backup.gz") == counts
        assert contents(other) == contents(filled)
        assert sign_in(other, "ann", WORDS) is not None
        # The number of whoever was deleted is not given again.
        assert add_person(other).id == 3


def test_people_are_not_overwritten_by_mistake(filled: Database, tmp_path: Path) -> None:
    backup(filled, tmp_path / "backup.gz")
    newer = add_person(filled)
    with pytest.raises(DataError, match="--replace"):
        restore(filled, tmp_path / "backup.gz")
    restore(filled, tmp_path / "backup.gz", replace=True)
    assert newer.id not in [row[0] for row in contents(filled)["people"]]


def test_half_a_backup_changes_nothing(filled: Database, tmp_path: Path) -> None:
    whole = tmp_path / "backup.gz"
    backup(filled, whole)
    before = contents(filled)
    lines = gzip.decompress(whole.read_bytes()).splitlines(keepends=True)
    damaged = (
        whole.read_bytes()[:-20],
        gzip.compress(b"".join(lines[:-1])),
        gzip.compress(b"".join(lines).replace(b"hybrid", b"hybris")),
        gzip.compress(b"[]\n"),
        b"no backup",
    )
    for content in damaged:
        (tmp_path / "damaged").write_bytes(content)
        with pytest.raises(DataError, match="backup"):
            restore(filled, tmp_path / "damaged", replace=True)
        assert contents(filled) == before
