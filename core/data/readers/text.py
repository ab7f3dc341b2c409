"""Which encoding a text file has, and what has to be known of it before it is split into rows."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np

from core.data.readers.memory import InMemory
from core.errors import DataError

__all__ = ["ENCODING_NAMES", "TextFile", "count_byte", "survey"]

_BLOCK = 1 << 16
# The mark of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
ENCODING_NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 with a byte order mark",
    "utf-16": "UTF-16",
    "utf-32": "UTF-32",
    "cp1252": "Windows-1252",
    "latin-1": "Latin-1",
}
"""What people call the encodings that are tried."""

# Letters and signs as UTF-8 spells them. Text in Windows-1252 hardly ever looks so, and the two cannot be told apart
# within one file, where it does.
_UTF8_SEQUENCE = re.compile(rb"[\xc3-\xc5][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_PACKED = {
    b"PK\x03\x04": "a zip archive or a spreadsheet: unpack it, or save its sheet as CSV",
    b"\x1f\x8b": "packed with gzip: unpack it",
    b"BZh": "packed with bzip2: unpack it",
    b"\xfd7zXZ": "packed with xz: unpack it",
    b"(\xb5/\xfd": "packed with Zstandard: unpack it",
    b"7z\xbc\xaf": "a 7-Zip archive: unpack it",
    b"PAR1": "a Parquet file: write it as CSV",
}
_NOT_IN_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_ONLY_IN_CP1252 = re.compile(rb"[\x80-\x9f]")
_LINE_END = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True)
class TextFile:
    """A text file that was looked through once.

    Attributes
    ----------
    path : Path or InMemory
    label : str
        How messages call it.
    encoding : str
        Python's name of the encoding that fits.
    lines : int
        How many lines it has, whatever ends them; a last line without an end counts.
    quotes, backslashes, bare_returns : bool
        Whether a quotation mark, a backslash, a carriage return without a line feed occurs.
    """

    path: Path | InMemory
    label: str
    encoding: str
    lines: int
    quotes: bool
    backslashes: bool
    bare_returns: bool

    def open(self) -> TextIO:
        """Open the file for reading; lines keep their ends, be they CR, LF or both."""
        return self.path.open(encoding=self.encoding, newline="")


class _Signs:
    """What occurs in the blocks of a file."""

    def __init__(self) -> None:
        self.feeds = self.returns = self.pairs = 0
        self.quotes = self.backslashes = self.blank = False
        self.last = b""
        self.content = False

    def add(self, block: bytes) -> None:
        self.feeds += count_in(block, b"\n")
        if b"\r" in block or self.last == b"\r":
            self.returns += block.count(b"\r")
            self.pairs += block.count(b"\r\n") + (self.last == b"\r" and block[:1] == b"\n")
        self.quotes = self.quotes or b'"' in block
        self.backslashes = self.backslashes or b"\\" in block
        self.content = self.content or bool(block.strip())
        self.last = block[-1:] or self.last

    @property
    def lines(self) -> int:
        ends = self.feeds + self.returns - self.pairs
        return ends + (self.last not in (b"", b"\n", b"\r"))


def survey(path: Path | InMemory, label: str = "") -> TextFile:
    """Find a file's encoding: UTF-8 or UTF-16 by their marks, else UTF-8, Windows-1252, Latin-1 by what fits.

    Raises
    ------
    DataError
        For an empty file, a packed one, a NUL byte, or text that fits no encoding; names file, line and remedy.
    """
    name = label or path.name
    with path.open("rb") as stream:
        head = stream.read(8)
    for mark, what in _PACKED.items():
        if head.startswith(mark):
            raise DataError(f"{name} is {what}, and retry.")
    encoding = next((codec for mark, codec in _MARKS if head.startswith(mark)), "utf-8")
    signs = _Signs()
    if encoding in ("utf-16", "utf-32"):
        signs.add(_wide(path, name, encoding))
    else:
        fits = _read_blocks(path, name, signs)
        if not fits and encoding == "utf-8":
            encoding = _single_byte(path, name)
        elif not fits:
            raise _no_encoding(name, _first_broken_line(path), "it begins with the mark of UTF-8 but is not")
    if not signs.content or (len(head) <= len(codecs.BOM_UTF8) and encoding == "utf-8-sig"):
        raise DataError(f"{name} is empty. Fetch or export it again.")
    return TextFile(path, name, encoding, signs.lines, signs.quotes, signs.backslashes, signs.returns > signs.pairs)


def count_in(block: bytes, byte: bytes) -> int:
    """Return how often one byte occurs; several times as fast as `bytes.count` where it is frequent."""
    return int(np.count_nonzero(np.frombuffer(block, dtype=np.uint8) == byte[0]))


def count_byte(path: Path | InMemory, byte: bytes) -> int:
    """Return how often one byte occurs in a file."""
    return sum(count_in(block, byte) for block in _blocks(path))


def _blocks(path: Path | InMemory) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            yield block


def _read_blocks(path: Path | InMemory, label: str, signs: _Signs) -> bool:
    """Look through all blocks; return whether they are UTF-8."""
    decoder, fits = codecs.getincrementaldecoder("utf-8")(), True
    pending = False
    for block in _blocks(path):
        if b"\0" in block:
            line = signs.lines + len(_LINE_END.findall(block[: block.index(b"\0")])) + (signs.last in b"\r\n")
            raise DataError(f"{label}, line {max(line, 1)}: there is a NUL byte, so it is no text. {_SAVE}")
        if fits and (pending or not block.isascii()):
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                fits = False
            else:
                pending = bool(decoder.getstate()[0])
        signs.add(block)
    return fits and not pending


def _wide(path: Path | InMemory, label: str, encoding: str) -> bytes:
    content = path.read_bytes()
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].decode(encoding, "ignore").count("\n") + 1
        raise _no_encoding(
            label, line, f"it begins with the mark of {ENCODING_NAMES[encoding]} but is not"
        ) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise DataError(f"{label}, line {line}: there is a NUL character, so it is no text. {_SAVE}")
    return text.encode("utf-8", "surrogatepass")


def _single_byte(path: Path | InMemory, label: str) -> str:
    encoding, number, broken = "latin-1", 0, 0
    mixed = False
    with path.open("rb") as stream:
        for chunk in stream:
            for line in _LINE_END.split(chunk.removesuffix(b"\n").removesuffix(b"\r")):
                number += 1
                if line.isascii():
                    continue
                broken = broken or (0 if _is_utf8(line) else number)
                mixed = mixed or bool(_UTF8_SEQUENCE.search(line))
                if found := _NOT_IN_CP1252.search(line):
                    raise _no_encoding(
                        label, number, f"the byte 0x{found[0][0]:02x} is neither UTF-8 nor Windows-1252 nor Latin-1"
                    )
                if _ONLY_IN_CP1252.search(line):
                    encoding = "cp1252"
    if mixed:
        raise _no_encoding(label, broken or 1, "it is not UTF-8, which other text of the file is")
    return encoding


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _first_broken_line(path: Path | InMemory) -> int:
    with path.open("rb") as stream:
        return next((number for number, line in enumerate(stream, 1) if not _is_utf8(line)), 1)


_SAVE = "Save the file as UTF-8 and retry."


def _no_encoding(label: str, line: int, why: str) -> DataError:
    return DataError(f"{label}, line {line}: the encoding of the text is not known: {why}. {_SAVE}")
