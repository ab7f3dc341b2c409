"""Invented movies: titles, years, genres, ids, tags, and where each stands in taste space."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.conventions import GENRE_NAMES, NO_GENRES
from core.data.movies import MovieTable
from core.data.synthetic.published import ML_32M
from core.data.synthetic.words import ARTICLES, FIRST_WORDS, LAST_WORDS, SECOND_WORDS, TAGS

__all__ = ["TASTE_DIMENSIONS", "Catalogue", "make_catalogue"]

TASTE_DIMENSIONS = 16

# Movies per genre in the 32M set, roughly; the order is that of GENRE_NAMES.
_GENRE_SHARES = np.array(
    [
        *(0.110, 0.062, 0.053, 0.052, 0.264, 0.080, 0.107, 0.390, 0.044, 0.004),
        *(0.099, 0.002, 0.012, 0.046, 0.118, 0.056, 0.135, 0.027, 0.019),
    ]
)
_NO_GENRES_SHARE = 0.081
_NO_YEAR_SHARE = 0.007
# Broken power law of popularity over the rank. Who rates, rates a movie once, and nothing before its release: so this
# is steeper than the counts that come out of it, which are those of the 32M set (see `published`).
_HEAD_EXPONENT, _HEAD_KNEE = 1.0, 66.3 / ML_32M.movies
_TAIL_EXPONENT, _TAIL_KNEE = 1.75, 2232.6 / ML_32M.movies


@dataclass(frozen=True)
class Catalogue:
    """Invented movies in the order of the dense movie index.

    Attributes
    ----------
    ids : ndarray of int32, ascending
    titles : list of str
    genres : list of tuple of str
    years : ndarray of int16
        Year of release, also where the title does not tell it.
    popularity : ndarray of float64, shape (n_movies,)
        Adds up to 1.
    quality : ndarray of float32, shape (n_movies,)
        How much better than average a movie is rated, in stars.
    taste : ndarray of float32, shape (n_movies, TASTE_DIMENSIONS)
        Position in taste space, about unit length.
    tag_names : list of str
    tag_choices : ndarray of int32, shape (n_movies, 8)
        The tags that fit each movie, best first.
    imdb_ids, tmdb_ids : ndarray of int32
        0 where unknown.
    """

    ids: NDArray[np.int32]
    titles: list[str]
    genres: list[tuple[str, ...]]
    years: NDArray[np.int16]
    popularity: NDArray[np.float64]
    quality: NDArray[np.float32]
    taste: NDArray[np.float32]
    tag_names: list[str]
    tag_choices: NDArray[np.int32]
    imdb_ids: NDArray[np.int32]
    tmdb_ids: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.ids)

    def table(self) -> MovieTable:
        """Return the movie table, without tags."""
        imdb = dict(zip(self.ids.tolist(), self.imdb_ids.tolist(), strict=True))
        tmdb = dict(zip(self.ids.tolist(), self.tmdb_ids.tolist(), strict=True))
        return MovieTable.from_columns(
            self.ids.astype(np.int64), self.titles, self.genres, imdb_ids=imdb, tmdb_ids=tmdb
        )


def make_catalogue(n_movies: int, largest_share: float, rng: np.random.Generator) -> Catalogue:
    """Invent movies.

    Parameters
    ----------
    n_movies : int
    largest_share : float
        No movie gets a larger share of all ratings: everybody rates a movie once.
    rng : Generator
    """
    share = (np.arange(n_movies) + 1.0) / n_movies
    weights = (1 + share / _HEAD_KNEE) ** -_HEAD_EXPONENT * (1 + share / _TAIL_KNEE) ** -_TAIL_EXPONENT
    weights /= weights.sum()
    weights *= (1 + (weights / largest_share) ** 4) ** -0.25
    # Early ids are the more popular ones, as in MovieLens, but only by tendency.
    rank = np.argsort(np.argsort(np.arange(n_movies) + rng.normal(0, 0.6 * n_movies, n_movies)))
    popularity = weights[rank] / weights.sum()
    fame = (np.log(popularity) - np.log(popularity).mean()) / np.log(popularity).std()

    quality = 0.13 * fame + rng.normal(0, 0.38, n_movies)
    membership = _genres(n_movies, rng)
    loadings = rng.normal(size=(len(GENRE_NAMES), TASTE_DIMENSIONS))
    taste = membership @ loadings / np.sqrt(np.maximum(membership.sum(axis=1, keepdims=True), 1))
    taste = 0.75 * taste + 0.66 * rng.normal(size=taste.shape)
    # A few directions carry most of taste, as the spectrum of real ratings shows.
    strength = 1.0 / np.arange(1, TASTE_DIMENSIONS + 1)
    taste *= np.sqrt(strength / strength.sum())
    # Old classics and recent films are seen most; the tail is of all times.
    years = np.clip(np.rint(2016 - rng.gamma(1.6, 11.0 + 3.0 * (fame < 0), n_movies)), 1903, 2023).astype(np.int16)
    names, choices = _tags(membership, taste, rng)
    return Catalogue(
        ids=(1 + np.cumsum(rng.poisson(2.3, n_movies) + 1)).astype(np.int32),
        titles=_titles(n_movies, years, rng),
        genres=[tuple(GENRE_NAMES[genre] for genre in np.flatnonzero(row)) or (NO_GENRES,) for row in membership],
        years=years,
        popularity=popularity,
        quality=(quality - quality @ popularity).astype(np.float32),
        taste=taste.astype(np.float32),
        tag_names=names,
        tag_choices=choices,
        imdb_ids=(100_000 + np.cumsum(rng.integers(1, 90, n_movies))).astype(np.int32),
        tmdb_ids=np.where(rng.random(n_movies) < 0.0014, 0, 1 + rng.permutation(8 * n_movies)[:n_movies]).astype(
            np.int32
        ),
    )


def _genres(n_movies: int, rng: np.random.Generator) -> NDArray[np.float64]:
    membership = (rng.random((n_movies, len(GENRE_NAMES))) < _GENRE_SHARES * 0.93).astype(np.float64)
    none = rng.random(n_movies) < _NO_GENRES_SHARE
    bare = np.flatnonzero((membership.sum(axis=1) == 0) & ~none)
    membership[bare, rng.choice(len(GENRE_NAMES), len(bare), p=_GENRE_SHARES / _GENRE_SHARES.sum())] = 1
    membership[none] = 0
    return membership


def _titles(n_movies: int, years: NDArray[np.int16], rng: np.random.Generator) -> list[str]:
    first, second = rng.integers(0, len(FIRST_WORDS), n_movies), rng.integers(0, len(SECOND_WORDS), n_movies)
    last, article = rng.integers(0, len(LAST_WORDS), n_movies), rng.integers(0, len(ARTICLES), n_movies)
    dated = rng.random(n_movies) >= _NO_YEAR_SHARE
    titles = []
    for f, s, e, a, year, known in zip(first, second, last, article, years, dated, strict=True):
        name = f"{FIRST_WORDS[f]} {SECOND_WORDS[s]}{LAST_WORDS[e]}"
        name = f"{name}, {ARTICLES[a]}" if ARTICLES[a] else name
        titles.append(f"{name} ({year})" if known else name)
    return titles


def _tags(
    membership: NDArray[np.float64], taste: NDArray[np.float64], rng: np.random.Generator
) -> tuple[list[str], NDArray[np.int32]]:
    """Choose per movie two tags of its genres and six whose place in taste space is near."""
    genre_tags = [name.lower() for name in GENRE_NAMES]
    numbered = [f"{first.lower()} {second.lower()}" for first in FIRST_WORDS[:40] for second in SECOND_WORDS[:15]]
    names = [*genre_tags, *TAGS, *numbered]
    free = len(names) - len(genre_tags)
    places = rng.normal(size=(free, TASTE_DIMENSIONS)).astype(np.float32)
    choices = np.empty((len(taste), 8), dtype=np.int32)
    jitter = membership + 0.01 * rng.random(membership.shape)
    choices[:, :2] = np.argsort(-jitter, axis=1)[:, :2]
    for start in range(0, len(taste), 4096):
        block = taste[start : start + 4096].astype(np.float32)
        closeness = block @ places.T
        near = np.argpartition(-closeness, 6, axis=1)[:, :6]
        order = np.argsort(-np.take_along_axis(closeness, near, axis=1), axis=1)
        choices[start : start + 4096, 2:] = np.take_along_axis(near, order, axis=1) + len(genre_tags)
    return names, choices
