"""Functions that tests have done as jobs: known by name, as those of pages are, to servers and workers alike."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dash import set_props
from dash.exceptions import PreventUpdate

from callbacks.jobs.manager import BackgroundManager
from core.errors import InvalidInputError

__all__ = ["make_known"]


def _until(gate: str, sign: str) -> str:
    Path(sign).write_text(str(os.getpid()))
    while not Path(gate).exists():
        time.sleep(0.01)
    return "done"


def _stay(path: str) -> None:
    Path(path).write_text(str(os.getpid()))
    while True:
        time.sleep(60)


async def _answer() -> int:
    return 42


def _refuse() -> None:
    raise PreventUpdate


def _steps(set_progress: Callable[[Any], None]) -> str:
    set_progress((1, "one"))
    set_progress((2, "two"))
    return "done"


def _update() -> None:
    set_props("a", {"children": 1})
    set_props("b", {"children": 2})
    set_props("a", {"title": "t"})


def _fail() -> None:
    set_props("a", {"children": 1})
    raise InvalidInputError("Choose a user between 1 and 671.")


def _family(parent: str, child: str) -> None:
    if os.fork() == 0:
        _stay(child)
    _stay(parent)


def _stumble(path: str, gate: str) -> str:
    """Meet what is over in a moment, once, and wait for a gate the next time."""
    if not Path(path).exists():
        Path(path).touch()
        raise ConnectionError("the database restarts")
    _until(gate, path)
    return "went on"


_WORK: dict[str, Callable[..., Any]] = {
    "sum": lambda a, b: {"sum": a + b, "pair": (a, b)},
    "nothing": lambda: None,
    "seven": lambda: 7,
    "answer": _answer,
    "minus": lambda first, second: first - second,
    "refuse": _refuse,
    "steps": _steps,
    "update": _update,
    "fail": _fail,
    "bug": lambda: 1 // 0,
    "exit": lambda: os._exit(3),
    "compute": lambda: sum(range(10**14)),
    "set": lambda: {1, 2},
    "stay": _stay,
    "until": _until,
    "family": _family,
    "stumble": _stumble,
}
_REPORTING = ("steps",)


def make_known(manager: BackgroundManager) -> None:
    """Register all of them."""
    for name, function in _WORK.items():
        manager.func_registry[name] = manager.make_job_fn(function, name in _REPORTING, name)
