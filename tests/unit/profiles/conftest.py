"""Every test here runs over SQLite and over PostgreSQL."""

from collections.abc import Callable, Iterator

import pytest

from core.profiles.database import Database
from core.profiles.people import add_person
from core.views import Person
from tests.postgres import PostgresProcess

Url = Callable[[], str]
Open = Callable[[str], Database]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Url:
    """Return addresses of new, empty databases of both kinds."""
    if request.param == "postgresql":
        server: PostgresProcess = request.getfixturevalue("postgres")
        return server.new_database
    return lambda: f"sqlite:///{tmp_path_factory.mktemp('profiles') / 'profiles.db'}"


@pytest.fixture(scope="module")
def open_database() -> Iterator[Open]:
    """Open a database, which is closed when the tests of the module are done."""
    opened: list[Database] = []

    def opening(address: str) -> Database:
        opened.append(Database(address))
        return opened[-1]

    yield opening
    for one in opened:
        one.close()


@pytest.fixture(scope="module")
def database(url: Url, open_database: Open) -> Database:
    """A database that the tests of a module share: each adds people of its own."""
    return open_database(url())


@pytest.fixture
def person(database: Database) -> Person:
    """Somebody new."""
    return add_person(database)
