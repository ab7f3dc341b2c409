"""Ids of users and movies: whole numbers as they are, text under numbers of its own."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from core.data.conventions import MAX_ID
from core.data.readers.values import whole_number

__all__ = ["Ids", "id_fault", "read_ids", "short"]

MAX_TEXT = 200
"""Characters of a text id."""
# A number that is no id as it stands: a fraction, digits that a spreadsheet has cut, thousands that may be decimals.
_NO_WHOLE_NUMBER = re.compile(r"[+-]?\d+(?:(?:[.,]\d+)+[.,]?(?:[eE][+-]?\d+)?|[.,]|[eE][+-]?\d+)")


@dataclass(frozen=True)
class Ids:
    """What the ids of one column are.

    Attributes
    ----------
    numbers : dict of str to int, or None
        The number of every text id; None where ids are whole numbers from 0 to `MAX_ID`.
    """

    numbers: dict[str, int] | None = None

    def number(self, text: str) -> int | None:
        """Return the number of an id, None where it is no id of this column."""
        if self.numbers is None:
            return whole_number(text)
        return self.numbers.get(text.strip())

    def names(self) -> dict[int, str] | None:
        """Return the text of every number, or None where ids are whole numbers."""
        return None if self.numbers is None else {number: text for text, number in self.numbers.items()}


def read_ids(texts: Collection[str], as_text: bool = False) -> Ids:
    """Decide what the ids of a column are.

    Parameters
    ----------
    texts : collection of str
        The distinct ids.
    as_text : bool
        Take them as text, whatever they look like.

    Returns
    -------
    Ids
        Text when more than half of them are not whole numbers from 0 to `MAX_ID`: single ones that are not are
        faults of a numeric column, `id_fault` says which, and so are fractions and cut numbers (``1.23457E+11``)
        however many there are. Numbers of text ids are 1, 2, 3 ... in the order of their
        UTF-8 bytes; a text that is a whole number keeps it, and the others then go on after the largest of those,
        so that no number stands for two ids.
    """
    stripped = {text.strip() for text in texts} - {""}
    strange = sum(whole_number(text) is None and not _is_broken(text) for text in stripped)
    if not as_text and strange * 2 <= len(stripped):
        return Ids()
    # A number near the end of the range would leave no room behind it.
    own = {text: int(text) for text in stripped if _is_canonical(text) and int(text) <= MAX_ID - len(stripped)}
    others = sorted((text for text in stripped if text not in own), key=lambda text: text.encode("utf-8", "replace"))
    first = max(own.values(), default=0) + 1
    return Ids(own | {text: first + position for position, text in enumerate(others)})


def id_fault(what: str, text: str, ids: Ids) -> str:
    """Return what is wrong with an id, a ``user id`` or a ``movie id``, as a sentence; empty where nothing is."""
    if not text.strip():
        return f"the {what} is blank. Correct the line and retry."
    if ids.numbers is not None:
        if len(text) > MAX_TEXT:
            return f"the {what} has more than {MAX_TEXT} characters. Choose another column."
        return ""
    if whole_number(text) is not None:
        return ""
    if "E+" in text.upper() and _is_broken(text.strip()):
        return (
            f"the {what} {short(text.strip())} has lost digits, as spreadsheets cut long numbers: what are several "
            "would become one. Export the column as text or with all digits and retry."
        )
    digits = text.strip().lstrip("+-").replace(".", "", 1)
    if digits.isdigit() and whole_number(digits, 10**40) is not None and "." not in text:
        return (
            f"the {what} {short(text.strip())} is not within 0 and {MAX_ID}. "
            f"Number the {what.split(maxsplit=1)[0]}s from 1, or keep all ids as text with --text-ids."
        )
    return (
        f"the {what} {short(text)!r} is not a whole number. "
        f"Number the {what.split(maxsplit=1)[0]}s from 1, or keep all ids as text with --text-ids."
    )


def _is_canonical(text: str) -> bool:
    return text.isascii() and text.isdigit() and str(int(text[:20])) == text and int(text) <= MAX_ID


def _is_broken(text: str) -> bool:
    return len(text) <= MAX_TEXT and bool(_NO_WHOLE_NUMBER.fullmatch(text))


def short(text: str) -> str:
    """Return a cell for a message: its beginning where it is long."""
    return text if len(text) <= 60 else f"{text[:57]}..."
