"""How people name users and movies: by number, or by the source's own text where ids are text."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.conventions import MAX_ID
from core.data.movies import StringColumn
from core.errors import InvalidIdError

__all__ = ["position_of", "starting_with"]


def position_of(ids: NDArray[np.int64], sources: StringColumn | None, wanted: Any, what: str) -> int | None:
    """Return the dense index of a user or a movie, None where nobody has that id.

    Parameters
    ----------
    ids : ndarray of int64, ascending
    sources : StringColumn or None
        The source's text of every id, in the order in which `core.data.readers.ids.read_ids` numbers: whole numbers
        that kept their value first, then the others by their bytes.
    wanted : int or str
        A number, also numpy's or a whole one as a float; or text: the source's id where ids are text, else a number
        written out.
    what : str
        ``user`` or ``movie``.

    Raises
    ------
    InvalidIdError
        For what is neither; where ids are numbers, also for text that is none.
    """
    if isinstance(wanted, str):
        text = wanted.strip()
        if sources is not None and (found := _position_of_text(ids, sources, text)) is not None:
            return found
        if not (text.isascii() and text.isdigit() and len(text) <= len(str(MAX_ID))):
            if sources is not None:
                return None
            raise _invalid(what, repr(wanted[:60]))
        number = int(text)
    elif isinstance(wanted, int | np.integer) and not isinstance(wanted, bool):
        number = int(wanted)
    elif isinstance(wanted, float | np.floating) and float(wanted).is_integer():
        number = int(wanted)  # a column of ids in which one is missing is a column of floats
    else:
        raise _invalid(what, repr(wanted))
    if not 0 <= number <= MAX_ID:
        if sources is not None:
            return None
        raise _invalid(what, str(number))
    position = int(np.searchsorted(ids, number))
    return position if position < len(ids) and int(ids[position]) == number else None


def _invalid(what: str, shown: str) -> InvalidIdError:
    return InvalidIdError(f"{what}_id must be a whole number from 0 to {MAX_ID}, not {shown}.", f"{what}_id")


def starting_with(ids: NDArray[np.int64], sources: StringColumn, text: str, limit: int) -> list[int]:
    """Return the dense indices of at most `limit` ids whose text begins with `text`, in their order."""
    prefix = text.strip()
    exact = _position_of_text(ids, sources, prefix)
    found = [] if exact is None else [exact]
    start = _first_from(ids, sources, (True, 0, prefix.encode("utf-8", "replace")))
    for position in range(start, min(start + limit, len(sources))):
        if not sources[position].startswith(prefix):
            break
        found += [] if position == exact else [position]
    return found[:limit]


def _position_of_text(ids: NDArray[np.int64], sources: StringColumn, text: str) -> int | None:
    low = _first_from(ids, sources, _key(text))
    return low if low < len(sources) and sources[low] == text else None


def _first_from(ids: NDArray[np.int64], sources: StringColumn, wanted: tuple[bool, int, bytes]) -> int:
    low, high = 0, len(sources)
    while low < high:
        middle = (low + high) // 2
        if _key(sources[middle], int(ids[middle])) < wanted:
            low = middle + 1
        else:
            high = middle
    return low


def _key(text: str, number: int | None = None) -> tuple[bool, int, bytes]:
    kept = text == str(number) if number is not None else text.isascii() and text.isdigit() and _is_own(text)
    return (False, int(text), b"") if kept else (True, 0, text.encode("utf-8", "replace"))


def _is_own(text: str) -> bool:
    return (text == "0" or text[0] != "0") and len(text) <= 16 and int(text) <= MAX_ID
