"""A process that no longer belongs to the web server which started it."""

import contextlib
import errno
import gc
import os
import signal
import stat
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from callbacks.jobs.records import Records
from callbacks.jobs.store import fork_lock

__all__ = ["arm_alarm", "drop_connections", "fork_detached", "stand_back", "start_detached"]

_NICE = 10
_OOM_SCORE = "500"
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def start_detached(job: Callable[[], None], record: int) -> None:
    """Run `job` in a detached process that holds no sockets, is nice, and computes in one thread.

    The fork shares all loaded models with the job.

    Parameters
    ----------
    job
        Called in the new process, which ends when it returns.
    record
        Descriptor from `Records.create`; its lock passes to the job.

    Raises
    ------
    OSError
        No process could be made.
    """

    def body() -> None:
        drop_connections()
        stand_back()
        job()

    fork_detached(body, lambda pid: Records.write_pid(record, pid))


def stand_back() -> None:
    """Let this process come after those that serve: for processors, for memory, and with one thread for each."""
    os.nice(_NICE)
    # When memory runs out the kernel shall take the job rather than a serving worker.
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_OOM_SCORE)
    _pin_threads()


def fork_detached(body: Callable[[], None], announce: Callable[[int], None]) -> None:
    """Run `body` in a process with its own session and default signals that nobody has to wait for.

    Two forks: the process in between calls `announce` with the new process id and ends at once, so the new
    process is no child of this one. Neither killing nor recycling a worker (nor restarting the server)
    touches it.

    Raises
    ------
    OSError
        No process could be made.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    # Signals wait until the child has dropped the server's handlers.
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        with fork_lock():
            between = os.fork()
            if between == 0:
                _split_off(body, announce)
        _, status = os.waitpid(between, 0)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
    if status != 0:
        raise OSError(errno.EAGAIN, "the system refused a new process")


def _split_off(body: Callable[[], None], announce: Callable[[int], None]) -> NoReturn:
    code = 1
    try:
        os.setsid()
        pid = os.fork()
        if pid == 0:
            os.setpgid(0, 0)
            gc.freeze()
            _reset_signals()
            body()
            sys.stdout.flush()
            sys.stderr.flush()
        else:
            with contextlib.suppress(PermissionError, ProcessLookupError):
                os.setpgid(pid, pid)
            announce(pid)
        code = 0
    except BaseException:  # noqa: BLE001 - nothing may climb into the server's stack from here
        traceback.print_exc()
    finally:
        # No clean-up that belongs to the server: no exit handlers, no finalisers.
        os._exit(code)


def _reset_signals() -> None:
    signal.set_wakeup_fd(-1)
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP, signal.SIGPIPE}:
        with contextlib.suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def drop_connections(keep: int = -1) -> None:
    """Let go of sockets (listening ones and clients'), pipes and event queues; keep files, the log and `keep`.

    Each is replaced by /dev/null instead of closed: its Python object lives on in this process, and would one
    day close the same number again, which could be another file by then.
    """
    null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    os.dup2(null, 0)
    for path in list(Path("/dev/fd").iterdir()):
        descriptor = int(path.name)
        if descriptor <= 2 or descriptor in (null, keep):
            continue
        with contextlib.suppress(OSError):
            kind = stat.S_IFMT(os.fstat(descriptor).st_mode)
            if kind in (stat.S_IFSOCK, stat.S_IFIFO, 0):
                os.dup2(null, descriptor, inheritable=False)


def _pin_threads() -> None:
    # A pool of threads does not survive a fork: OpenMP would hang. Besides, two jobs have two cores.
    for name in _THREAD_VARIABLES:
        os.environ[name] = "1"
    if "numba" not in sys.modules:
        os.environ["NUMBA_NUM_THREADS"] = "1"
    if "numpy" in sys.modules:
        from threadpoolctl import threadpool_limits

        threadpool_limits(limits=1)


def arm_alarm(seconds: float) -> None:
    """Let the kernel end this process in `seconds`, even inside a long computation in C; 0 disarms."""
    signal.setitimer(signal.ITIMER_REAL, seconds)
