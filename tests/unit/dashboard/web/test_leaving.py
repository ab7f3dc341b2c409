"""A worker that is told to leave leaves, whatever it was doing and however often it is told."""

import signal
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from dashboard.web.worker import FairWorker


@pytest.fixture
def handlers() -> Iterator[None]:
    """Leave the test's own handlers as they were."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGQUIT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_it_waits_for_no_lock_and_hears_no_second_signal(handlers: None) -> None:
    def shutdown(**_named: object) -> None:
        raise AssertionError("whom the signal interrupted may hold the lock of the pool")

    worker = FairWorker.__new__(FairWorker)
    worker.alive = True
    worker.cfg = SimpleNamespace(worker_int=lambda _worker: None)
    worker.tpool = SimpleNamespace(shutdown=shutdown)
    with pytest.raises(SystemExit):
        worker.handle_quit(signal.SIGINT, None)
    assert not worker.alive
    assert signal.getsignal(signal.SIGINT) is signal.getsignal(signal.SIGQUIT) is signal.SIG_IGN
