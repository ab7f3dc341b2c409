"""A process with one thread that forks the jobs.

A fork copies locks as they are. In a worker some other thread may be importing, logging or in a cache at that
moment; its lock would stay taken in the job for ever (plotly's encoder alone imports in every response). So
the job is forked from a process that never has a second thread: it is made in the server's master, when all
is loaded and before any worker is there.
"""

import contextlib
import logging
import os
import select
import socket
import threading
from collections.abc import Callable

from callbacks.jobs.process import drop_connections, fork_detached, start_detached

__all__ = ["JobStarter"]

log = logging.getLogger("cinematch.jobs")
_GREETING = b"job"
_DONE = b"+"
_PATIENCE_S = 30.0


class JobStarter:
    """The starting process, seen from the master (`launch`) and from the workers (`start`).

    It ends by itself when the master and all workers have ended.

    Parameters
    ----------
    run
        Called in a job's process with the request and the job's record.
    """

    def __init__(self, run: Callable[[bytes, int], None]) -> None:
        self._run = run
        self._socket: socket.socket | None = None

    def launch(self) -> None:
        """Make the process. To be called while this process has one thread and its application is complete.

        Raises
        ------
        OSError
            No process could be made.
        """
        if threading.active_count() > 1:
            log.warning("jobs are started from a process with threads: one of them may hold a lock for ever")
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)

        def serve() -> None:
            ours.close()
            self._serve(theirs)

        fork_detached(serve, lambda _: None)
        theirs.close()
        self._socket = ours

    def start(self, request: bytes, record: int) -> bool:
        """Have a job started in the other process; False when there is none (any more).

        Raises
        ------
        OSError
            The starting process could not make a job.
        """
        if self._socket is None:
            return False
        answer, reply = os.pipe()
        # A request may be larger than any message: it travels as an anonymous file.
        text = os.memfd_create("job-request")
        try:
            with os.fdopen(os.dup(text), "wb") as file:
                file.write(request)
            try:
                socket.send_fds(self._socket, [_GREETING], [record, text, reply])
            except OSError:
                return False
            finally:
                os.close(reply)
            ready, _, _ = select.select([answer], [], [], _PATIENCE_S)
            if not ready or os.read(answer, 1) != _DONE:
                raise OSError("the process that starts jobs has failed; the server's log says why")
            return True
        finally:
            os.close(text)
            os.close(answer)

    def _serve(self, requests: socket.socket) -> None:
        drop_connections(keep=requests.fileno())
        while True:
            greeting, descriptors, _, _ = socket.recv_fds(requests, len(_GREETING), 3)
            if not greeting:
                return
            record, text, reply = descriptors
            with contextlib.suppress(OSError), os.fdopen(text, "rb") as file:
                file.seek(0)
                request = file.read()
                start_detached(lambda: self._run(request, record), record)  # noqa: B023 - runs at once
                os.write(reply, _DONE)
            os.close(record)
            os.close(reply)
