"""What keeps the messages of jobs, wherever that is: a dictionary of JSON values that all who serve share."""

import json
import zlib
from typing import Any, Protocol

from dash.exceptions import DashException
from plotly.io.json import to_json_plotly

from core.errors import CineMatchError

__all__ = [
    "Encoded",
    "Store",
    "StoreBusyError",
    "StoreFullError",
    "StoreOverflowError",
    "StoreUnavailableError",
    "as_json",
    "decode",
    "encode",
]

_COMPRESSION = 1


class StoreFullError(CineMatchError):
    """A value does not fit into the store any more."""

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(
            f"the result ({size / 2**20:.1f} MB) does not fit into the store of {limit >> 20} MB; try again later or "
            "raise the limit"
        )


class StoreUnavailableError(CineMatchError):
    """The store cannot be read or written: its disk is full, read-only, gone or broken, or its server is away."""


class StoreOverflowError(StoreUnavailableError):
    """The store is full: nothing is to be gained by trying again at once."""


class StoreBusyError(StoreUnavailableError):
    """Others hold the store for longer than anybody waits; it may be tried again."""


class Encoded(bytes):
    """A value that is encoded already."""


def as_json(value: Any) -> str:
    """Return `value` as JSON (plotly's encoder: figures, components, numpy); TypeError for what has no form in it."""
    try:
        text: str = to_json_plotly(value)
    except (TypeError, ValueError, RecursionError, DashException) as error:
        raise TypeError(f"no JSON form: {error}") from error
    return text


def encode(value: Any) -> Encoded:
    """Return `value` as compressed JSON; TypeError says what JSON has no form for."""
    return Encoded(zlib.compress(as_json(value).encode(), _COMPRESSION))


def decode(data: bytes) -> Any:
    """Return what `encode` was given, as JSON knows it; ValueError for bytes that it did not write."""
    try:
        return json.loads(zlib.decompress(data))
    except zlib.error as error:
        raise ValueError(str(error)) from error


class Store(Protocol):
    """A dictionary of JSON values. Every method raises `StoreUnavailableError` where it cannot do its work."""

    def stay_open(self) -> None:
        """Keep connections from now on: for a job's own process."""

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of `key`, or `default`."""

    def pop(self, key: str, default: Any = None) -> Any:
        """Return the value of `key` and remove it, in one step."""

    def set(self, key: str, value: Any, expire: float | None = None) -> None:
        """Store `value` for `expire` seconds; TypeError when it has no JSON form."""

    def set_checked(self, key: str, value: Any, expire: float | None = None) -> None:
        """Store like `set`, but raise StoreFullError when the store would exceed its limit."""

    def add(self, key: str, value: Any) -> Any:
        """Store `value` unless `key` has one, and return what is stored now; it never expires."""

    def merge(self, key: str, changes: dict[str, dict[str, Any]], expire: float | None = None) -> None:
        """Update the dictionary of dictionaries at `key` with `changes`, in one step."""

    def touch(self, key: str, expire: float) -> None:
        """Let `key` expire in `expire` seconds."""

    def delete(self, *keys: str) -> None:
        """Remove `keys`; those that are not there do not matter."""
