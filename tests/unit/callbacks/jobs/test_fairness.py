"""Who may start jobs and when: never more than are allowed, never all places for one visitor."""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from callbacks.jobs.slots import visitor_of
from tests.servers import wait_for
from tests.unit.callbacks.jobs.conftest import Desk

pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")

MakeDesk = Callable[..., Desk]


def until(gate: str, sign: str) -> str:
    Path(sign).touch()
    while not Path(gate).exists():
        time.sleep(0.01)
    return "done"


def test_of_many_starts_at_once_as_many_are_accepted_as_are_allowed(
    make_desk: MakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = make_desk(slots=2, queue=4).manager
    held = []

    def hold(_: bytes, record: int) -> bool:
        held.append(os.dup(record))
        return True

    # The jobs live without processes: who holds a record's lock is alive.
    monkeypatch.setattr(manager, "_pack", lambda *_: b"")
    monkeypatch.setattr(manager._starter, "start", hold)
    job = manager.make_job_fn(until, False)

    def start(number: int) -> str:
        key = manager.build_cache_key(None, None, None, None)
        return manager.call_job_fn(key, job, [], {"remote": f"10.0.0.{number}"})

    try:
        with ThreadPoolExecutor(24) as pool:
            keys = list(pool.map(start, range(24)))
        refused = [key for key in keys if manager.result_ready(key)]
        assert (len(held), len(refused)) == (6, 18)
        assert "busy" in manager.get_result(refused[0], None)["background_callback_error"]["msg"]
    finally:
        for descriptor in held:
            os.close(descriptor)


def test_one_visitor_leaves_room_for_others(make_desk: MakeDesk, tmp_path: Path) -> None:
    desk = make_desk(slots=2, queue=4)
    gate = tmp_path / "gate"
    mine = [desk.start(until, str(gate), str(tmp_path / f"mine-{number}")) for number in range(4)]
    assert "You have 3 jobs" in desk.error(mine[3])
    wait_for(lambda: list(tmp_path.glob("mine-*")), "the first job to run")
    yours = desk.start(until, str(gate), str(tmp_path / "yours"), visitor="10.0.0.2")
    # It overtakes what the first visitor has in line.
    wait_for((tmp_path / "yours").exists, "another visitor's job to run")
    assert len(list(tmp_path.glob("mine-*"))) == 1
    gate.touch()
    assert [desk.wait(key) for key in (*mine[:3], yours)] == ["done"] * 4


def test_a_visitor_is_an_address_and_of_ipv6_what_a_household_has() -> None:
    assert visitor_of("2001:db8:1:2::1") == visitor_of("2001:db8:1:2:ffff::9")
    assert visitor_of("2001:db8:1:2::1") != visitor_of("2001:db8:1:3::1")
    assert visitor_of("10.0.0.1") != visitor_of("10.0.0.2")
    assert visitor_of(None) == visitor_of("")
    assert len({visitor_of(f"10.0.{number // 256}.{number % 256}") for number in range(2000)}) == 64
