"""What a film is, apart from who watched it: kinds of genres, the year, words of title and tags."""

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from core.data.dataset import Dataset
from core.data.movies import MovieTable

__all__ = ["FIRST_YEAR", "LAST_YEAR", "genre_kinds", "term_matrix", "year_bells"]

FIRST_YEAR, LAST_YEAR = 1870, 2060
_EARLY = np.arange(1920, 1980, 10)
_LATE = np.arange(1980, 2032, 3)
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_PARENTHESES = re.compile(r"\(.*?\)")
_ARTICLES = frozenset({"de", "la", "le", "les", "el", "los", "las", "der", "die", "das", "il", "lo"})
_TAG = "tag:"


class Terms(NamedTuple):
    """Words of titles, and tags.

    Attributes
    ----------
    names : tuple of str
        Tags have the prefix ``tag:``.
    weights : scipy.sparse.csr_array of float32, shape (n_movies, n_terms)
        TF-IDF, rows of unit length.
    """

    names: tuple[str, ...]
    weights: sparse.csr_array


def year_bells() -> NDArray[np.float32]:
    """Return how much each year belongs to each of some overlapping periods.

    Returns
    -------
    ndarray of float32, shape (LAST_YEAR - FIRST_YEAR + 1, n_periods)
        Rows add up to one. Periods are ten years apart before 1980 and three after it.
    """
    centres = np.concatenate([_EARLY, _LATE]).astype(np.float64)
    widths = np.where(centres < _LATE[0], 8.0, 3.0)
    years = np.clip(np.arange(FIRST_YEAR, LAST_YEAR + 1), centres[0], centres[-1])
    bells = np.exp(-0.5 * ((years[:, None] - centres) / widths) ** 2)
    shares: NDArray[np.float32] = (bells / bells.sum(axis=1, keepdims=True)).astype(np.float32)
    return shares


def genre_kinds(movies: MovieTable) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Return the different combinations of genres and which one each movie has.

    Returns
    -------
    kinds : ndarray of float32, shape (n_kinds, n_genres)
        Of unit length; zero for no genre.
    kind_of : ndarray of int32, shape (n_movies,)
    """
    bits, kind_of = np.unique(movies.genre_bits, return_inverse=True)
    shifts = np.arange(len(movies.genre_names), dtype=np.uint64)
    kinds = ((bits[:, None] >> shifts) & np.uint64(1)).astype(np.float32)
    kinds /= np.sqrt(np.maximum(kinds.sum(axis=1, keepdims=True), 1))
    return kinds, kind_of.astype(np.int32)


def term_matrix(dataset: Dataset) -> Terms:
    """Return TF-IDF weights of the words of titles and of tags that at least two movies share."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfVectorizer

    movies = dataset.movies
    tag_names = [_TAG + name.casefold() for name in movies.tag_names.to_list()]
    skipped = ENGLISH_STOP_WORDS | _ARTICLES

    def terms_of(index: int) -> list[str]:
        title = _PARENTHESES.sub(" ", movies.titles[index]).casefold()
        words = [word for word in _WORD.findall(title) if word not in skipped]
        span = slice(int(movies.tag_indptr[index]), int(movies.tag_indptr[index + 1]))
        tags = zip(movies.tag_ids[span].tolist(), movies.tag_counts[span].tolist(), strict=True)
        return words + [tag_names[tag] for tag, count in tags for _ in range(count)]

    documents = [terms_of(index) for index in range(len(movies))]
    frequent = {term for term, seen in _document_counts(documents).items() if seen >= 2}
    documents = [[term for term in document if term in frequent] for document in documents]
    if not frequent:
        return Terms((), sparse.csr_array(np.zeros((len(movies), 0), dtype=np.float32)))
    vectorizer = TfidfVectorizer(analyzer=_itself, sublinear_tf=True, dtype=np.float32)
    weights = sparse.csr_array(vectorizer.fit_transform(documents))
    return Terms(tuple(vectorizer.get_feature_names_out().tolist()), weights)


def _itself(document: list[str]) -> list[str]:
    return document


def _document_counts(documents: list[list[str]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for document in documents:
        for term in set(document):
            counts[term] = counts.get(term, 0) + 1
    return counts
