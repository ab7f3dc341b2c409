"""Serve newly trained models without a restart."""

import logging
import threading
import time
from collections.abc import Callable

from flask import Flask

__all__ = ["install_refresh"]

log = logging.getLogger("cinematch.web")


def install_refresh(server: Flask, refresh: Callable[[], list[str]], every_s: float = 5.0) -> None:
    """Look for replaced models with a request now and then, in each worker.

    A thread of its own would do it more regularly, but would not survive the fork; and a worker that is asked
    nothing needs no new model.

    Parameters
    ----------
    server : Flask
    refresh : callable
        Swaps in what was replaced and returns its keys; cheap when nothing was.
    every_s : float
        Shortest time between two looks.
    """
    turn = threading.Lock()
    looked = time.monotonic()

    @server.before_request
    def look() -> None:
        nonlocal looked
        if time.monotonic() - looked < every_s or not turn.acquire(blocking=False):
            return
        try:
            looked = time.monotonic()
            changed = refresh()
            if changed:
                log.info("newly trained models are served: %s", ", ".join(changed))
        finally:
            turn.release()
