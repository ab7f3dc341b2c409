"""The manager without a web server: starting, ending, failing, limits."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dash import Dash, set_props
from dash._utils import AttributeDict
from dash.exceptions import PreventUpdate

from callbacks.jobs.manager import stored_results
from callbacks.jobs.records import Records
from core.errors import ConfigurationError, InvalidInputError
from tests.servers import process_runs, wait_for
from tests.unit.callbacks.jobs.conftest import Desk

# Newer Pythons warn of what the fork lock is there for.
pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")

MakeDesk = Callable[..., Desk]


def forever() -> None:
    while True:
        time.sleep(60)


def report_and_stay(path: str) -> None:
    Path(path).write_text(str(os.getpid()))
    forever()


def read_pid(path: Path) -> int:
    return int(wait_for(lambda: path.exists() and path.read_text(), "the job's process id"))


def test_a_result_comes_back_as_json(make_desk: MakeDesk) -> None:
    desk = make_desk()
    value = desk.wait(desk.start(lambda a, b: {"sum": a + b, "pair": (a, b)}, 1, 2))
    assert value == {"sum": 3, "pair": [1, 2]}


def test_none_is_a_result(make_desk: MakeDesk) -> None:
    desk = make_desk()
    assert desk.wait(desk.start(lambda: None)) is None


def test_an_asynchronous_function_is_awaited(make_desk: MakeDesk) -> None:
    async def answer() -> int:
        return 42

    desk = make_desk()
    assert desk.wait(desk.start(answer)) == 42


def test_named_arguments_arrive_by_name(make_desk: MakeDesk) -> None:
    desk = make_desk()
    key = desk.manager.build_cache_key(None, None, None, None)
    job = desk.manager.make_job_fn(lambda first, second: first - second, False)
    desk.manager.call_job_fn(key, job, {"second": 1, "first": 3}, {})
    assert desk.wait(key) == 2


def test_prevent_update_is_no_update(make_desk: MakeDesk) -> None:
    def refuse() -> None:
        raise PreventUpdate

    desk = make_desk()
    assert desk.wait(desk.start(refuse)) == {"_dash_no_update": "_dash_no_update"}


def test_the_same_arguments_never_share_a_key(make_desk: MakeDesk) -> None:
    manager = make_desk().manager
    assert len({manager.build_cache_key(forever, [1], None, None) for _ in range(10)}) == 10


def test_a_delivered_result_can_be_asked_for_again(make_desk: MakeDesk) -> None:
    desk = make_desk()
    key = desk.start(lambda: 7)
    assert desk.wait(key) == 7
    assert desk.wait(key) == 7


def test_a_job_that_ends_between_dashs_two_questions_is_not_taken_for_cancelled(make_desk: MakeDesk) -> None:
    desk = make_desk()
    key = desk.start(lambda: 7)
    wait_for(lambda: desk.manager.result_ready(key), "the result")
    # Dash asked for the result just before, found none, and now asks whether the job runs.
    assert desk.manager.job_running(key)


def test_progress_is_delivered_once_and_the_latest_wins(make_desk: MakeDesk) -> None:
    def steps(set_progress: Callable[[Any], None]) -> str:
        set_progress((1, "one"))
        set_progress((2, "two"))
        return "done"

    desk = make_desk()
    key = desk.start(steps, progress=True)
    assert desk.wait(key) == "done"
    assert desk.manager.get_progress(key) == [2, "two"]
    assert desk.manager.get_progress(key) is None


def test_property_updates_between_two_polls_add_up(make_desk: MakeDesk) -> None:
    def update() -> None:
        set_props("a", {"children": 1})
        set_props("b", {"children": 2})
        set_props("a", {"title": "t"})

    desk = make_desk()
    key = desk.start(update)
    desk.wait(key)
    assert desk.manager.get_updated_props(key) == {"a": {"children": 1, "title": "t"}, "b": {"children": 2}}
    assert desk.manager.get_updated_props(key) == {}


def test_an_error_says_what_the_job_said_and_silences_its_updates(make_desk: MakeDesk) -> None:
    def fail() -> None:
        set_props("a", {"children": 1})
        raise InvalidInputError("Choose a user between 1 and 671.")

    desk = make_desk()
    key = desk.start(fail)
    error = desk.wait(key)["background_callback_error"]
    assert error["msg"] == "Choose a user between 1 and 671."
    assert "in fail" in error["tb"]
    assert desk.manager.get_updated_props(key) == {}


def test_a_bug_is_named(make_desk: MakeDesk) -> None:
    desk = make_desk()
    assert "ZeroDivisionError" in desk.error(desk.start(lambda: 1 // 0))


def test_an_exit_inside_the_job_is_an_error(make_desk: MakeDesk) -> None:
    desk = make_desk()
    assert "killed or crashed" in desk.error(desk.start(lambda: os._exit(3)))


def test_the_time_limit_ends_even_a_computation_in_c(make_desk: MakeDesk) -> None:
    desk = make_desk(time_limit_s=0.3)
    assert "time limit of 0.3 s" in desk.error(desk.start(lambda: sum(range(10**14))))


def test_a_job_that_waits_too_long_for_its_turn_says_so(make_desk: MakeDesk, tmp_path: Path) -> None:
    desk = make_desk(slots=1, time_limit_s=60)
    first = desk.start(report_and_stay, str(tmp_path / "pid"))
    read_pid(tmp_path / "pid")
    hasty = make_desk(slots=1, time_limit_s=0.2)
    assert "waited 0.2 s for its turn" in hasty.error(hasty.start(forever))
    desk.manager.terminate_job(first)


def test_cancel_does_not_wait_for_the_process(
    make_desk: MakeDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make_desk()
    key = desk.start(report_and_stay, str(tmp_path / "pid"))
    pid = read_pid(tmp_path / "pid")

    def never(*_: object) -> None:
        raise AssertionError("waited")

    with monkeypatch.context() as patch:
        # A process that cannot be killed, and nobody who waits for it.
        patch.setattr(os, "killpg", lambda *_: None)
        patch.setattr(os, "waitpid", never)
        patch.setattr(time, "sleep", never)
        desk.manager.terminate_job(key)
        assert desk.manager.get_result(key, key) is desk.manager.UNDEFINED
        assert not desk.manager.job_running(key)
    os.killpg(pid, signal.SIGKILL)


def test_cancel_ends_the_processes_that_a_job_started(make_desk: MakeDesk, tmp_path: Path) -> None:
    def family() -> None:
        if os.fork() == 0:
            report_and_stay(str(tmp_path / "child"))
        report_and_stay(str(tmp_path / "parent"))

    desk = make_desk()
    key = desk.start(family)
    read_pid(tmp_path / "parent")
    read_pid(tmp_path / "child")
    desk.manager.terminate_job(key)
    # The lock is free only when nobody of the family is left.
    records = Records(tmp_path / "cache/jobs")

    def ended() -> bool:
        record = records.read(key)
        return record is None or not record.alive

    wait_for(ended, "the end of the family")
    assert desk.manager.get_result(key, key) is desk.manager.UNDEFINED


def test_orphans_of_a_dead_job_are_ended_and_the_job_is_an_error(make_desk: MakeDesk, tmp_path: Path) -> None:
    def orphan() -> None:
        if os.fork() == 0:
            report_and_stay(str(tmp_path / "child"))
        read_pid(tmp_path / "child")
        os._exit(1)

    desk = make_desk()
    assert "killed or crashed" in desk.error(desk.start(orphan))
    child = read_pid(tmp_path / "child")
    wait_for(lambda: not process_runs(child), "the end of the orphan")


def test_cancelling_a_finished_job_keeps_its_result(make_desk: MakeDesk) -> None:
    desk = make_desk()
    key = desk.start(lambda: 7)
    wait_for(lambda: desk.manager.result_ready(key), "the result")
    desk.manager.terminate_job(key)
    assert desk.wait(key) == 7


def test_an_unknown_or_expired_job_is_an_error(make_desk: MakeDesk) -> None:
    desk = make_desk()
    assert "no longer kept" in desk.error("0" * 32)


def test_a_handle_that_is_no_key_is_refused(make_desk: MakeDesk) -> None:
    with pytest.raises(ValueError, match="not the key"):
        make_desk().manager.get_result("../../etc/passwd", None)


def test_a_process_that_cannot_be_made_is_an_error(make_desk: MakeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_memory() -> int:
        raise OSError(12, "Cannot allocate memory")

    desk = make_desk()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fork", no_memory)
        key = desk.start(forever)
    assert "could not be started" in desk.error(key)


def test_the_signing_secret_is_one_for_all_processes(make_desk: MakeDesk) -> None:
    first = make_desk().manager.get_or_create_signing_secret(lambda: b"one")
    assert first == b"one"
    assert make_desk().manager.get_or_create_signing_secret(lambda: b"two") == b"one"


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


def test_pages_find_the_stored_results_of_their_application(make_desk: MakeDesk) -> None:
    manager = make_desk().manager
    assert stored_results(Dash("with", background_callback_manager=manager)) is manager.results
    with pytest.raises(ConfigurationError, match="make_background_manager"):
        stored_results(Dash("without"))


def test_a_restarted_server_buries_the_dead(make_desk: MakeDesk, tmp_path: Path) -> None:
    desk = make_desk()
    key = desk.start(report_and_stay, str(tmp_path / "pid"))
    os.kill(read_pid(tmp_path / "pid"), signal.SIGKILL)
    wait_for(lambda: not process_runs(read_pid(tmp_path / "pid")), "the end of the job")
    restarted = make_desk()
    assert list((tmp_path / "cache/jobs").glob("*.job")) == []
    assert "killed or crashed" in restarted.error(key)
