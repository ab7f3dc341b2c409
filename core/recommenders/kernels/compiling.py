"""How inner loops are compiled: each once, for one signature, by one process, and kept on disk.

A signature that is told beforehand is the only one that is ever compiled: arrays that are mapped read-only, or that
lie in memory otherwise than they should, make no second version. Whoever comes second waits for the first at the
module's lock and finds the code where that one kept it.

Compiling takes long for what numba has to find types of: kernels that data of the usual size wait for are handed the
room they work in, since functions that make arrays are compiled with each, and sorting or solving by NumPy's names
takes seconds.
"""

import contextlib
import fcntl
import logging
import os
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from numba import config, njit, types

from core.files import write_trouble
from core.recommenders.kernels.kept import kept_in

__all__ = ["compiled", "filled", "inner", "read"]

log = logging.getLogger("cinematch.kernels")
_LOCK = ".compiling"
_ALL: dict[str, Any] = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}
"""What nobody needs is not compiled: checks for division by zero, and entries for C."""


def read(scalar: Any, dimensions: int = 1) -> types.Array:
    """Return the type of an array in C order that is only read, writable or not."""
    return types.Array(scalar, dimensions, "C", readonly=True)


def filled(scalar: Any, dimensions: int = 1) -> types.Array:
    """Return the type of an array in C order that is written to."""
    return types.Array(scalar, dimensions, "C")


def compiled(*arguments: Any, **options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that compiles a function for these types of arguments, or loads what was compiled before.

    Parameters
    ----------
    *arguments : numba type
    **options
        Of `numba.njit`, beside those that all of ours have: no lock of the interpreter is held, code is kept.
    """

    decorator = njit([arguments], **{**_ALL, "cache": True, **options})

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        with _alone(_cache_dir() / f"{_LOCK}.{function.__module__.rpartition('.')[2]}"):
            made: Callable[..., Any] = decorator(function)
        return made

    return decorate


def inner(**options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator for what only compiled functions call: it is compiled and kept as a part of theirs.

    With ``inline="always"`` it is put in before types are inferred: quicker to compile, where there is one call.
    """
    decorator: Callable[[Callable[..., Any]], Callable[..., Any]] = njit(
        **{**_ALL, "no_cpython_wrapper": True, **options}
    )
    return decorator


@cache
def _cache_dir() -> Path:
    """Return where compiled code is kept, and tell numba.

    Where nothing can be kept, a directory of this process serves, and a warning says so.
    """
    chosen = kept_in()
    trouble = write_trouble(chosen)
    if trouble:
        log.warning(
            "Compiled code cannot be kept in %s (%s): it is compiled anew by every process that trains. "
            "Set CINEMATCH_CACHE_DIR or NUMBA_CACHE_DIR to a directory that can be written to.",
            chosen,
            trouble,
        )
        holder = tempfile.TemporaryDirectory(prefix="cinematch-numba-")
        _held.append(holder)
        chosen = Path(holder.name)
    # Numba reads its environment anew whenever that changed; processes that are started from here share what is kept.
    os.environ["NUMBA_CACHE_DIR"] = str(chosen)
    config.CACHE_DIR = str(chosen)  # type: ignore[attr-defined]
    return chosen


_held: list[tempfile.TemporaryDirectory[str]] = []


@contextlib.contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Hold a lock."""
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
