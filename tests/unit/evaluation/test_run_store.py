"""Stored runs are found, listed from an index, and bounded; what is damaged among them is passed over."""

import json
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import DataError, InvalidInputError
from core.evaluation import run_store
from core.evaluation.protocols import Protocol
from core.evaluation.run_store import RunStore
from core.evaluation.runs import EvaluationRun

RUN = EvaluationRun(
    run_id="0",
    created_at="2026-01-01T00:00:00+00:00",
    dataset={"name": "toy", "fingerprint": "f"},
    protocol={"kind": "ratings"},
    summary="toy: measured",
    splits=[],
    environment={},
    algorithms={},
    primary=["rmse"],
)


def fill(store: RunStore, count: int) -> None:
    for number in range(count):
        run = replace(RUN, run_id=f"run{number:04d}", created_at=f"2026-01-01T00:00:{number % 60:02d}+00:00")
        path = store.save(run)
        os.utime(path, (time.time() - 1000 + number,) * 2)


def test_a_list_reads_each_run_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = RunStore(tmp_path)
    fill(store, 5)
    first = store.list()
    assert [run.run_id for run in first] == [f"run000{number}" for number in (4, 3, 2, 1, 0)]
    read: list[str] = []
    real = RunStore._read
    monkeypatch.setattr(RunStore, "_read", staticmethod(lambda path: read.append(path.stem) or real(path)))
    assert RunStore(tmp_path).list() == first
    assert read == []
    store.save(replace(RUN, run_id="run0002", summary="measured again"))
    assert "measured again" in {run.summary for run in store.list()}
    assert read == ["run0002"]
    (tmp_path / "runs" / "run0003.json").unlink()
    assert [run.run_id for run in store.list()].count("run0003") == 0


@pytest.mark.parametrize("text", ["", "\0" * 60, "[]", '{"format_version": 1, "runs": {"a.json": 3}}', "{}"])
def test_a_damaged_index_is_set_aside_and_made_anew(tmp_path: Path, text: str) -> None:
    store = RunStore(tmp_path)
    fill(store, 2)
    known = store.list()
    (tmp_path / "runs" / ".index").write_text(text)
    assert store.list() == known
    assert (tmp_path / "runs" / ".index.damaged").exists()
    assert json.loads((tmp_path / "runs" / ".index").read_text())["runs"]


@pytest.mark.parametrize("content", [b"\0" * 60, b"\xff\xfe", b"{}", b""])
def test_a_damaged_run_hides_no_other(tmp_path: Path, content: bytes) -> None:
    store = RunStore(tmp_path)
    fill(store, 2)
    (tmp_path / "runs" / "broken.json").write_bytes(content)
    assert len(store.list()) == 2
    assert store.find("broken") is None


def test_what_visitors_measure_cannot_fill_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_store, "MOST_RUNS", 3)
    store = RunStore(tmp_path)
    fill(store, 5)
    assert {run.run_id for run in store.list()} == {"run0002", "run0003", "run0004"}
    os.utime(tmp_path / "runs" / "run0002.json", (0, 0))
    store.save(replace(RUN, run_id="run0004"))
    assert {run.run_id for run in store.list()} == {"run0003", "run0004"}


def test_a_run_that_cannot_be_kept_says_so(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file in place of the directory")
    with pytest.raises(DataError, match="cannot be kept"):
        RunStore(tmp_path).save(RUN)


@pytest.mark.parametrize(
    "order",
    [
        {"folds": 0},
        {"folds": -1},
        {"folds": 3.5},
        {"folds": True},
        {"folds": "5"},
        {"folds": 10**6},
        {"seed": 10**40},
        {"seed": -1},
        {"seed": None},
    ],
)
def test_an_order_from_outside_is_checked(order: dict[str, object]) -> None:
    with pytest.raises(InvalidInputError, match="whole number"):
        Protocol.named("ratings", **order)  # type: ignore[arg-type]
