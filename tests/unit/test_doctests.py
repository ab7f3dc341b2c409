"""Examples in docstrings are run, those that need trained models on an installation of toy data."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

from tests.conftest import Installation

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(
    ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for package in ("core", "dashboard", "callbacks")
    for file in (ROOT / package).rglob("*.py")
    if ">>> " in file.read_text(encoding="utf-8")
)


def test_the_front_door_is_among_them():
    assert "core" in MODULES


@pytest.mark.parametrize("name", MODULES)
def test_examples_do_what_they_say(name: str, toy_installation: Installation, monkeypatch: pytest.MonkeyPatch):
    for variable, value in toy_installation.env.items():
        monkeypatch.setenv(variable, str(value))
    told: list[str] = []
    runner = doctest.DocTestRunner()
    for test in doctest.DocTestFinder().find(import_module(name)):
        assert not any(doctest.SKIP in example.options for example in test.examples)
        runner.run(test, out=told.append)
    assert runner.tries
    assert runner.failures == 0, "".join(told)
