"""One way to split any text table into rows: counted, and with a line number for whatever cannot be read."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import Literal

from core.data.readers.memory import InMemory
from core.data.readers.text import ENCODING_NAMES, TextFile, survey
from core.errors import DataError

__all__ = ["DELIMITERS", "Quoting", "Table", "find_delimiter", "first_row", "open_table"]

Quoting = Literal["marks", "escapes", "none"]
DELIMITERS = (",", ";", "\t", "|")
_LINE_END = re.compile(r"\r\n|\r|\n")
_ESCAPE = re.compile(r"\\(.?)", re.DOTALL)
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", "::": "double colon"}


@dataclass(frozen=True)
class Table:
    """A text table whose form is known.

    Attributes
    ----------
    text : TextFile
    delimiter : str
    quoting : {"marks", "escapes", "none"}
        ``marks``: fields may stand in quotation marks, doubled inside; a mark within an unquoted field is a
        character like any other. ``escapes``: backslashes escape, too. ``none``: nothing but delimiters counts.
    header : tuple of str
        Empty where the first line is data.
    width : int
        Number of fields of every row.
    joined : int or None
        The column that may hold the delimiter unquoted, where there is one: what is too much belongs to it.
    """

    text: TextFile
    delimiter: str
    quoting: Quoting
    header: tuple[str, ...]
    width: int
    joined: int | None = None

    @property
    def label(self) -> str:
        """The file's name for messages."""
        return self.text.label

    def rows(self, *, suspicious: bool = False) -> Iterator[tuple[int, list[str]]]:
        """Yield the first line's number and the fields of every row; blank lines and the header are left out.

        Parameters
        ----------
        suspicious : bool
            Let fields of several lines pass that look as if they had swallowed rows.

        Raises
        ------
        DataError
            For the first line that is no row of the table: quotation marks that do not fit, too many or too few
            fields, a field of more than 131,072 characters.
        """
        width, skip = self.width, 1 if self.header else 0
        with self.text.open() as stream:
            for line, fields in self._split(stream, suspicious):
                if skip:
                    skip = 0
                elif len(fields) == width:
                    if not any(fields[:1]) and not "".join(fields).strip():
                        continue
                    yield line, fields
                elif "".join(fields).strip():
                    yield line, self._fitted(line, fields)

    def column(self, name: str) -> int:
        """Return the number of a column of the header.

        Raises
        ------
        DataError
            When there is none or several.
        """
        count = self.header.count(name)
        if count > 1:
            raise self.fault(1, f"there are {count} columns {name!r}. Rename all but one and retry.")
        if not count:
            raise self.fault(
                1, f"there is no column {name!r}, only {', '.join(self.header)}. Name another column and retry."
            )
        return self.header.index(name)

    def notes(self) -> list[str]:
        """Return what was taken for granted, in sentences; empty for plain UTF-8."""
        found = []
        if self.text.encoding not in ("utf-8", "utf-8-sig"):
            found.append(f"{self.label} was read as {ENCODING_NAMES[self.text.encoding]}.")
        if self.quoting == "escapes":
            found.append(f"{self.label}: backslashes were read as escapes.")
        if self.quoting == "none" and self.delimiter == "\t" and self.text.quotes:
            found.append(f"{self.label}: quotation marks were taken as they stand.")
        return found

    def fault(self, line: int, what: str) -> DataError:
        """Return the error that names a line."""
        return DataError(f"{self.label}, line {line}: {what}")

    def _fitted(self, line: int, fields: list[str]) -> list[str]:
        surplus = len(fields) - self.width
        if surplus > 0 and self.joined is not None:
            at = self.joined
            return [*fields[:at], self.delimiter.join(fields[at : at + surplus + 1]), *fields[at + surplus + 1 :]]
        sign = _NAMES[self.delimiter]
        if surplus > 0:
            cure = "put it in quotation marks" if self.quoting != "none" else "take it out"
            what = (
                f"{len(fields)} fields where {self.width} are expected. A field holds a {sign} of its own ({cure}), "
                "or two lines have run together: correct the line and retry."
            )
        else:
            what = (
                f"{len(fields)} fields where {self.width} are expected. The line is cut short or uses another "
                f"delimiter than the {sign}: correct it or fetch the file again."
            )
        raise self.fault(line, what)

    def _split(self, stream: Iterable[str], suspicious: bool) -> Iterator[tuple[int, list[str]]]:
        if self.quoting == "none":
            delimiter = self.delimiter
            for line, text in enumerate(stream, 1):
                yield line, text.rstrip("\r\n").split(delimiter)
            return
        escape = "\\" if self.quoting == "escapes" else None
        reader = csv.reader(stream, delimiter=self.delimiter, strict=True, escapechar=escape)
        first = 1
        try:
            for fields in reader:
                line, first = first, reader.line_num + 1
                if first > line + 1 and not suspicious:
                    self._check_lines(line, fields)
                yield line, fields
        except csv.Error as error:
            raise self.fault(first, _quoting_fault(str(error), reader.line_num > first)) from error

    def _check_lines(self, line: int, fields: Sequence[str]) -> None:
        """Refuse a field of several lines that has swallowed rows: its mark was opened by mistake."""
        for position, field in enumerate(fields):
            pieces = _LINE_END.split(field)[1:]
            for number, piece in enumerate(pieces, 1):
                after = len(fields) - position - 1 if number == len(pieces) else 0
                if self.width > 1 and piece.count(self.delimiter) + 1 + after == self.width:
                    raise self.fault(
                        line,
                        "a quotation mark opens a field that runs on over other rows. "
                        "Close it, or double it where it belongs to the text.",
                    )


def open_table(
    path: Path | InMemory,
    delimiter: str,
    *,
    header: bool = True,
    width: int | None = None,
    quoted: bool = True,
    joined: int | None = None,
    standard: bool = False,
    label: str = "",
) -> Table:
    """Look through a file and find out how it is quoted.

    Parameters
    ----------
    path : Path or InMemory
    delimiter : str
    header : bool
        Whether the first line names the columns; `width` is its length then.
    width : int, optional
        Number of fields; needed where there is no header.
    quoted : bool
        False for forms that know no quotation marks, such as MovieLens' double colons.
    joined : int, optional
        See `Table`.
    standard : bool
        True for forms that are quoted as RFC 4180 says: a backslash is no escape where the rows fit without.

    Raises
    ------
    DataError
        For an empty file, an unknown encoding, or quotation marks that fit no dialect; names the line.

    Notes
    -----
    Backslashes are escapes when the rows fit only so. Where they fit both ways with different fields, and each
    backslash stands before a character that would call for one, or a field holds what may be rows where backslashes
    stand for themselves, the table is refused. A tab-separated file whose marks fit no dialect but whose lines all
    have the right number of fields knows no quoting. Where lines may be rows or parts of a field, the table is
    refused. Everything else must be quoted as RFC 4180 says.
    """
    text = survey(path, label)
    if header:
        names = tuple(name.strip() for name in first_row(text, delimiter, quoted=quoted))
        if not any(names):
            raise DataError(f"{text.label}, line 1: it is blank where the columns are named. Take it out and retry.")
        table = Table(text, delimiter, "marks" if quoted else "none", names, len(names), joined)
    else:
        table = Table(text, delimiter, "marks" if quoted else "none", (), width or 1, joined)
    return _with_quoting(table, standard) if quoted else table


def first_row(text: TextFile, delimiter: str, *, quoted: bool = True) -> list[str]:
    """Return the fields of a file's first line."""
    with text.open() as stream:
        line = stream.readline().rstrip("\r\n")
    if not quoted:
        return line.split(delimiter)
    try:
        return next(csv.reader([line], delimiter=delimiter), [""])
    except csv.Error as error:
        raise DataError(
            f"{text.label}, line 1: the header cannot be read. Check its quotation marks and its length."
        ) from error


def find_delimiter(text: TextFile, wanted: Iterable[str] = ()) -> str:
    """Return the delimiter of a file with a header: the one by which all wanted columns are there, else the most
    frequent one."""
    names = set(wanted)

    def fitness(delimiter: str) -> tuple[bool, int]:
        found = [name.strip() for name in first_row(text, delimiter)]
        return bool(names) and names <= set(found), len(found)

    return max(DELIMITERS, key=fitness)


def _with_quoting(table: Table, standard: bool) -> Table:
    text = table.text
    tries = [table]
    if text.backslashes:
        tries.append(replace(table, quoting="escapes"))
    if text.quotes and table.delimiter == "\t":
        tries.append(replace(table, quoting="none"))
    if len(tries) == 1:
        return table
    fitting = [one for one in tries if _fits(one)]
    escapes = text.backslashes and not standard
    if escapes and (table not in fitting or _escaped(text) <= {'"', "\\", "\r", "\n", table.delimiter}):
        # A field that looks as if it had swallowed rows may be just that in the other reading.
        both = [one for one in tries[:2] if _fits(one, suspicious=True)]
        if len(both) > 1:
            _check_alike(*both)
    undecided = not fitting or (fitting[0].quoting == "none" and _fits(table, suspicious=True))
    return table if undecided else fitting[0]


def _check_alike(marks: Table, escapes: Table) -> None:
    last = (marks.text.lines, None)
    pairs = zip_longest(marks.rows(suspicious=True), escapes.rows(suspicious=True), fillvalue=last)
    for (line, first), (_, second) in pairs:
        if first != second:
            raise marks.fault(
                line,
                "a backslash may escape what follows it or stand for itself. Write the table without escapes, with "
                "quotation marks doubled, and retry.",
            )


def _fits(table: Table, *, suspicious: bool = False) -> bool:
    try:
        for _ in table.rows(suspicious=suspicious):
            pass
    except DataError:
        return False
    return True


def _escaped(text: TextFile) -> set[str]:
    """Return the characters that stand after backslashes."""
    with text.open() as stream:
        return {found[1] for line in stream if "\\" in line for found in _ESCAPE.finditer(line)}


def _quoting_fault(reason: str, several_lines: bool) -> str:
    if "field larger" in reason and not several_lines:
        return "a field has more than 131,072 characters. Shorten it and retry."
    if "expected after" in reason:
        return (
            "a quotation mark closes a field and text follows. Double the quotation marks inside a field, "
            "or take the first one out."
        )
    return "a quotation mark opens a field that is never closed. Close it, or double it where it belongs to the text."
