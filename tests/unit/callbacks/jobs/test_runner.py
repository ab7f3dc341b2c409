"""What a job does with what it says on the way."""

from typing import Any

import pytest

from callbacks.jobs.outbox import Outbox
from callbacks.jobs.runner import JobFunction, run_job
from callbacks.jobs.storing import StoreUnavailableError


class Stored(dict[str, Any]):
    """A store in memory that takes no progress."""

    def set(self, key: str, value: Any, expire: float | None = None) -> None:
        """Refuse what is said on the way."""
        raise StoreUnavailableError("It is being started anew.")

    def set_checked(self, key: str, value: Any, expire: float | None = None) -> None:
        """Keep a result."""
        self[key] = value


def test_work_goes_on_where_it_cannot_be_told_how_far_it_is(caplog: pytest.LogCaptureFixture) -> None:
    store = Stored()

    def work(set_progress: Any) -> str:
        set_progress([0.5, "half of it"])
        return "done"

    passing = (StoreUnavailableError,)
    run_job("key", JobFunction(work, True), [], {}, Outbox(store, 60), passing=passing)  # type: ignore[arg-type]
    assert store == {"key": {"value": "done"}}
    assert "cannot be told" in caplog.text
