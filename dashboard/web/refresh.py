"""Serve newly trained models, and the next data set, without a restart."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flask import Flask, g

if TYPE_CHECKING:
    from core.service import CineMatch

__all__ = ["Gate", "install_refresh"]

log = logging.getLogger("cinematch.web")

_PATIENCE_S = 2.0


class Gate:
    """Lets requests pass together, and now and then one alone."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside = 0
        self._alone = False

    def enter(self) -> None:
        """Go in, as soon as nobody is alone inside."""
        with self._changed:
            self._changed.wait_for(lambda: not self._alone, _PATIENCE_S)
            self._inside += 1

    def leave(self) -> None:
        """Go out."""
        with self._changed:
            self._inside -= 1
            self._changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Wait until nobody else is inside, and keep others out; yield whether that came to be in time."""
        with self._changed:
            self._alone = True
            try:
                yield self._changed.wait_for(lambda: self._inside <= 1, _PATIENCE_S)
            finally:
                self._alone = False
                self._changed.notify_all()


def install_refresh(server: Flask, service: "CineMatch", every_s: float = 5.0) -> None:
    """Look for what was made anew with a request now and then, in each worker.

    A thread of its own would do it more regularly, but would not survive the fork; and a worker that is asked
    nothing needs no new model. A data set is opened with its models beside the former ones and takes their place
    between two requests; a request that takes longer than two seconds puts that off to the next look.

    Parameters
    ----------
    server : Flask
    service : CineMatch
    every_s : float
        Shortest time between two looks.
    """
    turn, gate = threading.Lock(), Gate()
    looked = time.monotonic()

    @server.before_request
    def look() -> None:
        nonlocal looked
        gate.enter()
        g.inside = True
        if time.monotonic() - looked < every_s or not turn.acquire(blocking=False):
            return
        try:
            looked = time.monotonic()
            if changed := service.refresh():
                log.info("newly trained models are served: %s", ", ".join(changed))
            elif (successor := service.successor()) is not None:
                with gate.alone() as alone:
                    if alone:
                        service.succeed(successor)
                        log.info("the next data set is served: %s", service.identity())
        finally:
            turn.release()

    @server.teardown_request
    def go(_error: BaseException | None) -> None:
        if g.pop("inside", False):
            gate.leave()
