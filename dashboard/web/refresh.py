"""Serve newly trained models, and data that were imported anew, without a restart."""

import logging
import threading
import time
from typing import TYPE_CHECKING

from flask import Flask

from core.views import goes_on

if TYPE_CHECKING:
    from core.service import CineMatch

__all__ = ["REFRESH_EVERY_S", "install_refresh"]

log = logging.getLogger("cinematch.web")

REFRESH_EVERY_S = 5.0


def install_refresh(
    server: Flask, service: "CineMatch", every_s: float = REFRESH_EVERY_S, while_learning_s: float = 1.0
) -> None:
    """Look for replaced models and data with a request now and then, in each worker.

    A thread of its own would do it more regularly, but would not survive the fork; and a worker that is asked
    nothing needs no new model. Each request sees one version of data and models from its beginning to its end.

    Parameters
    ----------
    server : Flask
    service : CineMatch
    every_s : float
        Shortest time between two looks.
    while_learning_s : float
        The same while models are learned beside the server: somebody waits for them.
    """
    turn = threading.Lock()
    looked = time.monotonic()

    @server.before_request
    def look() -> None:
        nonlocal looked
        every = min(while_learning_s, every_s) if goes_on(service.learning) else every_s
        if time.monotonic() - looked < every or not turn.acquire(blocking=False):
            return
        try:
            looked = time.monotonic()
            changed = service.refresh()
            if changed:
                log.info("newly trained models are served: %s", ", ".join(changed))
        finally:
            turn.release()

    server.before_request(service.pin)

    @server.teardown_request
    def let_go(_error: BaseException | None) -> None:
        service.unpin()
