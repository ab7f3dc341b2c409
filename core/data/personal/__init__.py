"""Readers of what people export elsewhere: one file a service, told by what is in a file, not by its name."""

import json
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from core.data.archives import read_zip
from core.data.personal.criticker import CRITICKER, CRITICKER_XML
from core.data.personal.imdb import IMDB
from core.data.personal.letterboxd import IMPORT_FORM, LETTERBOXD
from core.data.personal.movielens import MOVIELENS
from core.data.personal.named_columns import COLUMNS, NAMED_COLUMNS
from core.data.personal.netflix import NETFLIX
from core.data.personal.own import OWN, OWN_COLUMNS, is_own
from core.data.personal.rows import PersonalFilm, Reading, Record, Refused, Service, SetAside
from core.data.personal.simkl import SIMKL, SIMKL_JSON
from core.data.personal.trakt import TRAKT, TRAKT_JSON
from core.data.personal.tvtime import TV_TIME
from core.data.personal.xml_rows import looks_like_xml, xml_rows
from core.data.readers.memory import InMemory
from core.data.readers.table import Table, find_delimiter, open_table
from core.data.readers.text import survey
from core.errors import DataError

__all__ = ["MAX_BYTES", "MAX_ROWS", "PersonalFilm", "Reading", "Refused", "SetAside", "read_films"]

MAX_BYTES = 10 * 1024 * 1024
"""Of what is sent at once."""
MAX_ROWS = 50_000
_MAX_UNPACKED = 8 * MAX_BYTES
_MAX_FILES = 2_000
_MAX_COLUMNS = 1_000
# Reviews may run over many lines, and entries of a document hold some ten values: beyond these nothing is an export,
# and reading it all would cost a hundred times the memory of what was sent.
_MAX_LINES = 10 * MAX_ROWS
_MAX_OBJECTS = 10 * MAX_ROWS
_MAX_VALUES = 40 * MAX_ROWS
_LONGEST_PATH = 200
_TABLES = (LETTERBOXD, IMDB, TRAKT, SIMKL, CRITICKER, TV_TIME, NETFLIX, IMPORT_FORM, MOVIELENS)
_DOCUMENTS = (OWN, SIMKL_JSON, TRAKT_JSON)
_PATTERNS = tuple(f"*.{end}" for kind in ("csv", "tsv", "txt", "json", "xml") for end in (kind, kind.upper()))
_ASIDE = ("lists/", "deleted/", "orphaned/")
_LIST = b"Letterboxd list export"


class _UnknownFormError(DataError):
    """No service's files look so."""


class _TooMuchError(DataError):
    """There is more than one person's films."""


def read_films(content: bytes, name: str = "upload") -> Reading:
    """Read an export: a table, a JSON or XML document, or a zip of some.

    Parameters
    ----------
    content : bytes
        At most `MAX_BYTES`; it stays in memory.
    name : str
        How messages call it. It decides nothing but which of Letterboxd's three equal tables one is.

    Returns
    -------
    Reading
        Every row of every file that holds films is read, set aside or refused. Files of an archive that hold none,
        or that cannot be read as tables, are named in the notes.

    Raises
    ------
    DataError
        When nothing in it is known or usable; names the line where there is one.
    """
    if len(content) > MAX_BYTES:
        raise DataError(f"{name} has more than {MAX_BYTES // 2**20} MB. Send its files one by one.")
    reading = Reading()
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        _read_archive(reading, content, name)
    else:
        _read_file(reading, InMemory(name, content), (*_TABLES, NAMED_COLUMNS))
    return reading


def _too_many(name: str) -> _TooMuchError:
    return _TooMuchError(f"{name} has more than {MAX_ROWS:,} rows, which is the most that is read at once. Split it.")


def _read_archive(reading: Reading, content: bytes, name: str) -> None:
    files = read_zip(content, name, _PATTERNS, _MAX_UNPACKED, _MAX_FILES)
    # Of equal times the rating of a table of ratings counts.
    ordered = sorted(files.items(), key=lambda entry: ("ratings" not in entry[0], entry[0]))
    for known in (_TABLES, (NAMED_COLUMNS,)):
        over: list[str] = []
        taken: list[str] = []
        for path, part in ordered:
            if path.startswith(_ASIDE) or any(f"/{folder}" in path for folder in _ASIDE):
                over.append(path)
                continue
            try:
                _read_file(reading, InMemory(path[-_LONGEST_PATH:], part), known)
                taken.append(path[-_LONGEST_PATH:])
            except _UnknownFormError:
                over.append(path)
            except _TooMuchError:
                raise
            except DataError as error:
                reading.notes.append(f"Not read: {error}")
            if reading.rows > MAX_ROWS:
                raise _too_many(name)
        if reading.rows:
            reading.notes += _twice(taken)
            break
    if over and reading.rows:
        shown = ", ".join(path[-_LONGEST_PATH:] for path in over[:20])
        reading.notes.append(f"Passed over, since they hold no ratings or films watched: {shown}.")
    if not reading.services:
        raise DataError(" ".join([f"{name} holds no table of films that is known.", *reading.notes, _remedy()]))


def _twice(paths: Sequence[str]) -> list[str]:
    """Return a note where tables of one name were read, as when two exports are in one archive."""
    named: dict[str, list[str]] = {}
    for path in paths:
        named.setdefault(path.rsplit("/", 1)[-1].casefold(), []).append(path)
    several = [path for group in named.values() if len(group) > 1 for path in group]
    if not several:
        return []
    return [
        f"Tables of one name were read together: {', '.join(several[:20])}. Of several ratings of a film the latest "
        "counts, of equal times the first. If they are not one person's, send them one by one."
    ]


def _read_file(reading: Reading, file: InMemory, known: Sequence[Service]) -> None:
    if file.content.lstrip()[:1] in (b"[", b"{"):
        names, records = _document(file)
        known = _DOCUMENTS
    elif looks_like_xml(file.content):
        root, records = xml_rows(file.content, file.name, MAX_ROWS, _MAX_OBJECTS)
        names, known = frozenset({root}), (CRITICKER_XML,)
    else:
        names, records = _table(file, reading.notes)
    service = next((one for one in known if one.fits(names)), None)
    if service is None:
        raise _UnknownFormError(f"{file.name} is no table of films that is known. {_remedy()}")
    reading.add(service.read(records, file.name), file.name)
    if service.name not in reading.services:
        reading.services.append(service.name)


def _table(file: InMemory, notes: list[str]) -> tuple[frozenset[str], list[tuple[int, Record]]]:
    if file.content.lstrip(b"\xef\xbb\xbf").startswith(_LIST):
        raise _UnknownFormError(f"{file.name} is a list of Letterboxd, which says nothing of what was watched.")
    text = survey(file)
    if text.lines > _MAX_LINES:
        raise _too_many(file.name)
    table: Table = open_table(file, find_delimiter(text))
    if table.width > _MAX_COLUMNS:
        raise DataError(f"{file.name}, line 1: it names {table.width:,} columns, as no export does. Drop some.")
    header = [name.casefold() for name in table.header]
    records: list[tuple[int, Record]] = [
        (line, dict(zip(header, fields, strict=True))) for line, fields in islice(table.rows(), MAX_ROWS + 1)
    ]
    if len(records) > MAX_ROWS:
        raise _too_many(file.name)
    notes += table.notes()
    return frozenset(header), records


def _document(file: InMemory) -> tuple[frozenset[str], list[tuple[int, Record]]]:
    objects = file.content.count(b"{") + file.content.count(b"[")
    if objects > _MAX_OBJECTS or file.content.count(b",") > _MAX_VALUES:
        raise _too_many(file.name)
    try:
        found: Any = json.loads(file.content)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{file.name} begins like JSON and is none. Export it again.") from error
    lists = [found] if isinstance(found, list) else [part for part in found.values() if isinstance(part, list)]
    if sum(map(len, lists)) > MAX_ROWS:
        raise _too_many(file.name)
    entries = [entry for part in lists for entry in part]
    records: list[tuple[int, Record]] = [
        (place, entry if isinstance(entry, Mapping) else {}) for place, entry in enumerate(entries, 1)
    ]
    return OWN_COLUMNS if is_own(found) else frozenset(key for _, record in records for key in record), records


def _remedy() -> str:
    named = ", ".join(spellings[0] for what, spellings in COLUMNS.items() if what in ("title", "imdb", "tmdb"))
    return (
        "Send what Letterboxd, IMDb, Trakt, MovieLens, Netflix, Simkl, Criticker or TV Time export, or a table whose "
        f"first line names its columns: one of {named}; year, rating (0.5 to 5) or rating10, date."
    )
