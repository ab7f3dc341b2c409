"""One spelling for ids, ratings, times and genres, whatever the program that wrote them."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from core.data.conventions import GENRE_NAMES, MAX_ID, MAX_RATING, MIN_RATING, NO_GENRES
from core.errors import InvalidInputError

__all__ = [
    "MAX_TIME",
    "STARS",
    "Scale",
    "decimal",
    "is_date_like",
    "known_genre",
    "parse_scale",
    "seconds",
    "spelling_of_genres",
    "split_genres",
    "whole_number",
]

MAX_TIME = 2**32 - 1
"""The last second that is stored, in the year 2106."""

_PLAIN = re.compile(r"\+?(\d+)(?:\.0{1,2})?")
_EXPONENT = re.compile(r"(\d)(?:\.(\d+))?([eE])\+?(\d{1,2})")
# More would be no id, and converting thousands of digits is refused by Python itself.
_LONGEST_NUMBER = 60
# `%g` of C writes six digits: fewer behind the point are all that there were.
_MOST_CUT_DIGITS = 4
_LEAST_TIME_DIGITS = 6
_BY_COMMAS = re.compile(r"\d{1,3}(?:[,\u00a0\u202f' ]\d{3})+")
_BY_POINTS = re.compile(r"\d{1,3}(?:\.\d{3}){2,}")
_DECIMAL = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d{1,2})?")
_SCALE = re.compile(r"\s*([+-]?\d+(?:\.\d+)?)\s*(?:-|\u2013|\.\.|to|:)\s*([+-]?\d+(?:\.\d+)?)\s*")
_ZONE_NAME = re.compile(r"\s(?:UTC|GMT)$")
_BASIC_DATE = range(19_000_101, 21_001_232)
# Seconds beyond 2106 could be milliseconds of 1970: nobody rated films then, so they are no times at all.
_UNITS = ((1, 0), (1_000, 10**11), (1_000_000, 10**14), (1_000_000_000, 10**17))


def whole_number(text: str, largest: int = MAX_ID) -> int | None:
    """Return a whole number from 0 to `largest`, else None.

    ``10``, ``10.0``, ``1e3`` and thousands such as ``1,234`` and ``1.234.567`` are read. ``1.234`` and ``1.000`` are
    not: they may mean two things. Exponents are read where no digit can be missing: all are written, or the program
    is one that writes them in full (R: ``1e+05``). Spreadsheets cut ids to ``1.23457E+11``, which would make one of
    many.
    """
    if text.isdigit() and text.isascii():
        value = int(text) if len(text) <= 40 else largest + 1
    else:
        stripped = text.strip()
        if found := _PLAIN.fullmatch(stripped):
            value = int(found[1]) if found[1].isascii() and len(found[1]) <= 40 else largest + 1
        elif len(stripped) > _LONGEST_NUMBER:
            return None
        elif _BY_COMMAS.fullmatch(stripped) or _BY_POINTS.fullmatch(stripped):
            value = int("".join(char for char in stripped if char.isdigit()))
        elif found := _EXPONENT.fullmatch(stripped):
            written, power = found[2] or "", int(found[4])
            digits = written.rstrip("0")
            whole = len(written) >= power or (found[3] == "e" and len(written) <= _MOST_CUT_DIGITS)
            if len(digits) > power or not whole:
                return None
            value = int(found[1] + digits) * 10 ** (power - len(digits))
        else:
            return None
    return value if value <= largest else None


def decimal(text: str) -> float | None:
    """Return a number written with a decimal point or comma, else None."""
    stripped = text.strip()
    if not _DECIMAL.fullmatch(stripped) or not stripped.isascii():
        return None
    return float(stripped.replace(",", "."))


def seconds(text: str) -> int | None:
    """Return a time as whole seconds since 1970, else None.

    Seconds, milliseconds, microseconds and nanoseconds are told apart by their size; fractions are cut off. What a
    spreadsheet has cut to ``1.55933E+12`` is none.
    ISO 8601 dates and times without a zone are taken as UTC.
    """
    stripped = text.strip()
    if (found := _EXPONENT.fullmatch(stripped)) and len(found[2] or "") < min(int(found[4]), _LEAST_TIME_DIGITS):
        return None
    if stripped.isdigit() and stripped.isascii() and len(stripped) < 20:
        whole = int(stripped)
        if whole in _BASIC_DATE and (dated := _iso(stripped)) is not None:
            return dated
    else:
        number = decimal(stripped)
        if number is None:
            return _iso(stripped)
        if not 0 <= number < 1e19:
            return None
        whole = int(number)
    if whole <= MAX_TIME:
        return whole
    for unit, least in _UNITS[1:]:
        if least <= whole <= MAX_TIME * unit + unit - 1:
            return whole // unit
    return None


def is_date_like(times: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which numbers may be dates such as 20190501 rather than seconds."""
    return (times >= _BASIC_DATE.start) & (times < _BASIC_DATE.stop)


def _iso(text: str) -> int | None:
    try:
        moment = datetime.fromisoformat(_ZONE_NAME.sub("+00:00", text))
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    value = int(aware.timestamp())
    return value if 0 <= value <= MAX_TIME else None


# --- ratings ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scale:
    """The scale on which a source's ratings are given.

    Attributes
    ----------
    low, high : float
        ``low`` becomes half a star, ``high`` five, what lies between is mapped linearly.
    rounded : bool
        Whether to take the nearest half star (ties upwards); otherwise ratings must be half stars from 0.5 to 5.
    """

    low: float = MIN_RATING
    high: float = MAX_RATING
    rounded: bool = False

    def half_stars(self, ratings: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return half stars, 1 to 10, and which ratings the scale admits; both of the shape of `ratings`."""
        with np.errstate(invalid="ignore"):
            if not self.rounded:
                halves = ratings * 2
                nearest = np.rint(halves)
                halves -= nearest
                np.abs(halves, out=halves)
                good = halves < 1e-3
                good &= nearest >= 1
                good &= nearest <= 10
                return nearest, good
            good = (ratings >= self.low - 1e-9) & (ratings <= self.high + 1e-9)
            return np.floor(1.5 + 1e-9 + (ratings - self.low) * (9 / (self.high - self.low))), good

    def sentence(self) -> str:
        """Return the rule in words."""
        return (
            f"Ratings from {self.low:g} to {self.high:g} were mapped linearly to 0.5 to 5 stars, each to the nearest "
            "half star, ties upwards."
        )


STARS = Scale()
"""Half stars, as MovieLens gives them."""


def parse_scale(text: str) -> Scale:
    """Parse ``1-10`` or ``0 to 100``.

    Raises
    ------
    InvalidInputError
        For anything else, or where the second number is not the larger one.
    """
    found = _SCALE.fullmatch(text)
    if not found or float(found[1]) >= float(found[2]):
        raise InvalidInputError(f"--scale: {text!r} is no scale. Write the lowest and the highest rating: 1-10.")
    return Scale(float(found[1]), float(found[2]), rounded=True)


# --- genres -------------------------------------------------------------------------------------------------

_SEPARATOR = re.compile(r"[|,;]")
_NAMED = re.compile(r"""['"]name['"]\s*:\s*(?:"([^"]*)"|'([^']*)')""")


def _key(name: str) -> str:
    return "".join(char for char in name.casefold() if char not in " -_\t\u00a0\u2010\u2011")


_KNOWN = {_key(name): name for name in GENRE_NAMES} | {
    _key("Children's"): "Children",
    _key("Science Fiction"): "Sci-Fi",
    _key("unknown"): NO_GENRES,
    _key(NO_GENRES): NO_GENRES,
    "": NO_GENRES,
}


def split_genres(text: str) -> tuple[str, ...]:
    """Return the genres of a cell as they are spelt there: separated by bars, commas or semicolons.

    Lists of JSON and Python are read, too, also TMDb's of objects: ``[{'id': 18, 'name': 'Drama'}]``.
    """
    inner = text.strip()
    if inner.startswith("[{"):
        return tuple(
            name for found in _NAMED.finditer(inner) if (name := " ".join((found[1] or found[2] or "").split()))
        )
    if inner.startswith("[") and inner.endswith("]"):
        inner = inner[1:-1].replace("'", "").replace('"', "")
    return tuple(name for part in _SEPARATOR.split(inner) if (name := " ".join(part.split())))


def known_genre(name: str) -> str:
    """Return a genre by MovieLens' spelling, whatever its case, blanks and hyphens; others as they are."""
    stripped = " ".join(name.split())
    return _KNOWN.get(_key(stripped), stripped)


def spelling_of_genres(rows: Iterable[Iterable[str]]) -> Mapping[str, str]:
    """Return one spelling for every genre: MovieLens', else the most frequent one, of equals the first by name."""
    counts = Counter(name for row in rows for name in row)
    best: dict[str, str] = {}
    for name, _ in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])):
        best.setdefault(_key(name), known_genre(name))
    return {name: best[_key(name)] for name in counts}
