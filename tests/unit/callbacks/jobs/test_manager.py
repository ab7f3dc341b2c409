"""The manager that has jobs done in processes of this machine."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dash import Dash
from dash._utils import AttributeDict

from callbacks.jobs.manager import stored_results
from core.errors import ConfigurationError
from tests.jobs.contract import ManagerContract
from tests.jobs.desk import MakeDesk, read_pid
from tests.servers import process_runs, wait_for

# Newer Pythons warn of what the fork lock is there for.
pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")


class TestForked(ManagerContract):
    """What holds for every manager."""


def test_cancel_does_not_wait_for_the_process(
    make_desk: MakeDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make_desk()
    key = desk.start("stay", str(tmp_path / "pid"))
    pid = read_pid(tmp_path / "pid")

    def never_here(real: Callable[..., Any]) -> Callable[..., Any]:
        # Threads that others have left may wait.
        def call(*arguments: Any) -> Any:
            assert threading.get_ident() != here, "waited"
            return real(*arguments)

        return call

    here = threading.get_ident()

    with monkeypatch.context() as patch:
        # A process that cannot be killed, and nobody who waits for it.
        patch.setattr(os, "killpg", lambda *_: None)
        patch.setattr(os, "waitpid", never_here(os.waitpid))
        patch.setattr(time, "sleep", never_here(time.sleep))
        desk.manager.terminate_job(key)
        assert desk.manager.get_result(key, key) is desk.manager.UNDEFINED
        assert not desk.manager.job_running(key)
    os.killpg(pid, signal.SIGKILL)


def test_orphans_of_a_dead_job_are_ended_and_the_job_is_an_error(make_desk: MakeDesk, tmp_path: Path) -> None:
    def orphan() -> None:
        if os.fork() == 0:
            (tmp_path / "child").write_text(str(os.getpid()))
            time.sleep(600)
        read_pid(tmp_path / "child")
        os._exit(1)

    desk = make_desk()
    assert "killed or crashed" in desk.error(desk.call(orphan))
    child = read_pid(tmp_path / "child")
    wait_for(lambda: not process_runs(child), "the end of the orphan")


def test_a_handle_that_is_no_key_is_refused(make_desk: MakeDesk) -> None:
    with pytest.raises(ValueError, match="not the key"):
        make_desk().manager.get_result("../../etc/passwd", None)


def test_a_process_that_cannot_be_made_is_an_error(make_desk: MakeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_memory() -> int:
        raise OSError(12, "Cannot allocate memory")

    desk = make_desk()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fork", no_memory)
        key = desk.start("seven")
    assert "could not be started" in desk.error(key)


def test_jobs_start_in_a_process_made_for_it_and_without_it_in_the_worker(make_desk: MakeDesk) -> None:
    desk = make_desk()
    threads_there = threading.Event()
    desk.manager.register("count", lambda n: {"n": n, "late": threads_there.is_set()}, False)
    job = desk.manager.func_registry["count"]
    desk.manager.prepare()
    threads_there.set()

    def start(number: int) -> str:
        key = desk.manager.build_cache_key(None, None, None, None)
        return desk.manager.call_job_fn(key, job, [number], AttributeDict(cookies={}))

    # What has happened in this process since is unknown to the other one.
    assert desk.wait(start(1)) == {"n": 1, "late": False}
    # A request of any size passes, and one that makes no sense ends its own process only.
    large = "x" * 5_000_000
    assert desk.manager._starter.start(b"no request " + large.encode(), os.open(os.devnull, os.O_RDWR))
    assert desk.wait(start(2)) == {"n": 2, "late": False}
    desk.manager._starter._socket.shutdown(socket.SHUT_RDWR)
    assert desk.wait(start(3)) == {"n": 3, "late": True}


def test_a_restarted_server_buries_the_dead(make_desk: MakeDesk, tmp_path: Path) -> None:
    desk = make_desk()
    key = desk.start("stay", str(tmp_path / "pid"))
    os.kill(read_pid(tmp_path / "pid"), signal.SIGKILL)
    wait_for(lambda: not process_runs(read_pid(tmp_path / "pid")), "the end of the job")
    restarted = make_desk()
    assert list((tmp_path / "cache/jobs").glob("*.job")) == []
    assert "killed or crashed" in restarted.error(key)


def test_an_application_without_our_manager_is_told() -> None:
    with pytest.raises(ConfigurationError, match="make_background_manager"):
        stored_results(Dash("without"))
