"""One process that does one task after another, and says how far it is."""

import os
import signal
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal, NamedTuple

import psutil

from core.errors import CineMatchError
from core.progress import Progress
from core.tasks.lives import end_with_parent

__all__ = ["Message", "Worker", "attempt"]

_SAID_EVERY_S = 0.2
_LIBRARIES = ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "NUMBA", "VECLIB_MAXIMUM", "BLIS")


class Message(NamedTuple):
    """What a process says of its task: how far it is and what it does, what it has found, or why it failed."""

    kind: Literal["progress", "result", "failure"]
    content: Any
    detail: str = ""


class Worker:
    """A process for tasks.

    It is started anew rather than forked: libraries that were used before a fork may hang after it. Each has one
    thread for linear algebra and compiled loops, since the other processors have tasks of their own.

    Attributes
    ----------
    loaded : set of str
        What it has loaded for its tasks, by whoever gives them to it.
    """

    def __init__(self) -> None:
        context = get_context("spawn")
        self.connection, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, os.getpid()), daemon=True)
        self._process.start()
        self._busy = 0.0
        self.loaded: set[str] = set()
        theirs.close()

    def start(self, work: Callable[..., Any], arguments: tuple[Any, ...], nice: int) -> None:
        """Hand over a task: a function of a module, called with a `Progress` and the arguments.

        `nice` is how far the process stands back from now on, if it did not already.
        """
        self.connection.send((work, arguments, nice))

    def said(self) -> Message:
        """Return what it says next; a process that has ended fails whatever it was doing."""
        try:
            message: Message = self.connection.recv()
        except (EOFError, ConnectionError):
            self._process.join()
            code = self._process.exitcode
            killed = code == -signal.SIGKILL
            why = "was killed, as happens where memory is short" if killed else f"ended with code {code}"
            return Message("failure", f"Its process {why}.")
        return message

    def busy(self) -> float:
        """Return how many seconds a processor has worked for it since it was started."""
        try:
            times = psutil.Process(self._process.pid).cpu_times()
        except psutil.Error:
            return self._busy
        self._busy = times.user + times.system
        return self._busy

    def waited(self) -> float | None:
        """Return how many seconds its main thread was kept waiting for a processor since it was started.

        None where the system does not tell, as Linux does.
        """
        try:
            worked, waited, _ = Path(f"/proc/{self._process.pid}/schedstat").read_text(encoding="ascii").split()
        except (OSError, ValueError):
            return None
        return int(waited) / 1e9 if int(worked) else None

    @property
    def lives(self) -> bool:
        """Whether it can be given a task."""
        return self._process.is_alive()

    def end(self) -> None:
        """End it, whatever it is doing."""
        self._process.kill()
        self._process.join()
        self.connection.close()


def _work(connection: Connection, parent: int) -> None:
    """Do what is asked until nobody asks any more; the main function of the process."""
    # Ctrl+C reaches every process of a terminal: whoever started this one ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent(parent)
    # Before anything imports numpy, which this module and those that it needs do not.
    os.environ.update({f"{library}_NUM_THREADS": "1" for library in _LIBRARIES})
    with suppress(EOFError, ConnectionError):
        while True:
            work, arguments, nice = connection.recv()
            os.nice(max(nice - os.nice(0), 0))
            connection.send(_done(connection, work, arguments))


def _done(connection: Connection, work: Callable[..., Any], arguments: tuple[Any, ...]) -> Message:
    said = 0.0

    def report(fraction: float, text: str) -> None:
        nonlocal said
        if time.monotonic() - said >= _SAID_EVERY_S:
            said = time.monotonic()
            connection.send(Message("progress", (fraction, text)))

    return attempt(work, report, arguments)


def attempt(work: Callable[..., Any], report: Progress, arguments: tuple[Any, ...]) -> Message:
    """Do a task, and return what it has found or why it failed."""
    try:
        return Message("result", work(report, *arguments))
    except CineMatchError as error:
        return Message("failure", str(error))
    except Exception as error:  # noqa: BLE001
        # Whatever a task raises is its own failure: the others go on.
        return Message("failure", f"{type(error).__name__}: {error}", traceback.format_exc())
