"""Who may start jobs and when: never more than are allowed, never all places for one visitor."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from callbacks.jobs.slots import visitor_of
from tests.jobs.desk import MakeDesk

pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")


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
    job = manager.func_registry["seven"]

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


def test_a_visitor_is_an_address_and_of_ipv6_what_a_household_has() -> None:
    assert visitor_of("2001:db8:1:2::1") == visitor_of("2001:db8:1:2:ffff::9")
    assert visitor_of("2001:db8:1:2::1") != visitor_of("2001:db8:1:3::1")
    assert visitor_of("10.0.0.1") != visitor_of("10.0.0.2")
    assert visitor_of(None) == visitor_of("")
    assert len({visitor_of(f"10.0.{number // 256}.{number % 256}") for number in range(2000)}) == 64
