"""A server in this process, over the toy installation."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from core.service import CineMatch, open_service
from dashboard.app import create_app
from tests.conftest import Installation

MakeClient = Callable[..., FlaskClient]


@pytest.fixture(scope="session")
def service(toy_installation: Installation) -> CineMatch:
    """The service with all models."""
    return open_service(toy_installation.settings)


@pytest.fixture(scope="module")
def client(toy_installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A client of the application as it is served by default."""
    settings = toy_installation.with_cache(tmp_path_factory.mktemp("cache")).settings
    return create_app(settings).server.test_client()


@pytest.fixture
def make_client(toy_installation: Installation, tmp_path: Path) -> MakeClient:
    """Build a client of the application with settings of its own."""

    def make(**overrides: object) -> FlaskClient:
        settings = toy_installation.with_cache(tmp_path, **overrides).settings
        return create_app(settings).server.test_client()

    return make
