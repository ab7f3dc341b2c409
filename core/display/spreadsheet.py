"""Tables for spreadsheets: text stays text, and accents stay what they are."""

import csv
import io
from collections.abc import Iterable, Sequence

__all__ = ["csv_text"]

_BYTE_ORDER_MARK = "\ufeff"
_FORMULA_SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20"


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV with a header.

    It begins with a byte order mark, without which Excel takes UTF-8 for the system's code page. Text that a
    spreadsheet would run, since it begins like a formula (OWASP, CSV injection: with full-width signs, too, or with a
    control character), gets an apostrophe before it; numbers are left alone. None gives an empty cell.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([_safe(cell) if isinstance(cell, str) else cell for cell in row])
    return _BYTE_ORDER_MARK + text.getvalue()


def _safe(text: str) -> str:
    first = text.lstrip(" \u00a0\u3000\u200b\ufeff")[:1]
    risky = first in _FORMULA_SIGNS if first else False
    return f"'{text}" if risky or (text[:1] < " " and text) else text
