"""Titles as people read them."""

import re
from datetime import UTC, datetime

__all__ = ["extract_year_from_title", "format_movie_title"]

_YEAR = re.compile(r"\(\s*(\d{4})\s*(?:[-\u2013\u2014]\s*(?:\d{4}\s*)?)?\)")
_LONGEST_YEAR = 40
_FIRST_YEAR = 1870
_YEARS_AHEAD = 10
_ARTICLE_WORDS = (
    "the a an le la les l' un une des der die das ein eine el los las una il lo gli i uno o os as um uma "
    "de het een den det ett en"
)
_ARTICLES = frozenset(_ARTICLE_WORDS.split())


def _as_text(title: object) -> str | None:
    return title.strip() if isinstance(title, str) and title.strip() else None


def _year_at_end(text: str) -> re.Match[str] | None:
    """Return the year in parentheses at the end of a stripped title; of any title in the same short time."""
    start = text.rfind("(", -_LONGEST_YEAR)
    return _YEAR.fullmatch(text, start) if start >= 0 else None


def extract_year_from_title(title: object) -> int | None:
    """Return the year at the end of a title, or None.

    Parameters
    ----------
    title : str or missing
        Such as ``The Matrix (1999)``; of a span such as ``(2001–2003)`` the first year counts. Years before 1870,
        when there were no films, and more than ten years from now are none.
    """
    text = _as_text(title)
    match = _year_at_end(text) if text else None
    year = int(match.group(1)) if match else 0
    return year if _FIRST_YEAR <= year <= datetime.now(tz=UTC).year + _YEARS_AHEAD else None


def format_movie_title(title: object, include_year: bool = True) -> str:
    """Move a trailing article to the front: ``Matrix, The (1999)`` becomes ``The Matrix (1999)``.

    Parameters
    ----------
    title : str or missing
        A title as MovieLens spells it; a missing one becomes ``Untitled``.
    include_year : bool
        Keep the year in parentheses.
    """
    text = _as_text(title)
    if text is None:
        return "Untitled"
    match = _year_at_end(text)
    name, year = (text[: match.start()].strip(), match.group(0)) if match else (text, "")
    rest, comma, article = name.rpartition(",")
    moved = article.strip()
    if comma and rest and not rest[-1].isspace() and article[:1].isspace() and moved.casefold() in _ARTICLES:
        name = f"{moved}{rest}" if moved.endswith("'") else f"{moved} {rest}"
    return f"{name} {year}" if include_year and year and name else name or year
