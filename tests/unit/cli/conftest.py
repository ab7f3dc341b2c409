"""A command line in a directory of its own, with the toy data set and one quick algorithm."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.cli import main
from core.testing.toy import toy_dataset


@dataclass
class Outcome:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The document on standard output."""
        return json.loads(self.out)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point all settings at an empty directory that holds the toy data set."""
    for name in ("DATA_DIR", "MODELS_DIR", "CACHE_DIR"):
        monkeypatch.setenv(f"CINEMATCH_{name}", str(tmp_path / name.lower()))
    monkeypatch.setenv("CINEMATCH_DATASET", "toy")
    monkeypatch.setenv("CINEMATCH_ALGORITHMS", "popularity")
    monkeypatch.chdir(tmp_path)
    toy_dataset().save(tmp_path / "data_dir" / "toy")
    return tmp_path


@pytest.fixture
def run(home: Path, capsys: pytest.CaptureFixture[str]):
    """Run `cinematch` with words and return its outcome."""

    def call(*words: str) -> Outcome:
        with pytest.raises(SystemExit) as ended:
            main(words)
        captured = capsys.readouterr()
        return Outcome(int(ended.value.code or 0), captured.out, captured.err)

    return call
