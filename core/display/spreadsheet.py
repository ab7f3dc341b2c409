"""Tables for spreadsheets: text stays text, and accents stay what they are."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence

__all__ = ["csv_text"]

_BYTE_ORDER_MARK = "\ufeff"
_FORMULA_SIGNS = "=+-@"


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV with a header.

    It begins with a byte order mark, without which Excel takes UTF-8 for the system's code page. Text that a
    spreadsheet would run, since it begins like a formula (OWASP, CSV injection: with full-width signs, too, or with a
    control character), gets an apostrophe before it; numbers are left alone. Control characters inside of text, which
    some programs take for the end of a cell, become blanks. None gives an empty cell.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([_safe(cell) if isinstance(cell, str) else cell for cell in row])
    return _BYTE_ORDER_MARK + text.getvalue()


def _safe(text: str) -> str:
    plain = "".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in text)
    # Blanks of all kinds and invisible characters do not keep a spreadsheet from reading on.
    seen = (sign for sign in text if unicodedata.category(sign)[0] not in "CZ")
    first = unicodedata.normalize("NFKC", next(seen, ""))
    risky = first in _FORMULA_SIGNS if first else False
    return f"'{plain}" if risky or unicodedata.category(text[0] if text else "a") == "Cc" else plain
