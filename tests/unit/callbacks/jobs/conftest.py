"""A background manager in this process, and the half of Dash's protocol that drives it."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from callbacks.jobs.forked import make_background_manager
from callbacks.jobs.manager import BackgroundManager


class Desk:
    """Starts functions as jobs of one manager and polls them as Dash does."""

    def __init__(self, manager: BackgroundManager) -> None:
        self.manager = manager

    def start(
        self, function: Callable[..., Any], *arguments: Any, progress: bool = False, visitor: str = "10.0.0.1"
    ) -> str:
        key = self.manager.build_cache_key(function, arguments, None, None)
        job = self.manager.make_job_fn(function, progress)
        return self.manager.call_job_fn(key, job, list(arguments), {"remote": visitor})

    def wait(self, key: str) -> Any:
        deadline = time.monotonic() + 10
        while (value := self.manager.get_result(key, key)) is self.manager.UNDEFINED:
            assert self.manager.job_running(key), "cancelled"
            assert time.monotonic() < deadline, "the job did not end"
            time.sleep(0.02)
        return value

    def error(self, key: str) -> str:
        value = self.wait(key)
        assert isinstance(value, dict), value
        return str(value["background_callback_error"]["msg"])


@pytest.fixture
def make_desk(tmp_path: Path) -> Callable[..., Desk]:
    def make(**limits: Any) -> Desk:
        return Desk(make_background_manager(tmp_path / "cache", fingerprint=lambda: "f", **limits))

    return make
