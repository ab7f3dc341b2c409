"""The application with a database, over the toy installation."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from core.service import open_service, people_of
from dashboard.app import create_app
from tests.conftest import Installation

Visitor = Callable[[], FlaskClient]
API = "/api/v1/me"


@pytest.fixture(scope="module")
def visitor(toy_installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """Return browsers, each with a profile of its own."""
    place = tmp_path_factory.mktemp("profiles")
    # Everybody comes from one address here.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dashboard.api.me.DOORS_LIMIT", "1000 per minute")
        made = make_app(toy_installation, place, named_profiles=True, ab_split="hybrid,hybrid:love=1")
    yield lambda: started(made.test_client())
    close(made)


def make_app(installation: Installation, place: Path, **overrides: object) -> Any:
    """Return the server of an application with a database in `place`."""
    address = f"sqlite:///{place / 'profiles.db'}"
    service = open_service(installation.with_cache(place, database_url=address, **overrides).settings)
    server = create_app(service=service).server
    server.people = people_of(service)
    return server


def close(server: Any) -> None:
    """Close the connections of an application's database."""
    server.people.close()


def started(client: FlaskClient) -> FlaskClient:
    """Return a browser that has begun a profile."""
    assert client.post(API, json={}).status_code == 200
    return client
