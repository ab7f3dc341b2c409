"""A file's content that is nowhere on a disk, read as files are."""

import io
from dataclasses import dataclass
from typing import BinaryIO, Literal, TextIO, cast, overload

__all__ = ["InMemory"]


@dataclass(frozen=True)
class InMemory:
    """What somebody sent, under the name that they gave it."""

    name: str
    content: bytes

    @overload
    def open(self, mode: Literal["rb"]) -> BinaryIO: ...

    @overload
    def open(self, mode: Literal["r"] = "r", *, encoding: str, newline: str) -> TextIO: ...

    def open(self, mode: str = "r", *, encoding: str = "", newline: str = "") -> BinaryIO | TextIO:
        """Return a stream of the content, as `pathlib.Path.open` does."""
        raw = io.BytesIO(self.content)
        return raw if mode == "rb" else cast("TextIO", io.TextIOWrapper(raw, encoding=encoding, newline=newline))

    def read_bytes(self) -> bytes:
        """Return the content."""
        return self.content
