"""Small text tables read line by line, so that every fault has a line number."""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from core.errors import DataError

__all__ = ["csv_rows", "decode", "header_of", "split_rows", "whole_number"]


def decode(path: Path, label: str, encodings: Sequence[str] = ("utf-8-sig",)) -> str:
    """Return a text file's content in the first encoding that fits.

    Raises
    ------
    DataError
        When none fits; names the file, the line and the remedy. Also for an empty file.
    """
    content = path.read_bytes()
    if not content.strip():
        raise DataError(f"{label} is empty. Fetch or export it again.")
    first_error: UnicodeDecodeError | None = None
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError as error:
            first_error = first_error or error
    assert first_error is not None  # noqa: S101
    line = content.count(b"\n", 0, first_error.start) + 1
    raise DataError(
        f"{label}, line {line}: the text is not valid {encodings[0].removesuffix('-sig').upper()} "
        f"(byte 0x{content[first_error.start]:02x}). Save the file in that encoding and retry."
    ) from first_error


def header_of(path: Path) -> list[str]:
    """Return the fields of a CSV file's first line."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        return next(csv.reader([stream.readline()]), [])


def csv_rows(path: Path, label: str, header: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield line number and fields of a comma-separated file whose header must begin with `header`.

    Raises
    ------
    DataError
        For a wrong header, a line with too few fields, a broken encoding or an empty file.
    """
    reader = csv.reader(io.StringIO(decode(path, label), newline=""), strict=True)
    try:
        found = next(reader, [])
        if [name.strip() for name in found[: len(header)]] != list(header):
            raise DataError(
                f"{label}, line 1: the header is {','.join(found)!r}, expected {','.join(header)!r}. "
                "Use GroupLens' file, or import a table of your own with --columns."
            )
        for fields in reader:
            if not any(fields):
                continue
            if len(fields) < len(header):
                raise DataError(
                    f"{label}, line {reader.line_num}: {len(fields)} fields where {len(header)} are needed. "
                    "Quote titles that hold commas, or fetch the file again."
                )
            yield reader.line_num, fields
    except csv.Error as error:
        raise DataError(
            f"{label}, line {reader.line_num}: {error}. Check the quotation marks or fetch the file again."
        ) from error


def split_rows(text: str, label: str, delimiter: str, width: int) -> Iterator[tuple[int, list[str]]]:
    """Yield line number and fields of a file without quoting.

    Raises
    ------
    DataError
        For a line with too few fields.
    """
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.rstrip("\r")
        if not stripped:
            continue
        fields = stripped.split(delimiter)
        if len(fields) < width:
            raise DataError(
                f"{label}, line {number}: {len(fields)} fields where {width} are needed. "
                "The line is cut short or uses another delimiter: correct it or fetch the file again."
            )
        yield number, fields


def whole_number(text: str, label: str, line: int, what: str) -> int:
    """Return a whole number.

    Raises
    ------
    DataError
        For anything else; names the file, the line and the remedy.
    """
    try:
        return int(text)
    except ValueError as error:
        raise DataError(
            f"{label}, line {line}: the {what} {text!r} is not a whole number. Correct the line and retry."
        ) from error
