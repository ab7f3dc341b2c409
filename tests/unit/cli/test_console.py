"""What commands share: JSON, progress, logs."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from core.commands import console


@pytest.mark.parametrize(
    ("words", "expanded"),
    [
        (["a", "--json"], ["a", "--json", "-"]),
        (["a", "--json", "-n", "3"], ["a", "--json", "-", "-n", "3"]),
        (["a", "--json", "-"], ["a", "--json", "-"]),
        (["a", "--json", "out.json"], ["a", "--json", "out.json"]),
        (["a", "--json", "some/where"], ["a", "--json", "some/where"]),
        (["a", "--json", "ml-100k"], ["a", "--json", "-", "ml-100k"]),
        (["a", "--json=out"], ["a", "--json=out"]),
        (["a"], ["a"]),
    ],
)
def test_a_bare_json_option_means_standard_output(words, expanded):
    assert console.expand_json(words) == expanded


@dataclass
class _Point:
    x: float
    where: Path


def test_any_plain_document_becomes_json(capsys):
    document = {
        "points": [_Point(float("nan"), Path("a"))],
        "array": np.array([1, 2]),
        "one": np.float32(0.5),
        3: {1},
    }
    console.emit_json(document)
    assert json.loads(capsys.readouterr().out) == {
        "points": [{"x": None, "where": "a"}],
        "array": [1, 2],
        "one": 0.5,
        "3": [1],
    }


def test_a_document_replaces_a_file_whole(tmp_path):
    target = tmp_path / "new" / "file.json"
    console.emit_json({"a": 1}, target)
    console.emit_json({"a": "é"}, target)
    assert json.loads(target.read_text(encoding="utf-8")) == {"a": "é"}
    target.chmod(0o600)
    console.emit_json([], target)
    assert (target.read_text(), target.stat().st_mode & 0o777) == ("[]\n", 0o600)
    assert list(target.parent.iterdir()) == [target]


def test_progress_elsewhere_is_plain_lines_now_and_then(capsys, monkeypatch):
    clock = iter(range(0, 100, 2))
    monkeypatch.setattr(console.time, "monotonic", lambda: next(clock))
    with console.progress("train") as report:
        for step in range(10):
            report(step / 10, f"step {step}")
        report(1.0, "done")
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("train:   0% step 0")
    assert "s left" in lines[1]
    assert lines[-1].startswith("train: 100% done")
    assert len(lines) < 7
    assert "\x1b" not in "".join(lines)


def test_progress_on_a_terminal_is_a_bar(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with console.progress("train") as report:
        report(0.5, "half")
        report(1.5, "more than all")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "train" in captured.err


def test_a_table_is_wide_enough_without_a_terminal(capsys):
    console.print_table("Title", ["Name", "Number#"], [["x" * 90, None], ["short", 3]], caption="below")
    out = capsys.readouterr().out
    assert "x" * 90 in out
    assert "below" in out
