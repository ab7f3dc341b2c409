"""What a sentence such as "like Heat but funny, from the 90s, not too known" asks for, by rules.

From left to right the longest phrase is taken that is known: a film behind "like", years, words for genres,
popularity and age, then the data set's own tags. A negation holds for the next thing that is said, and on through
"or"; behind such as "without" through "and", too. Behind one a film may be named without "like", too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

from core.data.dataset import Dataset
from core.display.titles import plain_words, short_title
from core.search.negations import NEGATION_WORDS, negation_at
from core.search.phrases import FILLERS, LIKE, PHRASES, UNLIKE
from core.search.titles import TitleIndex
from core.search.words import strip_article
from core.search.years import years_at
from core.views import PartKind, Reading, ReadPart

__all__ = ["LONGEST_SENTENCE", "most_alike", "read_sentence"]

LONGEST_SENTENCE = 300
"""Characters."""
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_LONGEST_TITLE, _LONGEST_TAG, _LONGEST_PHRASE = 10, 4, max(map(len, PHRASES))
_FEWEST_FILMS = 2
"""Films that must bear a tag before a word is taken for it."""
_MOST_ALIKE, _SHARE_ALIKE = 50, 20
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
    lasting: bool = False
    """Whether it holds on through "and"."""
    any_genre: bool = False

    def __post_init__(self) -> None:
        for match in _WORD.finditer(self.text):
            for word in plain_words(match.group()).split():
                self.words.append(word)
                self.spans.append(match.span())

    def read(self) -> Reading:
        place = 0
        while place < len(self.words):
            place += self._thing(place) or self._negation(place) or self._word(place)
        return Reading(self.text, self.parts, self.unread, self.any_genre)

    def _thing(self, place: int) -> int:
        return self._film(place) or self._years(place) or self._phrase(place) or self._tag(place)

    def _negation(self, place: int) -> int:
        found = negation_at(self.words, place)
        if found is None:
            return 0
        negates, self.lasting, length = found
        self.negated = place if negates else None
        return length

    def _word(self, place: int) -> int:
        if self.words[place] not in FILLERS:
            self.unread.append(self.words[place])
            self.negated = None
        return 1

    # --- the kinds of things ------------------------------------------------------------------------------

    def _film(self, place: int) -> int:
        cue = next((cue for cue in LIKE if tuple(self.words[place : place + len(cue)]) == cue), ())
        before = self.parts[-1] if self.parts and self.parts[-1].kind == "film" else None
        joins = not cue and before is not None and self.words[place] in ("and", "or")
        if joins and (self._phrase_length(place + 1) or self.spans[place - 1][1] != self.parts[-1].end):
            return 0
        start = place + len(cue) + joins
        if cue or joins:
            found = self._named(start) or (self._resembling(start) if cue else None)
        else:
            found = self._denied(start) if self.negated is not None else None
        if found is None:
            return 0
        item, length = found
        without = (self.negated is not None) != (cue == UNLIKE) or (joins and before is not None and before.without)
        title = short_title(self.dataset.movies.title(item), include_year=False)
        told = f"without {title} and the {most_alike(self.dataset)} most like it" if without else f"like {title}"
        movie = str(self.dataset.movies.source_id(item) or int(self.dataset.movies.ids[item]))
        return self._add("film", movie, told, place, start - place + length, without=without)

    def _denied(self, start: int) -> tuple[int, int] | None:
        """Return the film that is named right behind a negation: "like Heat, not Die Hard".

        A name of one word has to begin with a capital letter, and no word that says as much may begin here: behind a
        film another one is meant, though its name is a tag, too.
        """
        found = self._named(start)
        if found is None or (found[1] == 1 and not self._capital(start)):
            return None
        beside = self._capital(start) and self.parts != [] and self.parts[-1].kind == "film"
        tag = self._tag_at(start)[1] - beside
        return found if found[1] > max(self._phrase_length(start), tag) else None

    def _named(self, start: int) -> tuple[int, int] | None:
        """Return the most rated film of exactly the longest name that begins here, with its number of words."""
        for length in range(min(_LONGEST_TITLE, len(self.words) - start), 0, -1):
            movies = self.titles.called(strip_article(self.words[start : start + length]))
            if movies and (self._capital(start) or length > self._phrase_length(start)):
                return max(movies, key=lambda item: (int(self.dataset.movie_counts[item]), -item)), length
        return None

    def _resembling(self, start: int) -> tuple[int, int] | None:
        """Return the film that search finds for the words up to the next one that ends a title."""
        end = start
        while end < len(self.words) and self.words[end] not in _ENDS and not self._comma(end, start):
            end += 1
        if self._sayings(start, end):
            return None
        total, found = self.titles.search(" ".join(self.words[start:end]), limit=1)
        return (int(found[0]), end - start) if total else None

    def _comma(self, place: int, start: int) -> bool:
        return place > start and "," in self.text[self.spans[place - 1][1] : self.spans[place][0]]

    def _sayings(self, start: int, end: int) -> bool:
        """Return whether these words say something else than a title: "I would like a dark comedy"."""
        while start < end:
            known = self._phrase_length(start) or self._tag_at(start)[1] or self.words[start] in FILLERS
            if not known:
                return False
            start += known
        return True

    def _capital(self, place: int) -> bool:
        return self.text[self.spans[place][0]].isupper()

    def _phrase_length(self, place: int) -> int:
        """Return the number of words of the longest phrase of the vocabulary that begins here."""
        lengths = range(min(_LONGEST_PHRASE, len(self.words) - place), 0, -1)
        return next((n for n in lengths if tuple(self.words[place : place + n]) in PHRASES), 0)

    def _years(self, place: int) -> int:
        found = years_at(self.words, place)
        if found is None:
            return 0
        (low, high), length = found
        without = self.negated is not None
        if without and (low is None or high is None):
            # What is not before a year is from it on.
            low, high = (None, low - 1) if low is not None else (high and high + 1, None)
            without = False
        if low is None or high is None:
            told = f"from {low} on" if low else f"up to {high}"
        else:
            told = f"{low}" if low == high else f"{low} to {high}"
        told = f"not {told}" if without else told
        return self._add("years", f"{low or ''}-{high or ''}", told, place, length, without=without)

    def _phrase(self, place: int) -> int:
        length = self._phrase_length(place)
        phrase = PHRASES.get(tuple(self.words[place : place + length]))
        if phrase is None:
            return 0
        if phrase.kind == "genre":
            if phrase.value not in self.dataset.movies.genre_names:
                return 0
            self.any_genre |= self._either(place) and self.parts[-1].kind == "genre" and self.negated is None
            told = f"no {phrase.value}" if self.negated is not None else phrase.value
            more = self._specified(place + length) if self.negated is not None else 0
            return self._add("genre", phrase.value, told, place, length + more)
        value = phrase.value if self.negated is None else phrase.otherwise
        if not value:
            return 0
        return self._add(phrase.kind, value, _TOLD[phrase.kind, value.startswith("-")], place, length)

    def _specified(self, place: int) -> int:
        """Return how many words name the genre of which only some are refused: "no romantic comedies"."""
        start = place
        while place < len(self.words) and not self._comma(place, 0) and (length := self._phrase_length(place)):
            if PHRASES[tuple(self.words[place : place + length])].kind != "genre":
                break
            place += length
        return place - start

    def _tag(self, place: int) -> int:
        tag, length = self._tag_at(place)
        if not length:
            return 0
        return self._add("tag", tag, f"not “{tag}”" if self.negated is not None else f"“{tag}”", place, length)

    def _tag_at(self, place: int) -> tuple[str, int]:
        """Return the longest tag that begins here, and its number of words; none where there is none."""
        movies = self.dataset.movies
        for length in range(min(_LONGEST_TAG, len(self.words) - place), 0, -1):
            words = self.words[place : place + length]
            if words[0] in FILLERS or words[-1] in FILLERS or words[0] in NEGATION_WORDS:
                continue
            written = self.text[self.spans[place][0] : self.spans[place + length - 1][1]].lower()
            for tag in dict.fromkeys((written, " ".join(words), "-".join(words))):
                number = movies.tag_index(tag)
                if number is not None and np.count_nonzero(movies.tag_ids == number) >= _FEWEST_FILMS:
                    return tag, length
        return "", 0

    def _add(
        self, kind: PartKind, value: str, told: str, place: int, length: int, *, without: bool | None = None
    ) -> int:
        negated = self.negated is not None
        first = place if self.negated is None else self.negated
        start, end = self.spans[first][0], self.spans[place + length - 1][1]
        self.parts.append(ReadPart(kind, value, told, negated if without is None else without, start, end))
        after = place + length
        goes_on = negated and self._goes_on(after)
        self.negated = after if goes_on else None
        return length + goes_on

    def _goes_on(self, place: int) -> bool:
        """Return whether a negation holds for what comes behind this word: "without horror or war"."""
        word, after = self.words[place : place + 1], self.words[place + 1 : place + 2]
        if word == ["and"]:
            return self.lasting and after != [] and after[0] not in FILLERS and negation_at(after, 0) is None
        return word in (["or"], ["nor"])

    def _either(self, place: int) -> bool:
        return place > 0 and self.words[place - 1] == "or" and bool(self.parts)


def most_alike(dataset: Dataset) -> int:
    """Return how many of the films most like one are left out with it: fifty, of few films one in twenty."""
    return min(_MOST_ALIKE, max(2, dataset.n_movies // _SHARE_ALIKE))


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
