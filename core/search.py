"""Typo-tolerant search over movie titles, in arrays that worker processes share."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from core.data.dataset import Dataset
from core.data.movies import StringColumn
from core.display.titles import format_movie_title

__all__ = ["TitleIndex", "normalise_title", "title_keys"]

_ARTICLE_WORDS = "the a an le la les l un une des der die das ein eine el los las una il lo gli"
_STOP_WORDS = "and of in on to for at by de du del von und et y e s i o os as"
_ARTICLES = frozenset(_ARTICLE_WORDS.split())
_STOP = _ARTICLES | frozenset(_STOP_WORDS.split())
_WORD = re.compile(r"[^\W_]+")
_PARENTHESES = re.compile(r"\(([^()]*)\)")
_ALIAS_PREFIX = re.compile(r"^a\.?k\.?a\.?\s+", re.IGNORECASE)
_YEAR = re.compile(r"\(\s*\d{4}[^()]*\)\s*$")

# Quality of a match; among equals the more rated movie comes first.
_EXACT, _STARTS, _ALL_WORDS, _JOINED, _BEGUN_WORDS, _SIMILAR = 1.0, 0.95, 0.9, 0.88, 0.85, 0.8
_ENOUGH = 3
_LEAST_SIMILARITY = 0.6
_LEAST_COVERAGE = 0.7
_STOP_WEIGHT = 0.15
_CANDIDATE_WORDS = 400
_SIMILAR_WORDS = 40
_LONGEST_TITLE = 500
"""Characters of a title that are searched, so that no table of odd titles stops a server from starting."""


def normalise_title(text: str) -> str:
    """Return lower-case words without accents and punctuation, joined by single blanks.

    >>> normalise_title("Amélie: WALL·E & Spider-Man's")
    'amelie wall e and spider mans'
    """
    plain = text.casefold()
    if not plain.isascii():
        # Compatibility forms may decompose into capitals and accents, and folding may bring accents back.
        decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", plain).casefold())
        plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    plain = plain.replace("&", " and ").replace("'", "").replace("\u2019", "")
    return " ".join(_WORD.findall(plain))


def _strip_article(words: list[str]) -> list[str]:
    return words[1:] if len(words) > 1 and words[0] in _ARTICLES else words


def title_keys(title: str) -> list[str]:
    """Return the names under which a movie may be sought: its title and the other titles in parentheses.

    They are normalised, without article and year.
    """
    bare = _YEAR.sub("", title).strip()
    names = [_PARENTHESES.sub(" ", bare).strip()]
    names += [_ALIAS_PREFIX.sub("", inner.strip()) for inner in _PARENTHESES.findall(bare)]
    found = []
    for name in names:
        words = normalise_title(format_movie_title(name)).split() if name else []
        key = " ".join(_strip_article(words))
        if key and key not in found:
            found.append(key)
    return found


@dataclass(frozen=True)
class _Postings:
    """Compressed rows: which numbers belong to each row."""

    indptr: NDArray[np.int64]
    values: NDArray[np.int32]

    @classmethod
    def of(cls, rows: NDArray[np.int64], values: NDArray[np.int32], n_rows: int) -> _Postings:
        order = np.argsort(rows, kind="stable")
        indptr = np.zeros(n_rows + 1, dtype=np.int64)
        np.cumsum(np.bincount(rows, minlength=n_rows), out=indptr[1:])
        return cls(indptr, values[order])

    def __getitem__(self, row: int) -> NDArray[np.int32]:
        return self.values[self.indptr[row] : self.indptr[row + 1]]


class _SortedStrings:
    """Strings in byte order, found by binary search; a blob and offsets, no Python objects."""

    def __init__(self, ordered: list[str]) -> None:
        self.column = StringColumn.from_strings(ordered)

    def __len__(self) -> int:
        return len(self.column)

    def bounds(self, prefix: str) -> tuple[int, int]:
        """Return the span of strings that start with `prefix`."""
        wanted = prefix.encode()
        return self._first_from(wanted), self._first_from(wanted + b"\xff")

    def span(self, text: str) -> tuple[int, int]:
        """Return the span of strings that equal `text`."""
        wanted = text.encode()
        return self._first_from(wanted), self._first_from(wanted + b"\x00")

    def places(self, text: str) -> range:
        """Return where strings equal `text`; quicker than `span` where they are few."""
        wanted = text.encode()
        start = end = self._first_from(wanted)
        while end < len(self) and self._bytes(end) == wanted:
            end += 1
        return range(start, end)

    def _bytes(self, position: int) -> bytes:
        offsets = self.column.offsets
        return self.column.blob[offsets[position] : offsets[position + 1]].tobytes()

    def _first_from(self, wanted: bytes) -> int:
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self._bytes(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return low


class TitleIndex:
    """Search movies by title: exact and prefix matches first, then all words, then misspelt ones.

    Parameters
    ----------
    dataset : Dataset

    Notes
    -----
    Everything is kept in a few arrays: title variants and words in byte order, the movies of each word, the
    letter pairs of each word (to find candidates for a misspelt one, which rapidfuzz then compares) and hashes
    of neighbouring words written together (``spiderman`` finds ``Spider-Man``).
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
        joined: list[int] = []
        joined_movies: list[int] = []
        for movie, title in enumerate(titles):
            variants = title_keys(title)
            names += [(variant, movie) for variant in variants]
            seen = dict.fromkeys(normalise_title(title).split())
            for word in seen:
                word_rows.append(words.setdefault(word, len(words)))
                word_movies.append(movie)
            for variant in variants:
                parts = variant.split()
                joined += [hash(first + second) for first, second in pairwise(parts)]
                joined_movies += [movie] * (len(parts) - 1)
        names.sort(key=lambda entry: (entry[0].encode(), entry[1]))
        self._names = _SortedStrings([name for name, _ in names])
        self._name_movies = np.asarray([movie for _, movie in names], dtype=np.int32)
        ordered = sorted(words, key=str.encode)
        rank = np.empty(len(ordered), dtype=np.int64)
        rank[[words[word] for word in ordered]] = np.arange(len(ordered))
        self._words = _SortedStrings(ordered)
        self._word_movies = _Postings.of(
            rank[np.asarray(word_rows, dtype=np.int64)], np.asarray(word_movies, dtype=np.int32), len(ordered)
        )
        self._word_lengths = np.asarray([len(word) for word in ordered], dtype=np.int32)
        self._index_pairs(ordered)
        hashes = np.asarray(joined, dtype=np.int64)
        order = np.argsort(hashes, kind="stable")
        self._joined = hashes[order]
        self._joined_movies = np.asarray(joined_movies, dtype=np.int32)[order]

    def _index_pairs(self, ordered: list[str]) -> None:
        letters = _letters("\0" + "\0".join(ordered) + "\0")
        codes = letters[:-1] * _ALPHABET + letters[1:]
        # The pair that begins at a separator belongs to the word that follows it.
        words = np.cumsum(letters[:-1] == 0) - 1
        unique = np.unique(codes * max(len(ordered), 1) + words) if ordered else np.empty(0, dtype=np.int64)
        rows, members = np.divmod(unique, max(len(ordered), 1))
        self._pairs = _Postings.of(rows, members.astype(np.int32), _PAIR_CODES)

    def named(self, key: str) -> list[int]:
        """Return the movies that have a name of `title_keys`, as dense indices."""
        return [int(self._name_movies[place]) for place in self._names.places(key)]

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
        words = normalise_title(format_movie_title(query) if query.strip() else "").split()[:12]
        if not words:
            ranked = self._popular if allowed is None else self._popular[allowed[self._popular]]
            return (len(ranked), ranked[offset : offset + limit]) if not query.strip() else (0, ranked[:0])
        quality = self._match(words, allowed)
        found = np.flatnonzero(quality > 0)
        order = np.lexsort((found, -self._counts[found].astype(np.int64), -quality[found]))
        return len(found), found[order[offset : offset + limit]].astype(np.int32)

    def _match(self, words: list[str], allowed: NDArray[np.bool_] | None) -> NDArray[np.float32]:
        quality = np.zeros(self._n_movies, dtype=np.float32)
        self._add_words(words, quality)
        self._add_joined(words, quality)
        self._add_names(" ".join(_strip_article(words)), quality)
        if allowed is not None:
            quality[~allowed] = 0
        if np.count_nonzero(quality) < _ENOUGH:
            similar = self._similar_titles(words)
            if allowed is not None:
                similar[~allowed] = 0
            np.maximum(quality, similar, out=quality)
        return quality

    def _add_names(self, query: str, quality: NDArray[np.float32]) -> None:
        """Raise titles that are the query, or that go on after it."""
        for prefix, value in ((query, _BEGUN_WORDS), (query + " ", _STARTS)):
            start, end = self._names.bounds(prefix)
            movies = self._name_movies[start:end]
            quality[movies] = np.maximum(quality[movies], value)
        start, end = self._names.span(query)
        quality[self._name_movies[start:end]] = _EXACT

    def _add_joined(self, words: list[str], quality: NDArray[np.float32]) -> None:
        """Find words written together or apart: ``spiderman`` and ``spider man``."""
        if len(words) == 1:
            # Python's hash of text differs between interpreters, not between a process and its forks.
            wanted = hash(words[0])
            low = np.searchsorted(self._joined, wanted, side="left")
            movies = self._joined_movies[low : np.searchsorted(self._joined, wanted, side="right")]
        else:
            movies = self._movies_of(*self._words.span("".join(words)))
        quality[movies] = np.maximum(quality[movies], _JOINED)

    def _add_words(self, words: list[str], quality: NDArray[np.float32]) -> None:
        """Raise titles that hold every word, or at least a word that begins so; stop words may be absent."""
        needed = [word for word in words if word not in _STOP] or words
        exact = np.ones(self._n_movies, dtype=bool)
        begun = np.ones(self._n_movies, dtype=bool)
        for word in needed:
            has_word = np.zeros(self._n_movies, dtype=bool)
            has_word[self._movies_of(*self._words.span(word))] = True
            exact &= has_word
            has_word[self._movies_of(*self._words.bounds(word))] = True
            begun &= has_word
        quality[begun] = np.maximum(quality[begun], _BEGUN_WORDS)
        quality[exact] = np.maximum(quality[exact], _ALL_WORDS)

    def _similar_titles(self, words: list[str]) -> NDArray[np.float32]:
        """Return the quality of titles whose words resemble the query's, `_SIMILAR` at most."""
        weights = np.array([_STOP_WEIGHT if word in _STOP else 1.0 for word in words], dtype=np.float32)
        weights /= weights.sum()
        total = np.zeros(self._n_movies, dtype=np.float32)
        for word, weight in zip(words, weights, strict=True):
            best = np.zeros(self._n_movies, dtype=np.float32)
            if len(word) > 2 and not word.isdigit():
                for other, similarity in self._similar_words(word):
                    movies = self._movies_of(other, other + 1)
                    best[movies] = np.maximum(best[movies], similarity)
            best[self._movies_of(*self._words.bounds(word))] = _BEGUN_WORDS
            best[self._movies_of(*self._words.span(word))] = 1
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
