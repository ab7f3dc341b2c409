"""A background manager in this process, and the half of Dash's protocol that drives it."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from callbacks.jobs.manager import BackgroundManager
from tests.jobs.work import make_known
from tests.servers import wait_for

__all__ = ["Desk", "MakeDesk", "read_pid"]


class Desk:
    """Starts jobs of one manager and polls them as Dash does."""

    def __init__(self, manager: BackgroundManager) -> None:
        make_known(manager)
        self.manager = manager

    def start(self, name: str, *arguments: Any, visitor: str = "10.0.0.1", **named: Any) -> str:
        """Have what is registered as `name` done, with arguments by position or by name."""
        key = self.manager.build_cache_key(None, None, None, None)
        job = self.manager.func_registry[name]
        return self.manager.call_job_fn(key, job, named or list(arguments), {"remote": visitor})

    def call(self, function: Callable[..., Any], *arguments: Any) -> str:
        """Have a function done that nobody has registered, as only a manager of this machine can."""
        key = self.manager.build_cache_key(function, arguments, None, None)
        job = self.manager.make_job_fn(function, progress=False)
        return self.manager.call_job_fn(key, job, list(arguments), {"remote": "10.0.0.1"})

    def wait(self, key: str) -> Any:
        """Poll to the end and return the value, or Dash's form of the error."""
        deadline = time.monotonic() + 20
        while (value := self.manager.get_result(key, key)) is self.manager.UNDEFINED:
            assert self.manager.job_running(key), "cancelled"
            assert time.monotonic() < deadline, "the job did not end"
            time.sleep(0.02)
        return value

    def error(self, key: str) -> str:
        """Poll to the end and return what the page is told of the failure."""
        value = self.wait(key)
        assert isinstance(value, dict), value
        return str(value["background_callback_error"]["msg"])


MakeDesk = Callable[..., Desk]


def read_pid(path: Path) -> int:
    """Wait until a job has written its process id, and return it."""
    return int(wait_for(lambda: path.exists() and path.read_text(), "the job's process id"))
