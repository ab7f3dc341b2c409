"""gunicorn's threaded worker, with five faults mended.

All workers wait at one listening socket, and whoever wakes first takes the connection: often the same one again and
again, while the other sits idle. A listener for each worker (``reuse_port``) would share by chance, and reset what
waits in the queue of a worker that leaves. Here there is one listener, the master's, so that nothing that waits is
lost; a worker with more connections than another steps back for a moment before it takes one more. A signal to stop
that comes while a worker is made is not lost (`stop_signals`), and two that come at once, as Ctrl+C and the master's,
stop it like one.
"""

import mmap
import os
import select
import signal
import socket
import time
from http import HTTPStatus
from typing import Any

import orjson
from gunicorn.workers.base import Worker
from gunicorn.workers.gthread import ThreadWorker

from dashboard.web import stop_signals

__all__ = ["FairWorker"]

_SLOTS = 256
"""For workers of one master, with those that are leaving."""
_FREE, _LEAVING = -1, -2
_PATIENCE_S = 0.01
"""How long a busier worker steps back: a few turns of the scheduler, so that one that hangs stops nobody else."""
_STEP_S = 0.0005

# Made in the master, before the fork: every worker writes its own number of connections and reads the others'.
_board = memoryview(mmap.mmap(-1, _SLOTS * 4)).cast("i")
for _slot in range(_SLOTS):
    _board[_slot] = _FREE


class FairWorker(ThreadWorker):
    """Shares connections fairly, frees the port when its master is gone, and refuses with problem documents."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # In the master, which alone gives slots away and takes them back.
        super().__init__(*args, **kwargs)
        self.slot = next((slot for slot in range(_SLOTS) if _board[slot] == _FREE), None)
        self._publish(0)

    def init_signals(self) -> None:
        """Set the worker's own handlers, then take what was held back until they were there."""
        super().init_signals()
        stop_signals.take()

    def handle_quit(self, sig: int, frame: Any) -> None:
        """Leave at once, and only once.

        gunicorn shuts its pool of threads down here, under a lock that whom the signal interrupts may hold: the
        pool's own work, or this very handler. The interpreter does so at its end.
        """
        for number in (signal.SIGINT, signal.SIGQUIT):
            signal.signal(number, signal.SIG_IGN)
        Worker.handle_quit(self, sig, frame)

    def give_back(self) -> None:
        """Free the slot of a worker that has ended; for the master."""
        self._publish(_FREE)

    def _publish(self, connections: int) -> None:
        if self.slot is not None:
            _board[self.slot] = connections

    def _busier(self) -> bool:
        """Return whether another worker has fewer connections than this one."""
        others = [count for slot, count in enumerate(_board.tolist()) if count >= 0 and slot != self.slot]
        return self.slot is not None and self.nr_conns > min(others, default=self.nr_conns)

    def accept(self, listener: Any) -> None:
        """Accept a connection, unless a worker that has fewer takes it meanwhile."""
        until = time.monotonic() + _PATIENCE_S
        while self._busier() and time.monotonic() < until:
            time.sleep(_STEP_S)
            if not select.select([listener], [], [], 0)[0]:
                return
        super().accept(listener)
        self._publish(self.nr_conns)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Wait and dispatch, then tell the others how many connections are left."""
        super().wait_for_and_dispatch_events(timeout)
        self._publish(self.nr_conns if self.alive else _LEAVING)

    def set_accept_enabled(self, enabled: bool) -> None:
        """Accept or do not; let go of the listener for good when this worker or its master is leaving.

        Requests under way may take half a minute, for which the port of a master that was killed would stay taken.
        """
        super().set_accept_enabled(enabled)
        if not enabled and (not self.alive or self.ppid != os.getppid()):
            for listener in self.sockets:
                listener.close()

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Refuse what gunicorn itself cannot read or answer, in the form of all errors here."""
        super().handle_error(req, _Refusal(client), addr, exc)


class _Refusal:
    """A client's socket that turns gunicorn's HTML into a problem document."""

    def __init__(self, client: socket.socket) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def sendall(self, answer: bytes) -> None:
        """Send the same status with another body."""
        status = HTTPStatus(int(answer.split(None, 2)[1]))
        detail = (
            "The address is longer than 8 KB. Send long lists of ids in a body."
            if status == HTTPStatus.REQUEST_URI_TOO_LONG
            else "The request cannot be read: its address, its headers or its body are not valid."
            if status < HTTPStatus.INTERNAL_SERVER_ERROR
            else "The server failed to answer this request. Its log says why."
        )
        body = orjson.dumps({"type": "about:blank", "title": status.phrase, "status": status, "detail": detail})
        head = f"HTTP/1.1 {status.value} {status.phrase}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n"
        self._client.sendall(f"{head}Content-Type: application/problem+json\r\n\r\n".encode() + body)
