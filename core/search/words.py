"""The words of titles, and the other ways in which people write them: numerals and initials."""

from __future__ import annotations

import re

from core.display.titles import ARTICLES, TitleParts, plain_words, title_parts

__all__ = [
    "STOP",
    "initials",
    "is_mark",
    "keys_of",
    "names_of",
    "numeral",
    "numerals",
    "strip_article",
    "title_keys",
    "with_plain_numbers",
]

_STOP_WORDS = "and of in on to for at by du von und et y e s i"
STOP = ARTICLES | frozenset(_STOP_WORDS.split())
"""Words that a title may have or lack."""
_ROMAN_WORDS = "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx"
_SPELT_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
)
_NUMERALS = {word: str(n) for words in (_ROMAN_WORDS, _SPELT_WORDS) for n, word in enumerate(words.split(), 1)}
_MARKS = frozenset(["part", "pt", "vol", "volume", "chapter", "episode", "ep"])
_SEGMENT = re.compile(r":\s+|\s+[-\u2013\u2014]\s+")
_FEWEST_INITIALS, _MOST_INITIALS = 3, 10


def strip_article(words: list[str]) -> list[str]:
    """Return words without an article at their beginning, unless it is all there is."""
    return words[1:] if len(words) > 1 and words[0] in ARTICLES else words


def title_keys(title: str) -> list[str]:
    """Return the names under which a movie may be sought: its title and the other titles in parentheses.

    They are normalised, without article and year.
    """
    return keys_of(names_of(title_parts(title))) if title.strip() else []


def names_of(parts: TitleParts) -> list[tuple[str, list[str]]]:
    """Return a title's names, each with its words; articles stand before them."""
    return [(name, plain_words(name).split()) for name in (parts.name, *parts.others)]


def keys_of(names: list[tuple[str, list[str]]]) -> list[str]:
    """Return `title_keys` of a title's names."""
    return list(dict.fromkeys(" ".join(strip_article(words)) for _, words in names if words))


def numerals(words: list[str]) -> list[str]:
    """Return the numbers that words stand for, in digits."""
    if _NUMERALS.keys().isdisjoint(words):
        return []
    return [number for place in range(len(words)) if (number := numeral(words, place))]


def numeral(words: list[str], place: int) -> str | None:
    """Return the number that a word stands for, in digits: ``ii`` and ``two`` are 2.

    A single letter is one behind another word only, and ``i`` only behind such as ``part``.
    """
    number = _NUMERALS.get(words[place])
    if number is None or (place == 0 and len(words[place]) == 1):
        return None
    return number if words[place] != "i" or words[place - 1] in _MARKS else None


def is_mark(words: list[str], place: int) -> bool:
    """Return whether a word only says that a number follows: ``part`` in ``part two``."""
    after = place + 1
    if words[place] not in _MARKS or after == len(words):
        return False
    return words[after].isdigit() or numeral(words, after) is not None


def with_plain_numbers(words: list[str]) -> str:
    """Return a name with its numbers in digits: ``godfather part ii`` and ``godfather two`` are ``godfather 2``."""
    if _NUMERALS.keys().isdisjoint(words) and _MARKS.isdisjoint(words):
        return " ".join(words)
    places = [place for place in range(len(words)) if not is_mark(words, place)]
    return " ".join(numeral(words, place) or words[place] for place in places)


def initials(names: list[tuple[str, list[str]]]) -> set[str]:
    """Return the initials of a title's names and of what stands before and after a colon in them.

    With and without an article at the beginning, numbers as they are.

    >>> sorted(initials(names_of(title_parts("Lord of the Rings: The Two Towers, The (2002)"))))
    ['lotr', 'lotrttt', 'tlotr', 'tlotrttt', 'ttt']
    """
    found = set()
    for name, words in names:
        segments = _SEGMENT.split(name) if ": " in name or " - " in name or "\u2013" in name else ()
        for part in (words, *(plain_words(segment).split() for segment in segments)):
            if not 2 <= len(part) <= _MOST_INITIALS:
                continue
            letters = "".join([word if word.isdigit() else word[0] for word in part])
            found.add(letters)
            if part[0] in ARTICLES:
                found.add(letters[1:])
    return {text for text in found if len(text) >= _FEWEST_INITIALS or text[-1:].isdigit()}
