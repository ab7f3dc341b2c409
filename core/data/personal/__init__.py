"""Readers of what people export elsewhere: one file a service, told by what is in a file, not by its name."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from core.data.archives import read_zip
from core.data.personal.criticker import CRITICKER
from core.data.personal.imdb import IMDB
from core.data.personal.letterboxd import IMPORT_FORM, LETTERBOXD
from core.data.personal.movielens import MOVIELENS
from core.data.personal.named_columns import COLUMNS, NAMED_COLUMNS
from core.data.personal.netflix import NETFLIX
from core.data.personal.own import OWN
from core.data.personal.rows import PersonalFilm, Reading, Record, Refused, Service, SetAside
from core.data.personal.simkl import SIMKL, SIMKL_JSON
from core.data.personal.trakt import TRAKT, TRAKT_JSON
from core.data.personal.tvtime import TV_TIME
from core.data.readers.memory import InMemory
from core.data.readers.table import Table, find_delimiter, open_table
from core.data.readers.text import survey
from core.errors import DataError

__all__ = ["MAX_BYTES", "MAX_ROWS", "PersonalFilm", "Reading", "Refused", "SetAside", "read_films"]

MAX_BYTES = 10 * 1024 * 1024
"""Of what is sent at once."""
MAX_ROWS = 50_000
_MAX_UNPACKED = 8 * MAX_BYTES
_TABLES = (LETTERBOXD, IMDB, TRAKT, SIMKL, CRITICKER, TV_TIME, NETFLIX, IMPORT_FORM, MOVIELENS)
_DOCUMENTS = (OWN, SIMKL_JSON, TRAKT_JSON)
_PATTERNS = ("*.csv", "*.tsv", "*.txt", "*.json")
_ASIDE = ("lists/", "deleted/", "orphaned/")
_LIST = b"Letterboxd list export"


class _UnknownFormError(DataError):
    """No service's files look so."""


def read_films(content: bytes, name: str = "upload") -> Reading:
    """Read an export: a table, a JSON document, or a zip of some.

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
    if reading.rows > MAX_ROWS:
        raise DataError(f"{name} has {reading.rows:,} rows, at most {MAX_ROWS:,} are read at once. Split it.")
    return reading


def _read_archive(reading: Reading, content: bytes, name: str) -> None:
    files = read_zip(content, name, _PATTERNS, _MAX_UNPACKED)
    # Of equal times the rating of a table of ratings counts.
    ordered = sorted(files.items(), key=lambda entry: ("ratings" not in entry[0], entry[0]))
    for known in (_TABLES, (NAMED_COLUMNS,)):
        over: list[str] = []
        for path, part in ordered:
            if path.startswith(_ASIDE) or any(f"/{folder}" in path for folder in _ASIDE):
                over.append(path)
                continue
            try:
                _read_file(reading, InMemory(path, part), known)
            except _UnknownFormError:
                over.append(path)
            except DataError as error:
                reading.notes.append(f"Not read: {error}")
        if reading.rows:
            break
    if over and reading.rows:
        reading.notes.append(f"Passed over, since they hold no ratings or films watched: {', '.join(over[:20])}.")
    if not reading.services:
        raise DataError(" ".join([f"{name} holds no table of films that is known.", *reading.notes, _remedy()]))


def _read_file(reading: Reading, file: InMemory, known: Sequence[Service]) -> None:
    if file.content.lstrip()[:1] in (b"[", b"{"):
        names, records = _document(file)
        known = _DOCUMENTS
    else:
        names, records = _table(file, reading.notes)
    service = next((one for one in known if one.fits(names)), None)
    if service is None:
        raise _UnknownFormError(f"{file.name} is no table of films that is known. {_remedy()}")
    if len(records) > MAX_ROWS:
        raise DataError(f"{file.name} has {len(records):,} rows, at most {MAX_ROWS:,} are read at once. Split it.")
    reading.add(service.read(records, file.name), file.name)
    if service.name not in reading.services:
        reading.services.append(service.name)


def _table(file: InMemory, notes: list[str]) -> tuple[frozenset[str], list[tuple[int, Record]]]:
    if file.content.lstrip(b"\xef\xbb\xbf").startswith(_LIST):
        raise _UnknownFormError(f"{file.name} is a list of Letterboxd, which says nothing of what was watched.")
    table: Table = open_table(file, find_delimiter(survey(file)))
    header = [name.casefold() for name in table.header]
    records: list[tuple[int, Record]] = [
        (line, dict(zip(header, fields, strict=True))) for line, fields in table.rows()
    ]
    notes += table.notes()
    return frozenset(header), records


def _document(file: InMemory) -> tuple[frozenset[str], list[tuple[int, Record]]]:
    try:
        found: Any = json.loads(file.content)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{file.name} begins like JSON and is none. Export it again.") from error
    lists = [found] if isinstance(found, list) else [part for part in found.values() if isinstance(part, list)]
    entries = [entry for part in lists for entry in part]
    records: list[tuple[int, Record]] = [
        (place, entry if isinstance(entry, Mapping) else {}) for place, entry in enumerate(entries, 1)
    ]
    return frozenset(key for _, record in records for key in record), records


def _remedy() -> str:
    named = ", ".join(spellings[0] for what, spellings in COLUMNS.items() if what in ("title", "imdb", "tmdb"))
    return (
        "Send what Letterboxd, IMDb, Trakt, MovieLens, Netflix, Simkl, Criticker or TV Time export, or a table whose "
        f"first line names its columns: one of {named}; year, rating (0.5 to 5) or rating10, date."
    )
