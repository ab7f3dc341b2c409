"""The parts under the server that need no request: secret, logs, limits, metrics directory, refresh."""

import json
import logging
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigurationError
from core.settings import Settings, load_settings
from dashboard.api.rate_limits import WorkerStorage
from dashboard.web import multiprocess
from dashboard.web.descriptors import connections_for
from dashboard.web.logs import make_formatter
from dashboard.web.secret import secret_key
from tests.unit.conftest import MakeClient

# --- the secret -------------------------------------------------------------------------------------------------


def test_a_secret_is_made_once_and_belongs_to_this_user_alone(tmp_path: Path) -> None:
    settings = Settings(cache_dir=tmp_path / "new")
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: secret_key(settings), range(32)))
    assert len(found) == 1
    path = tmp_path / "new" / "secret_key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["secret_key"]
    assert len(found.pop()) >= 48


def test_a_configured_secret_wins_and_must_be_long(tmp_path: Path) -> None:
    assert secret_key(load_settings(cache_dir=tmp_path, secret_key="s" * 16)) == "s" * 16
    assert not list(tmp_path.iterdir())
    with pytest.raises(ConfigurationError, match="at least 16"):
        secret_key(load_settings(cache_dir=tmp_path, secret_key="short"))


def test_a_secret_that_others_may_know_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    path.write_text("x" * 48)
    path.chmod(0o644)
    with pytest.raises(ConfigurationError, match="delete it"):
        secret_key(Settings(cache_dir=tmp_path))


@pytest.mark.parametrize("content", [b"short", b"\0" * 60, b"\xff" * 60, b""])
def test_a_damaged_secret_is_set_aside_and_made_anew(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "secret_key"
    path.write_bytes(content)
    path.chmod(0o600)
    made = secret_key(Settings(cache_dir=tmp_path))
    assert len(made) >= 48
    assert secret_key(Settings(cache_dir=tmp_path)) == made
    assert (tmp_path / "secret_key.damaged").read_bytes() == content
    assert "set aside" in caplog.text


def test_a_secret_that_cannot_be_kept_lasts_as_long_as_the_server_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    assert len(secret_key(Settings(cache_dir=tmp_path / "file" / "below"))) >= 48
    assert "CINEMATCH_CACHE_DIR" in caplog.text


# --- logs -------------------------------------------------------------------------------------------------------


@given(st.text(), st.text())
def test_log_lines_are_one_json_object_whatever_they_hold(message: str, agent: str) -> None:
    record = logging.makeLogRecord({"name": "cinematch.web", "levelname": "INFO", "msg": "%s", "args": (message,)})
    line = make_formatter("json").format(record)
    assert "\n" not in line
    assert json.loads(line)["message"] == message
    atoms = {"h": "::1", "m": "GET", "U": "/", "s": "200", "D": 1234, "{user-agent}i": agent}
    record = logging.makeLogRecord({"name": "gunicorn.access", "levelname": "INFO", "msg": "x", "args": atoms})
    document = json.loads(make_formatter("json").format(record))
    assert (document["remote"], document["took_us"], document["user_agent"]) == ("::1", 1234, agent)


def test_log_lines_with_broken_text_and_exceptions_are_json() -> None:
    record = logging.makeLogRecord({"name": "gunicorn.access", "msg": "x", "args": {"U": "/\ud800", "m": "GET"}})
    assert json.loads(make_formatter("json").format(record))["path"] == "/?"
    record = logging.makeLogRecord({"name": "cinematch", "msg": "\ud800 %s", "args": (1,)})
    assert json.loads(make_formatter("json").format(record))["message"] == "? 1"
    try:
        raise ValueError("broken")
    except ValueError:
        record = logging.makeLogRecord({"name": "cinematch", "msg": "failed", "exc_info": sys.exc_info()})
    assert "ValueError: broken" in json.loads(make_formatter("json").format(record))["exception"]


# --- limits -----------------------------------------------------------------------------------------------------


def test_counts_start_anew_and_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("dashboard.api.rate_limits.time.monotonic", lambda: now)
    monkeypatch.setattr("dashboard.api.rate_limits.time.time", lambda: 5.0)
    storage = WorkerStorage()
    assert [storage.incr("a", 10) for _ in range(3)] == [1, 2, 3]
    assert (storage.get("a"), storage.get_expiry("a"), storage.get("b")) == (3, 15.0, 0)
    now = 1010.0
    assert storage.get("a") == 0
    assert storage.incr("a", 10, 2) == 2
    now = 1100.0
    storage.incr("b", 10)
    assert storage.reset() == 1
    storage.incr("c", 10)
    storage.clear("c")
    assert storage.get("c") == 0


def test_a_clock_that_is_set_back_locks_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    storage = WorkerStorage()
    steady, today = 50.0, 1_700_000_000.0
    monkeypatch.setattr("dashboard.api.rate_limits.time.monotonic", lambda: steady)
    monkeypatch.setattr("dashboard.api.rate_limits.time.time", lambda: today)
    assert [storage.incr("a", 1) for _ in range(2)] == [1, 2]
    steady, today = steady + 2, today - 3600
    assert storage.incr("a", 1) == 1
    assert storage.get_expiry("a") == today + 1


@pytest.mark.parametrize(("name", "value"), [("rate_limit", "many"), ("redis_url", "http://localhost")])
def test_limits_that_do_not_parse_are_refused_at_start(make_client: MakeClient, name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=f"CINEMATCH_{name.upper()}"):
        make_client(**{name: value})


# --- descriptors ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("descriptors", "connections"), [(65_536, 1000), (1024, 512), (256, 16)])
def test_connections_leave_room_for_the_other_files(descriptors: int, connections: int) -> None:
    assert connections_for(descriptors) == connections


# --- the workers' metrics ---------------------------------------------------------------------------------------


def test_a_master_has_its_own_metrics_directory_and_removes_it() -> None:
    code = (
        "from dashboard.web.multiprocess import share_metrics\n"
        "path = share_metrics()\n"
        "assert share_metrics() == path\n"
        "print(path, oct(path.stat().st_mode))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    path, mode = ended.stdout.split()
    assert mode == "0o40700"
    assert not Path(path).exists()


def test_directories_of_dead_masters_are_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    kept, gone, other = (
        tmp_path / f"cinematch-metrics-{os.getuid()}-{suffix}" for suffix in (os.getppid(), dead.pid, "x")
    )
    for directory in (kept, gone, other):
        directory.mkdir()
    multiprocess._remove_stale(tmp_path)
    assert [directory.exists() for directory in (kept, gone, other)] == [True, False, True]
