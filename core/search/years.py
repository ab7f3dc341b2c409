"""Years as people say them: "the 90s", "before 1980", "between 1990 and 1999"."""

from __future__ import annotations

import re

__all__ = ["years_at"]

Span = tuple[int | None, int | None]

_DECADE_WORDS = ["twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties", "nineties"]
_DECADES = {word: 1920 + 10 * number for number, word in enumerate(_DECADE_WORDS)}
_DECADE = re.compile(r"((?:18|19|20)?\d)0s")
_CENTURY_TURN = 30
"""Decades of two digits below it are of this century: the 20s are the 2020s."""
_PAIRED = {"older": "before", "earlier": "before", "newer": "after", "later": "after"}


def years_at(words: list[str], place: int) -> tuple[Span, int] | None:
    """Return the first and last year that words say, None for an open end, and how many words say it."""
    start = place
    if words[start] in ("from", "in", "of", "the", "between") and start + 1 < len(words):
        start += 1 + (words[start + 1] == "the" and start + 2 < len(words))
    first = _years(words, start)
    if first is not None:
        after = start + 1
        low, high = first
        joined = after + (words[after : after + 1] in (["to"], ["and"], ["or"], ["till"], ["until"]))
        second = _years(words, joined) if joined < len(words) else None
        if second is not None and second[0] >= low:
            return (low, second[1]), joined + 1 - place
        on = words[after : after + 1] in (["on"], ["onwards"], ["onward"]) or words[after : after + 2] == [
            "or",
            "later",
        ]
        if on:
            return (low, None), after + 1 + (words[after] == "or") - place
        return (low, high), after - place
    word = words[place]
    cue = _PAIRED.get(word, word)
    skipped = place + 1 + (word in _PAIRED and words[place + 1 : place + 2] == ["than"])
    skipped += words[skipped : skipped + 1] == ["the"]
    named = _years(words, skipped) if skipped < len(words) else None
    if named is None:
        return None
    length = skipped + 1 - place
    if cue in ("before", "until", "till"):
        return (None, named[0] - 1 if cue == "before" else named[1]), length
    return ((named[1] + 1 if cue == "after" else named[0], None), length) if cue in ("after", "since") else None


def _years(words: list[str], place: int) -> tuple[int, int] | None:
    """Return the first and last year that one word says."""
    word = words[place]
    if word in _DECADES:
        return _DECADES[word], _DECADES[word] + 9
    if match := _DECADE.fullmatch(word):
        tens = int(match[1])
        first = 10 * tens if tens > 9 else (2000 if 10 * tens < _CENTURY_TURN else 1900) + 10 * tens
        return first, first + 9
    return (int(word), int(word)) if len(word) == 4 and word.isdigit() and 1870 <= int(word) <= 2100 else None
