"""Typo-tolerant search over movie titles, in arrays that worker processes share."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from core.data.dataset import Dataset
from core.display.titles import format_movie_title, plain_words, title_parts
from core.search.arrays import HashedTexts, Postings, SortedStrings
from core.search.words import (
    STOP,
    initials,
    is_mark,
    keys_of,
    names_of,
    numeral,
    numerals,
    strip_article,
    with_plain_numbers,
)

__all__ = ["TitleIndex"]

# Quality of a match; among equals the more rated movie comes first.
_EXACT, _STARTS, _ALL_WORDS, _OTHERWISE, _BEGUN_WORDS, _SIMILAR = 1.0, 0.95, 0.9, 0.88, 0.85, 0.8
_ENOUGH = 3
_LEAST_SIMILARITY = 0.6
_LEAST_COVERAGE = 0.7
_STOP_WEIGHT = 0.15
_CANDIDATE_WORDS = 400
_SIMILAR_WORDS = 40
_LONGEST_TITLE = 500
"""Characters of a title that are searched, so that no table of odd titles stops a server from starting."""

Mask = NDArray[np.bool_]


class TitleIndex:
    """Search movies by title: exact and prefix matches first, then all words, then misspelt ones.

    Parameters
    ----------
    dataset : Dataset

    Notes
    -----
    Everything is kept in a few arrays: title variants and words in byte order, the movies of each word, the
    letter pairs of each word (to find candidates for a misspelt one, which rapidfuzz then compares) and hashes
    of neighbouring words written together (``spiderman`` finds ``Spider-Man``), of names with their numbers in
    digits (``rocky two`` finds ``Rocky II``) and of initials (``lotr``).
    """

    def __init__(self, dataset: Dataset) -> None:
        self._counts = dataset.movie_counts
        self._n_movies = dataset.n_movies
        self._popular = np.lexsort((np.arange(self._n_movies), -self._counts.astype(np.int64))).astype(np.int32)
        movies = dataset.movies
        titles = movies.titles.to_list()
        self._build([title[:_LONGEST_TITLE] or movies.title(movie) for movie, title in enumerate(titles)])

    def _build(self, titles: list[str]) -> None:
        names: list[tuple[str, int]] = []
        words: dict[str, int] = {}
        word_rows: list[int] = []
        word_movies: list[int] = []
        joined: list[tuple[str, int]] = []
        numbered: list[tuple[str, int]] = []
        letters: list[tuple[str, int]] = []
        for movie, title in enumerate(titles):
            parts = title_parts(title)
            called = names_of(parts)
            variants = keys_of(called)
            names += [(variant, movie) for variant in variants]
            found = set(plain_words(parts.year).split())
            for _, spelt in called:
                found.update(spelt, numerals(spelt))
            for word in found:
                word_rows.append(words.setdefault(word, len(words)))
                word_movies.append(movie)
            for variant in variants:
                spelt = variant.split()
                joined += [(first + second, movie) for first, second in pairwise(spelt)]
                if (plain := with_plain_numbers(spelt)) != variant:
                    numbered.append((plain, movie))
            letters += [(text, movie) for text in initials(called)]
        names.sort(key=lambda entry: (entry[0].encode(), entry[1]))
        self._names = SortedStrings([name for name, _ in names])
        self._name_movies = np.asarray([movie for _, movie in names], dtype=np.int32)
        ordered = sorted(words, key=str.encode)
        rank = np.empty(len(ordered), dtype=np.int64)
        rank[[words[word] for word in ordered]] = np.arange(len(ordered))
        self._words = SortedStrings(ordered)
        self._word_movies = Postings.of(
            rank[np.asarray(word_rows, dtype=np.int64)], np.asarray(word_movies, dtype=np.int32), len(ordered)
        )
        self._word_lengths = np.asarray([len(word) for word in ordered], dtype=np.int32)
        self._index_pairs(ordered)
        self._joined = HashedTexts.of(joined)
        self._numbered = HashedTexts.of(numbered)
        self._initials = HashedTexts.of(letters)

    def _index_pairs(self, ordered: list[str]) -> None:
        letters = _letters("\0" + "\0".join(ordered) + "\0")
        codes = letters[:-1] * _ALPHABET + letters[1:]
        # The pair that begins at a separator belongs to the word that follows it.
        words = np.cumsum(letters[:-1] == 0) - 1
        unique = np.unique(codes * max(len(ordered), 1) + words) if ordered else np.empty(0, dtype=np.int64)
        rows, members = np.divmod(unique, max(len(ordered), 1))
        self._pairs = Postings.of(rows, members.astype(np.int32), _PAIR_CODES)

    def named(self, key: str) -> list[int]:
        """Return the movies that have a name of `title_keys`, as dense indices."""
        return [int(self._name_movies[place]) for place in self._names.places(key)]

    def called(self, words: list[str]) -> list[int]:
        """Return the movies that have a name of these words, their numbers written in any way, as dense indices."""
        plain = with_plain_numbers(words)
        numbered = self._numbered[plain].tolist()
        return list(dict.fromkeys([*self.named(" ".join(words)), *self.named(plain), *numbered]))

    def names(self) -> tuple[list[str], NDArray[np.int32]]:
        """Return all names in their order and the movie of each, as dense index."""
        return self._names.column.to_list(), self._name_movies

    # --- asking -------------------------------------------------------------------------------------------

    def search(
        self, query: str, allowed: NDArray[np.bool_] | None = None, limit: int = 20, offset: int = 0
    ) -> tuple[int, NDArray[np.int32]]:
        """Return movies whose titles match, best match first and among equals the most rated.

        Parameters
        ----------
        query : str
            Part of a title; case, accents, punctuation, the place of an article and a few typing errors do not
            matter. An empty one matches every movie.
        allowed : ndarray of bool, shape (n_movies,), optional
            The movies that may be found.
        limit, offset : int
            Which part of the list to return.

        Returns
        -------
        total : int
            How many movies match.
        items : ndarray of int32, shape (at most limit,)
            Dense movie indices.
        """
        words = plain_words(format_movie_title(query) if query.strip() else "").split()[:12]
        if not words:
            ranked = self._popular if allowed is None else self._popular[allowed[self._popular]]
            return (len(ranked), ranked[offset : offset + limit]) if not query.strip() else (0, ranked[:0])
        quality = self._match(words, allowed)
        found = np.flatnonzero(quality > 0)
        order = np.lexsort((found, -self._counts[found].astype(np.int64), -quality[found]))
        return len(found), found[order[offset : offset + limit]].astype(np.int32)

    def _match(self, words: list[str], allowed: Mask | None) -> NDArray[np.float32]:
        quality = np.zeros(self._n_movies, dtype=np.float32)
        otherwise = self._written_otherwise(words)
        self._add_words(words, otherwise, quality)
        self._add_names(strip_article(words), quality)
        if allowed is not None:
            quality[~allowed] = 0
        if np.count_nonzero(quality) < _ENOUGH and quality.max(initial=0) < _ALL_WORDS:
            similar = self._similar_titles(words, otherwise)
            if allowed is not None:
                similar[~allowed] = 0
            np.maximum(quality, similar, out=quality)
        return quality

    def _add_names(self, words: list[str], quality: NDArray[np.float32]) -> None:
        """Raise titles that are the query, with their numbers written in any way, or that go on after it."""
        query, plain = " ".join(words), with_plain_numbers(words)
        for prefix, value in ((query, _BEGUN_WORDS), (query + " ", _STARTS)):
            start, end = self._names.bounds(prefix)
            movies = self._name_movies[start:end]
            quality[movies] = np.maximum(quality[movies], value)
        quality[self._numbered[plain]] = _EXACT
        for name, value in ((plain, _EXACT), (query, _EXACT)):
            start, end = self._names.span(name)
            quality[self._name_movies[start:end]] = value

    def _written_otherwise(self, words: list[str]) -> list[NDArray[np.int32]]:
        """Return for each word the movies that have it in another way.

        Written together with its neighbour or apart (``god father``, ``spiderman``), or as initials (``lotr``).
        """
        whole = self._movies_of(*self._words.span("".join(words))) if len(words) > 2 else np.empty(0, np.int32)
        found = []
        for place, word in enumerate(words):
            beside = [
                self._movies_of(*self._words.span("".join(words[first : first + 2])))
                for first in (place - 1, place)
                if 0 <= first < len(words) - 1
            ]
            start, end = self._words.span(word)
            letters = [self._initials[word]] if len(self._movies_of(start, end)) < _ENOUGH else []
            found.append(np.concatenate([self._joined[word], whole, *beside, *letters]))
        return found

    def _add_words(self, words: list[str], otherwise: list[NDArray[np.int32]], quality: NDArray[np.float32]) -> None:
        """Raise titles that hold every word, or at least a word that begins so; stop words may be absent."""
        places = range(len(words))
        needed = [place for place in places if words[place] not in STOP and not is_mark(words, place)] or places
        exact, other, begun = (np.ones(self._n_movies, dtype=bool) for _ in range(3))
        for place in needed:
            has_word = self._having(words, place)
            exact &= has_word
            has_word[otherwise[place]] = True
            other &= has_word
            has_word[self._movies_of(*self._words.bounds(words[place]))] = True
            begun &= has_word
        for mask, value in ((begun, _BEGUN_WORDS), (other, _OTHERWISE), (exact, _ALL_WORDS)):
            quality[mask] = np.maximum(quality[mask], value)

    def _having(self, words: list[str], place: int) -> Mask:
        """Return which movies have a word, or the number that it stands for."""
        mask = np.zeros(self._n_movies, dtype=bool)
        for text in {words[place], numeral(words, place) or words[place]}:
            mask[self._movies_of(*self._words.span(text))] = True
        return mask

    def _similar_titles(self, words: list[str], otherwise: list[NDArray[np.int32]]) -> NDArray[np.float32]:
        """Return the quality of titles whose words resemble the query's, `_SIMILAR` at most."""
        light = [word in STOP or is_mark(words, place) for place, word in enumerate(words)]
        weights = np.where(light, _STOP_WEIGHT, 1.0).astype(np.float32)
        weights /= weights.sum()
        total = np.zeros(self._n_movies, dtype=np.float32)
        for place, (word, weight) in enumerate(zip(words, weights, strict=True)):
            best = np.zeros(self._n_movies, dtype=np.float32)
            if len(word) > 2 and not word.isdigit():
                for other, similarity in self._similar_words(word):
                    movies = self._movies_of(other, other + 1)
                    best[movies] = np.maximum(best[movies], similarity)
            best[self._movies_of(*self._words.bounds(word))] = _BEGUN_WORDS
            best[otherwise[place]] = _OTHERWISE
            best[self._having(words, place)] = 1
            total += weight * best
        total[total < _LEAST_COVERAGE] = 0
        # Steps of 0.05, so that popularity decides between matches of about the same quality.
        return np.floor(total * 20) * np.float32(_SIMILAR / 20)

    def _movies_of(self, start: int, end: int) -> NDArray[np.int32]:
        """Return the movies of a span of words, with repetitions."""
        postings = self._word_movies
        return postings.values[int(postings.indptr[start]) : int(postings.indptr[end])]

    def _similar_words(self, word: str) -> list[tuple[int, float]]:
        """Return words of about the same letters with their similarity (optimal string alignment)."""
        codes = _letter_pairs(word)
        parts = [self._pairs[int(code)] for code in codes]
        shared = np.bincount(np.concatenate(parts), minlength=len(self._words)) if parts else np.zeros(0)
        close = np.abs(self._word_lengths - len(word)) <= max(1, len(word) // 3)
        dice = np.where(close, 2 * shared / (self._word_lengths + 1 + len(codes)), 0)
        count = min(_CANDIDATE_WORDS, len(dice))
        chosen = np.argpartition(-dice, count - 1)[:count]
        chosen = chosen[dice[chosen] > 0.2]
        strings = [self._words.column[int(number)] for number in chosen]
        found = process.extract(
            word,
            strings,
            scorer=OSA.normalized_similarity,
            score_cutoff=_LEAST_SIMILARITY,
            limit=_SIMILAR_WORDS,
        )
        return [(int(chosen[position]), float(similarity)) for _, similarity, position in found]


_ALPHABET = 40
_PAIR_CODES = _ALPHABET * _ALPHABET


def _letters(text: str) -> NDArray[np.int64]:
    """Return the code of each character: 0 for the separator, 1 to 36 for a-z and 0-9, three classes for others."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64)
    codes = 37 + points % 3
    for first, last, start in ((97, 122, 1), (48, 57, 27)):
        inside = (points >= first) & (points <= last)
        codes[inside] = points[inside] - first + start
    codes[points == 0] = 0
    return codes


def _letter_pairs(word: str) -> NDArray[np.int64]:
    """Return the codes of a word's neighbouring letters, its two ends included, without repetition."""
    letters = _letters(f"\0{word}\0")
    return np.unique(letters[:-1] * _ALPHABET + letters[1:])
