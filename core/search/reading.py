"""What a sentence such as "like Heat but funny, from the 90s, not too known" asks for, by rules.

From left to right the longest phrase is taken that is known: a film behind "like", years, words for genres,
popularity and age, then the data set's own tags. A negation holds for the next thing that is said, and on through
"or".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

from core.data.dataset import Dataset
from core.display.titles import plain_words, short_title
from core.search.phrases import FILLERS, LIKE, NEGATIONS, PHRASES
from core.search.titles import TitleIndex
from core.search.words import strip_article
from core.search.years import years_at
from core.views import PartKind, Reading, ReadPart

__all__ = ["LONGEST_SENTENCE", "read_sentence"]

LONGEST_SENTENCE = 300
"""Characters."""
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_LONGEST_TITLE, _LONGEST_TAG, _LONGEST_PHRASE = 10, 4, max(map(len, PHRASES))
_FEWEST_FILMS = 2
"""Films that must bear a tag before a word is taken for it."""
_ENDS = frozenset(
    [
        "but",
        "from",
        "with",
        "without",
        "and",
        "or",
        "not",
        "no",
        "in",
        "before",
        "after",
        "since",
        "between",
        "that",
        "which",
        "except",
    ]
)
"""A title that is written otherwise than the data set's ends before one of these."""
_TOLD = {
    ("popularity", False): "well known",
    ("popularity", True): "less known",
    ("recency", False): "newer",
    ("recency", True): "older",
    ("diversity", False): "mixed genres",
}


@dataclass
class _Reader:
    """The state of one reading."""

    dataset: Dataset
    titles: TitleIndex
    text: str
    words: list[str] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    parts: list[ReadPart] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    negated: int | None = None
    """Place of the negation that holds for what comes next."""
    any_genre: bool = False

    def __post_init__(self) -> None:
        for match in _WORD.finditer(self.text):
            for word in plain_words(match.group()).split():
                self.words.append(word)
                self.spans.append(match.span())

    def read(self) -> Reading:
        place = 0
        while place < len(self.words):
            taken = self._film(place) or self._years(place) or self._phrase(place) or self._tag(place)
            if not taken:
                word = self.words[place]
                if word in NEGATIONS:
                    self.negated = place
                elif word not in FILLERS:
                    self.unread.append(word)
                    self.negated = None
                taken = 1
            place += taken
        return Reading(self.text, self.parts, self.unread, self.any_genre)

    # --- the kinds of things ------------------------------------------------------------------------------

    def _film(self, place: int) -> int:
        cue = next((len(cue) for cue in LIKE if tuple(self.words[place : place + len(cue)]) == cue), 0)
        joins = 1 if self.words[place] in ("and", "or") and self.parts and self.parts[-1].kind == "film" else 0
        if joins and (self._known(place + 1) or self.spans[place - 1][1] != self.parts[-1].end):
            return 0
        if not (cue or joins) or (cue and self.negated is not None):
            return 0
        start = place + cue + joins
        found = self._named(start) or (self._resembling(start) if cue else None)
        if found is None:
            return 0
        item, length = found
        title = short_title(self.dataset.movies.title(item), include_year=False)
        movie = str(self.dataset.movies.source_id(item) or int(self.dataset.movies.ids[item]))
        return self._add("film", movie, f"like {title}", place, cue + joins + length)

    def _named(self, start: int) -> tuple[int, int] | None:
        """Return the most rated film of exactly the longest name that begins here, with its number of words."""
        for length in range(min(_LONGEST_TITLE, len(self.words) - start), 0, -1):
            movies = self.titles.called(strip_article(self.words[start : start + length]))
            if movies:
                return max(movies, key=lambda item: (int(self.dataset.movie_counts[item]), -item)), length
        return None

    def _resembling(self, start: int) -> tuple[int, int] | None:
        """Return the film that search finds for the words up to the next one that ends a title."""
        end = start
        while end < len(self.words) and self.words[end] not in _ENDS and not self._comma(end, start):
            end += 1
        if end == start:
            return None
        total, found = self.titles.search(" ".join(self.words[start:end]), limit=1)
        return (int(found[0]), end - start) if total else None

    def _comma(self, place: int, start: int) -> bool:
        return place > start and "," in self.text[self.spans[place - 1][1] : self.spans[place][0]]

    def _known(self, place: int) -> bool:
        """Return whether a word or phrase here is one of the vocabulary's."""
        return any(tuple(self.words[place : place + n]) in PHRASES for n in range(1, _LONGEST_PHRASE + 1))

    def _years(self, place: int) -> int:
        found = years_at(self.words, place)
        if found is None or self.negated is not None:
            return 0
        (low, high), length = found
        if low is None or high is None:
            told = f"from {low} on" if low else f"up to {high}"
        else:
            told = f"{low}" if low == high else f"{low} to {high}"
        return self._add("years", f"{low or ''}-{high or ''}", told, place, length)

    def _phrase(self, place: int) -> int:
        for length in range(min(_LONGEST_PHRASE, len(self.words) - place), 0, -1):
            phrase = PHRASES.get(tuple(self.words[place : place + length]))
            if phrase is None:
                continue
            if phrase.kind == "genre":
                if phrase.value not in self.dataset.movies.genre_names:
                    return 0
                self.any_genre |= self._either(place) and self.parts[-1].kind == "genre" and self.negated is None
                told = f"no {phrase.value}" if self.negated is not None else phrase.value
                return self._add("genre", phrase.value, told, place, length)
            value = phrase.value if self.negated is None else phrase.otherwise
            if not value:
                return 0
            return self._add(phrase.kind, value, _TOLD[phrase.kind, value.startswith("-")], place, length)
        return 0

    def _tag(self, place: int) -> int:
        movies = self.dataset.movies
        for length in range(min(_LONGEST_TAG, len(self.words) - place), 0, -1):
            words = self.words[place : place + length]
            if words[0] in FILLERS or words[-1] in FILLERS or words[0] in NEGATIONS:
                continue
            written = self.text[self.spans[place][0] : self.spans[place + length - 1][1]].lower()
            for tag in dict.fromkeys((written, " ".join(words), "-".join(words))):
                number = movies.tag_index(tag)
                if number is not None and np.count_nonzero(movies.tag_ids == number) >= _FEWEST_FILMS:
                    told = f"not “{tag}”" if self.negated is not None else f"“{tag}”"
                    return self._add("tag", tag, told, place, length)
        return 0

    def _add(self, kind: PartKind, value: str, told: str, place: int, length: int) -> int:
        first = place if self.negated is None else self.negated
        start, end = self.spans[first][0], self.spans[place + length - 1][1]
        self.parts.append(ReadPart(kind, value, told, self.negated is not None, start, end))
        after = place + length
        # "without horror or war": the negation goes on.
        goes_on = self.negated is not None and after < len(self.words) and self.words[after] in ("or", "nor")
        self.negated = after if goes_on else None
        return length + goes_on

    def _either(self, place: int) -> bool:
        return place > 0 and self.words[place - 1] == "or" and bool(self.parts)


def read_sentence(dataset: Dataset, titles: TitleIndex, text: str) -> Reading:
    """Return what a sentence asks for.

    Parameters
    ----------
    dataset : Dataset
    titles : TitleIndex
        Of the same data set.
    text : str
        What stands behind the first `LONGEST_SENTENCE` characters is not read.
    """
    return _Reader(dataset, titles, text[:LONGEST_SENTENCE]).read()
