"""Fixtures: a data set and a registry that also knows a small ensemble."""

import pytest

from core.data.dataset import Dataset
from core.recommenders import registry
from core.testing.toy import toy_dataset


@pytest.fixture(scope="session")
def dataset() -> Dataset:
    """The toy data set."""
    return toy_dataset()


@pytest.fixture
def pair(monkeypatch: pytest.MonkeyPatch) -> str:
    """Register the test ensemble and return its key."""
    monkeypatch.setitem(registry._WHERE, "pair", ("tests.unit.store.ensemble", "Pair"))
    return "pair"
