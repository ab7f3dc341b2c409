"""What jobs leave on one machine's disk reaches all others, through a real Redis."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from callbacks.jobs.cluster import files
from callbacks.jobs.cluster.files import SharedFiles
from callbacks.jobs.cluster.redis_store import connected
from core.files import write_atomically
from tests.redis_server import RedisProcess

pytestmark = pytest.mark.integration


def test_who_looks_while_files_are_published_misses_none(
    broker: RedisProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = (connected(broker.database(4)) for _ in range(2))
    publisher, looker = (
        SharedFiles(ours, "files", tmp_path / "ours"),
        SharedFiles(theirs, "files", tmp_path / "theirs"),
    )
    _write(tmp_path / "ours/runs/a.json")

    def looked_before(then: Callable[..., Any]) -> Callable[..., Any]:
        def call(*words: Any, **options: Any) -> Any:
            looker.take_up()
            return then(*words, **options)

        return call

    monkeypatch.setattr(ours, "execute_command", looked_before(ours.execute_command))
    monkeypatch.setattr(ours, "pipeline", looked_before(ours.pipeline))
    publisher.publish({})
    looker.take_up()
    assert (tmp_path / "theirs/runs/a.json").exists()
    ours.close()
    theirs.close()


def test_files_reach_all_others_once_and_nothing_else_does(
    broker: RedisProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = connected(broker.database(3))
    ours, theirs = (SharedFiles(client, "files", tmp_path / name) for name in ("ours", "theirs"))
    for name in ("runs/a.json", "runs/.index", "maps/b.npz", "secret_key"):
        (tmp_path / "ours" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "ours" / name).write_text(name)
    ours.publish({})
    # Whoever can write to Redis cannot write anywhere.
    client.set("files:file:../outside", "x")
    client.zadd("files:order", {"../outside": 1})
    theirs.take_up()
    there = {
        str(path.relative_to(tmp_path / "theirs")) for path in (tmp_path / "theirs").rglob("*") if path.is_file()
    }
    assert there == {"runs/a.json", "maps/b.npz", ".taken-up"}
    assert not (tmp_path / "outside").exists()
    (tmp_path / "theirs/runs/a.json").unlink()
    SharedFiles(client, "files", tmp_path / "theirs").take_up()
    assert not (tmp_path / "theirs/runs/a.json").exists(), "what was taken up and dropped does not come back"
    before = ours.stamps()
    (tmp_path / "ours/runs/a.json").write_text("measured again")
    ours.publish(before)
    theirs.take_up()
    assert (tmp_path / "theirs/runs/a.json").read_text() == "measured again"
    # A Redis that has lost everything counts from the start.
    client.flushdb()
    ours.publish(before)
    (tmp_path / "theirs/runs/a.json").unlink()
    theirs.take_up()
    assert (tmp_path / "theirs/runs/a.json").exists()
    # The oldest make room in Redis, and stay where they are.
    monkeypatch.setattr(files, "_MOST_BYTES", 20)
    (tmp_path / "ours/runs/c.json").write_text("x" * 20)
    ours.publish(ours.stamps() | {"runs/c.json": (0, 0)})
    assert list(client.keys("files:file:*")) == [b"files:file:runs/c.json"]
    theirs.take_up()
    assert {path.name for path in (tmp_path / "theirs/runs").iterdir()} == {"a.json", "c.json"}
    client.close()


def test_what_a_full_disk_has_not_taken_comes_later(
    broker: RedisProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = connected(broker.database(8))
    ours, theirs, beside = (SharedFiles(client, "files", tmp_path / name) for name in ("ours", "theirs", "theirs"))
    for name in ("a", "b", "c"):
        _write(tmp_path / f"ours/runs/{name}.json")
    ours.publish({})

    def full(path: Path, data: bytes) -> None:
        if path.name == "b.json":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        write_atomically(path, data)

    there = tmp_path / "theirs/runs"
    with monkeypatch.context() as patch:
        patch.setattr(files, "write_atomically", full)
        theirs.take_up()
        theirs.take_up()
        assert [path.name for path in there.iterdir()] == ["a.json"]
        assert caplog.text.count("runs/b.json cannot be kept in CINEMATCH_CACHE_DIR: No space left") == 1
        patch.setattr(theirs, "_not_before", 0.0)
        theirs.take_up()
        assert caplog.text.count("runs/b.json cannot be kept") == 2
    # Another process of this machine brings the rest, and what was dropped meanwhile does not come back by the first.
    beside.take_up()
    assert {path.name for path in there.iterdir()} == {"a.json", "b.json", "c.json"}
    (there / "a.json").unlink()
    monkeypatch.setattr(theirs, "_not_before", 0.0)
    theirs.take_up()
    assert not (there / "a.json").exists()
    client.close()


def test_what_is_dropped_while_it_is_published_stops_nothing(
    broker: RedisProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = connected(broker.database(9))
    ours = SharedFiles(client, "files", tmp_path)
    for name in ("a", "b"):
        _write(tmp_path / f"runs/{name}.json")
    found = ours.stamps()
    (tmp_path / "runs/a.json").unlink()
    monkeypatch.setattr(ours, "stamps", lambda: found)
    ours.publish({})
    assert list(client.keys("files:file:*")) == [b"files:file:runs/b.json"]
    client.close()


def _write(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(path.name)
