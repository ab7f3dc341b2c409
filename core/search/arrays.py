"""What a search keeps, in a few arrays that worker processes share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.movies import StringColumn

__all__ = ["HashedTexts", "Postings", "SortedStrings"]


@dataclass(frozen=True)
class Postings:
    """Compressed rows: which numbers belong to each row."""

    indptr: NDArray[np.int64]
    values: NDArray[np.int32]

    @classmethod
    def of(cls, rows: NDArray[np.int64], values: NDArray[np.int32], n_rows: int) -> Postings:
        """Sort values by their rows."""
        order = np.argsort(rows, kind="stable")
        indptr = np.zeros(n_rows + 1, dtype=np.int64)
        np.cumsum(np.bincount(rows, minlength=n_rows), out=indptr[1:])
        return cls(indptr, values[order])

    def __getitem__(self, row: int) -> NDArray[np.int32]:
        return self.values[self.indptr[row] : self.indptr[row + 1]]


@dataclass(frozen=True)
class HashedTexts:
    """Texts by their hashes, with the movies of each.

    Python's hash of text differs between interpreters, not between a process and its forks.
    """

    hashes: NDArray[np.int64]
    movies: NDArray[np.int32]

    @classmethod
    def of(cls, texts: Sequence[tuple[str, int]]) -> HashedTexts:
        """Keep texts, each with its movie."""
        hashes = np.fromiter((hash(text) for text, _ in texts), dtype=np.int64, count=len(texts))
        order = np.argsort(hashes, kind="stable")
        return cls(hashes[order], np.asarray([movie for _, movie in texts], dtype=np.int32)[order])

    def __getitem__(self, text: str) -> NDArray[np.int32]:
        wanted = hash(text)
        low = np.searchsorted(self.hashes, wanted, side="left")
        return self.movies[low : np.searchsorted(self.hashes, wanted, side="right")]


class SortedStrings:
    """Strings in byte order, found by binary search; a blob and offsets, no Python objects."""

    def __init__(self, ordered: list[str]) -> None:
        self.column = StringColumn.from_strings(ordered)

    def __len__(self) -> int:
        return len(self.column)

    def bounds(self, prefix: str) -> tuple[int, int]:
        """Return the span of strings that start with `prefix`."""
        wanted = prefix.encode()
        return self._first_from(wanted), self._first_from(wanted + b"\xff")

    def span(self, text: str) -> tuple[int, int]:
        """Return the span of strings that equal `text`."""
        wanted = text.encode()
        return self._first_from(wanted), self._first_from(wanted + b"\x00")

    def places(self, text: str) -> range:
        """Return where strings equal `text`; quicker than `span` where they are few."""
        wanted = text.encode()
        start = end = self._first_from(wanted)
        while end < len(self) and self._bytes(end) == wanted:
            end += 1
        return range(start, end)

    def _bytes(self, position: int) -> bytes:
        offsets = self.column.offsets
        return self.column.blob[offsets[position] : offsets[position + 1]].tobytes()

    def _first_from(self, wanted: bytes) -> int:
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self._bytes(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return low
