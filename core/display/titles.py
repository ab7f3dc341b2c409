"""Titles as people read them."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime

__all__ = [
    "ARTICLES",
    "TitleParts",
    "extract_year_from_title",
    "format_movie_title",
    "other_title",
    "plain_words",
    "short_title",
    "title_parts",
]

_YEAR = re.compile(r"\(\s*(\d{4})\s*(?:[-\u2013\u2014]\s*(?:\d{4}\s*)?)?\)")
_LONGEST_YEAR = 40
_LONGEST_GROUP = 300
_MOST_OTHERS = 5
_FIRST_YEAR = 1870
_YEARS_AHEAD = 10
_ARTICLE_WORDS = (
    "the a an le la les l' un une des der die das ein eine el los las una il lo gli i uno o os as um uma "
    "de het een den det ett en"
)
ARTICLES = frozenset(_ARTICLE_WORDS.split())
_WORD = re.compile(r"[^\W_]+")
_ALIAS_PREFIX = re.compile(r"^(?:a\.?k\.?a\.?|aka:?)\s+", re.IGNORECASE)
_NO_TITLE = re.compile(
    r"(?:part|vol|volume|chapter|episode|season|series)\b.*|[ivx\d]+|tv|3-?d|imax|short|extended.*|.*\bcut",
    re.IGNORECASE,
)
"""What stands in parentheses behind a name and belongs to it."""


@dataclass(frozen=True, slots=True)
class TitleParts:
    """A title taken apart, its articles in their place.

    Attributes
    ----------
    name : str
        Such as ``The Postman``.
    others : tuple of str
        The other names that stood in parentheses behind it, such as ``Il Postino``.
    year : str
        As written, with its parentheses; empty where there is none.
    """

    name: str
    others: tuple[str, ...]
    year: str


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


def title_parts(title: object) -> TitleParts:
    """Take a title apart: ``Postman, The (Postino, Il) (1994)`` is The Postman, also Il Postino, of 1994.

    Parameters
    ----------
    title : str or missing
        As MovieLens spells it; a missing one is ``Untitled``.
    """
    text = _as_text(title)
    if text is None:
        return TitleParts("Untitled", (), "")
    match = _year_at_end(text)
    name, year = (text[: match.start()].strip(), match.group(0)) if match else (text, "")
    others: list[str] = []
    while len(others) < _MOST_OTHERS and (start := _last_group(name)):
        inner = _ALIAS_PREFIX.sub("", name[start + 1 : -1].strip())
        if not inner or _NO_TITLE.fullmatch(inner):
            break
        others.insert(0, _with_article(inner))
        name = name[:start].strip()
    return TitleParts(_with_article(name), tuple(others), year)


def _last_group(name: str) -> int:
    """Return where the parenthesis opens that a name ends with, 0 where it ends with none or is nothing else."""
    if not name.endswith(")"):
        return 0
    depth = 0
    for place in range(len(name) - 1, max(-1, len(name) - _LONGEST_GROUP), -1):
        depth += (name[place] == ")") - (name[place] == "(")
        if depth == 0:
            return place
    return 0


def _with_article(name: str) -> str:
    if ", " not in name:
        return name
    rest, comma, article = name.rpartition(",")
    moved = article.strip()
    if comma and rest and not rest[-1].isspace() and article[:1].isspace() and moved.casefold() in ARTICLES:
        return f"{moved}{rest}" if moved.endswith("'") else f"{moved} {rest}"
    return name


def format_movie_title(title: object, include_year: bool = True) -> str:
    """Return a whole title with its articles in place, those of its other names too.

    ``Postman, The (Postino, Il) (1994)`` becomes ``The Postman (Il Postino) (1994)``.

    Parameters
    ----------
    title : str or missing
        A title as MovieLens spells it; a missing one becomes ``Untitled``.
    include_year : bool
        Keep the year in parentheses.
    """
    parts = title_parts(title)
    return _joined([parts.name, *(f"({other})" for other in parts.others)], parts.year, include_year)


def short_title(title: object, include_year: bool = True) -> str:
    """Return a title without its other names: ``The Postman (1994)``; what lists, sentences and charts say."""
    parts = title_parts(title)
    return _joined([parts.name], parts.year, include_year)


def other_title(title: object) -> str:
    """Return the first other name that says something else than the name; empty where there is none.

    ``Il Postino`` does beside ``The Postman``. ``Indiana Jones and the Raiders of the Lost Ark`` says again what
    ``Raiders of the Lost Ark`` says.
    """
    parts = title_parts(title)
    own = _said(parts.name)
    return next((other for other in parts.others if not (own <= (said := _said(other)) or said <= own)), "")


def _said(name: str) -> set[str]:
    words = set(plain_words(name).split())
    return words - ARTICLES or words


def _joined(parts: list[str], year: str, include_year: bool) -> str:
    shown = [part for part in parts if part]
    return " ".join([*shown, year] if include_year and year and shown else shown or [year])


def plain_words(text: str) -> str:
    """Return lower-case words without accents and punctuation, joined by single blanks.

    >>> plain_words("Amélie: WALL·E & Spider-Man's")
    'amelie wall e and spider mans'
    """
    plain = text.casefold()
    if not plain.isascii():
        # Compatibility forms may decompose into capitals and accents, and folding may bring accents back.
        decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", plain).casefold())
        plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    plain = plain.replace("&", " and ").replace("'", "").replace("\u2019", "")
    return " ".join(_WORD.findall(plain))
