"""Titles as people read them."""

import re

__all__ = ["extract_year_from_title", "format_movie_title"]

_YEAR = re.compile(r"\(\s*(\d{4})\s*(?:[-\u2013\u2014]\s*(?:\d{4})?\s*)?\)\s*$")
_ARTICLES = (
    "The|A|An|Le|La|Les|L'|Un|Une|Des|Der|Die|Das|Ein|Eine|El|Los|Las|Una|Il|Lo|Gli|I|Uno|O|Os|As|Um|Uma|"
    "De|Het|Een|Den|Det|Ett|En"
)
_TRAILING_ARTICLE = re.compile(rf"^(?P<rest>.*\S),\s+(?P<article>{_ARTICLES})$", re.IGNORECASE)


def _as_text(title: object) -> str | None:
    return title.strip() if isinstance(title, str) and title.strip() else None


def extract_year_from_title(title: object) -> int | None:
    """Return the year at the end of a title, or None.

    Parameters
    ----------
    title : str or missing
        Such as ``The Matrix (1999)``; of a span such as ``(2001–2003)`` the first year counts.
    """
    text = _as_text(title)
    match = _YEAR.search(text) if text else None
    return int(match.group(1)) if match else None


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
    match = _YEAR.search(text)
    name, year = (text[: match.start()].strip(), match.group(0).strip()) if match else (text, "")
    moved = _TRAILING_ARTICLE.match(name)
    if moved:
        article, rest = moved["article"], moved["rest"]
        name = f"{article}{rest}" if article.endswith("'") else f"{article} {rest}"
    return f"{name} {year}" if include_year and year and name else name or year
