"""Signals that end a worker, held back while it is made.

From the fork until it has handlers of its own a worker has its master's, which note a signal for a loop that runs in
the master alone: a worker that is asked to stop just then would go on until the master kills it, after all its grace.
"""

import os
import signal

__all__ = ["hold", "take"]

_ENDING = {signal.SIGTERM, signal.SIGINT, signal.SIGQUIT}


def hold() -> None:
    """Let them wait, in this process until it has forked, in the one that it makes until `take`."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)


def take() -> None:
    """Take what has waited, and what comes from now on."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)


os.register_at_fork(after_in_parent=take)
