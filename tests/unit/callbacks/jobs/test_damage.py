"""A power failure, a full disk or a missing one: the job store stops no server, and says what is wrong."""

import errno
import os
import sqlite3
from pathlib import Path
from typing import Any

import diskcache
import pytest

from callbacks.jobs.asked import AskedJobs
from callbacks.jobs.store import JsonStore
from callbacks.jobs.storing import StoreUnavailableError
from tests.jobs.desk import MakeDesk

pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")

KEY = "0123456789abcdef" * 2


@pytest.mark.parametrize("content", [b"\0" * 60, b"\xff" * 60, b"not a record", b"-1              0 1.0", b""])
def test_a_damaged_record_is_set_aside_and_jobs_go_on(
    make_desk: MakeDesk, tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    jobs = tmp_path / "cache/jobs"
    jobs.mkdir(parents=True, mode=0o700)
    (jobs / f"{KEY}.job").write_bytes(content)
    desk = make_desk()
    assert (jobs / f"{KEY}.job.damaged").read_bytes() == content
    assert "set aside" in caplog.text
    assert "killed or crashed" in desk.error(KEY)
    (jobs / f"{KEY}.job").write_bytes(content)
    assert desk.wait(desk.start("seven")) == 7


def test_what_was_set_aside_does_not_stay_for_ever(make_desk: MakeDesk, tmp_path: Path) -> None:
    make_desk()
    old, new = tmp_path / "cache/jobs/a.job.damaged", tmp_path / "cache/jobs/b.job.damaged"
    for path in (old, new):
        path.touch()
    os.utime(old, (0, 0))
    make_desk()
    assert (old.exists(), new.exists()) == (False, True)


def test_a_database_damaged_while_it_is_used_is_replaced(tmp_path: Path) -> None:
    store = JsonStore(tmp_path / "s", 1)
    store.set("key", "x" * 20_000)
    for name in ("cache.db-wal", "cache.db-shm"):
        (tmp_path / "s" / name).unlink(missing_ok=True)
    (tmp_path / "s/cache.db").write_bytes(b"\0" * 60)
    with pytest.raises(StoreUnavailableError):
        store.get("key")
    assert store.get("key") is None
    store.set("key", 2)
    assert store.get("key") == 2
    assert (tmp_path / "s/cache.db.damaged").exists()


def test_a_damaged_value_is_an_error_and_the_rest_stays(tmp_path: Path) -> None:
    store = JsonStore(tmp_path / "s", 1)
    store.set("bad", 1)
    store.set("good", 2)
    with sqlite3.connect(tmp_path / "s/cache.db") as database:
        database.execute("UPDATE Cache SET value = ? WHERE key = 'bad'", [b"\0" * 60])
    database.close()
    with pytest.raises(StoreUnavailableError, match="damaged"):
        store.get("bad")
    assert store.get("good") == 2


def test_without_a_directory_jobs_say_why_and_run_when_it_is_back(make_desk: MakeDesk, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the volume should be")
    desk = make_desk()
    said = desk.error(desk.start("seven"))
    assert "Not a directory" in said
    assert str(tmp_path) not in said
    assert desk.manager.get_progress(KEY) is None
    assert desk.manager.get_updated_props(KEY) == {}
    assert desk.manager.job_running(KEY)
    desk.manager.terminate_job(KEY)
    assert desk.manager.results.get("any", 1) is None
    asked = AskedJobs(desk.manager)
    assert asked.all() == []
    asked.add("seven", lambda *_: {"is": 7})
    with pytest.raises(StoreUnavailableError, match="Not a directory"):
        asked.ask("seven", "What is seven?", {})
    (tmp_path / "cache").unlink()
    assert desk.wait(desk.start("seven")) == 7


def test_a_directory_that_vanishes_is_made_anew(make_desk: MakeDesk, tmp_path: Path) -> None:
    desk = make_desk()
    assert desk.wait(desk.start("minus", 3, 2)) == 1
    for path in sorted((tmp_path / "cache").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    assert desk.wait(desk.start("minus", 3, 1)) == 2


def test_a_store_that_another_process_is_making_can_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = JsonStore(tmp_path / "s", 1), JsonStore(tmp_path / "s", 1)
    theirs.set("key", 1)
    for path in (tmp_path / "s").iterdir():
        path.unlink()
    made = diskcache.Cache.reset

    def reset_while_others_write(*arguments: Any, **options: Any) -> Any:
        monkeypatch.setattr(diskcache.Cache, "reset", made)
        theirs.set_checked("key", 2)
        return made(*arguments, **options)

    monkeypatch.setattr(diskcache.Cache, "reset", reset_while_others_write)
    assert ours.get("key") == 2
    ours.set("other", 3)
    assert theirs.get("other") == 3


def test_a_store_that_is_kept_open_sees_that_another_took_its_place(tmp_path: Path) -> None:
    job, server = JsonStore(tmp_path / "s", 1), JsonStore(tmp_path / "s", 1)
    job.stay_open()
    job.set("key", 1)
    for path in (tmp_path / "s").iterdir():
        path.unlink()
    server.set("key", 2)
    job.set("result", 3)
    assert (server.get("key"), server.get("result")) == (2, 3)


@pytest.mark.parametrize("said", ["database or disk is full", "attempt to write a readonly database"])
def test_a_full_or_read_only_disk_is_told(make_desk: MakeDesk, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError(said)

    def no_space(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    desk = make_desk()
    with monkeypatch.context() as patch:
        patch.setattr("diskcache.Cache.set", refuse)
        # The job's file can be made, the result cannot be kept.
        assert said in desk.error(desk.start("seven"))
        # Nor can the job's file.
        patch.setattr("callbacks.jobs.records.os.pwrite", no_space)
        assert said in desk.error(desk.start("seven"))
    assert desk.wait(desk.start("seven")) == 7
