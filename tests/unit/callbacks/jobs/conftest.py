"""Desks of a manager of this machine."""

from pathlib import Path
from typing import Any

import pytest

from callbacks.jobs.forked import make_background_manager
from tests.jobs.desk import Desk, MakeDesk


@pytest.fixture
def make_desk(tmp_path: Path) -> MakeDesk:
    """Return a function that makes one more desk of the same server, with limits of its own."""

    def make(**limits: Any) -> Desk:
        return Desk(make_background_manager(tmp_path / "cache", fingerprint=lambda: "f", **limits))

    return make
