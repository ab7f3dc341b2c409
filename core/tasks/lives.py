"""Processes that do not outlive whoever started them."""

import os
import threading
import time

__all__ = ["end_with_parent"]

_EVERY_S = 0.3


def end_with_parent(parent: int) -> None:
    """End this process at once, as a kill would, when `parent` is its parent no longer.

    A terminal sends Ctrl+C to all, but who kills one process by hand or for want of memory does not. The kernel could
    tell (``PR_SET_PDEATHSIG``), on Linux alone; looking is the same everywhere. What a process has not finished
    writing when it ends, nobody reads: see `core.files`.
    """

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(_EVERY_S)
        os._exit(1)

    threading.Thread(target=look, name="parent", daemon=True).start()
