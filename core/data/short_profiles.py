"""Short profiles as people begin them: their best-loved films of one kind, not a random sample of all they rated."""

from dataclasses import dataclass
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.data.profile import Profile

__all__ = ["FilmKinds", "coherent_order", "coherent_profile", "film_kinds"]

_YEARS = 10
_BROAD = 0.2
"""A kind to which a larger share of all ratings goes, such as drama or the films of the nineties, is no taste."""


@dataclass(frozen=True)
class FilmKinds:
    """Genres, decades, and genres within decades, as far as there are films of them and no more than a fifth of
    all ratings goes to them.

    Attributes
    ----------
    names : tuple of str
        ``Horror``, ``1980s``, ``Horror, 1980s``.
    members : ndarray of bool, shape (n_movies, n_kinds)
    shares : ndarray of float64, shape (n_kinds,)
        Which share of all ratings was given to films of a kind.
    """

    names: tuple[str, ...]
    members: NDArray[np.bool_]
    shares: NDArray[np.float64]


def film_kinds(dataset: Dataset) -> FilmKinds:
    """Return the kinds of films that a data set can tell apart; films without genres and year have none."""
    genres = dataset.movies.genre_matrix() > 0
    years = dataset.movies.years.astype(np.int64)
    decades = np.unique(years[years > 0] // _YEARS)
    of_decade = (years // _YEARS)[:, None] == decades
    within = (genres[:, :, None] & of_decade[:, None, :]).reshape(len(genres), genres.shape[1] * len(decades))
    eras = [f"{decade * _YEARS}s" for decade in decades.tolist()]
    of_genres = dataset.movies.genre_names
    names = [*of_genres, *eras, *(f"{genre}, {era}" for genre in of_genres for era in eras)]
    members = np.concatenate([genres, of_decade, within], axis=1)
    shares = dataset.movie_counts.astype(np.float64) @ members / max(dataset.n_ratings, 1)
    kept = members.any(axis=0) & (shares <= _BROAD)
    return FilmKinds(tuple(compress(names, kept)), members[:, kept], shares[kept])


def coherent_order(
    kinds: FilmKinds, profile: Profile, least: int, liked_from: float, rng: np.random.Generator
) -> tuple[str, NDArray[np.int64]] | None:
    """Return somebody's most telling kind of film and the liked films of it, best first.

    That kind is the one of which the person likes most beyond what the whole data set leads to expect: with `n` of
    `m` liked films of a kind that gets a share `s` of all ratings, the one with the largest Pearson residual
    ``(n - m * s) / sqrt(max(m * s, 1))`` (Agresti, Categorical Data Analysis, section 3.3; expectations under one
    film count as one, so that a single rare film is no taste) among those with `n` of at least `least`.

    Parameters
    ----------
    kinds : FilmKinds
    profile : Profile
        All that is known of the person.
    least : int
        How many liked films the kind must hold.
    liked_from : float
        Stars.
    rng : numpy.random.Generator
        Decides among films of equal stars.

    Returns
    -------
    (str, ndarray of int64) or None
        The kind's name and positions within the profile, by falling stars; None when no kind has so many.
    """
    liked = np.flatnonzero(profile.ratings >= liked_from)
    of_kinds = kinds.members[profile.items[liked]]
    counts = of_kinds.sum(axis=0)
    if not len(liked) or counts.max(initial=0) < max(least, 1):
        return None
    expected = len(liked) * kinds.shares
    residuals = (counts - expected) / np.sqrt(np.maximum(expected, 1.0))
    kind = int(np.argmax(np.where(counts >= least, residuals, -np.inf)))
    found = liked[of_kinds[:, kind]]
    return kinds.names[kind], found[np.lexsort((rng.random(len(found)), -profile.ratings[found]))]


def coherent_profile(
    kinds: FilmKinds, profile: Profile, length: int, liked_from: float, rng: np.random.Generator
) -> Profile | None:
    """Return the `length` best-liked films of somebody's most telling kind; None when no kind has so many.

    The profile keeps the user, so that neighbourhood methods leave out the row that it was taken from.
    """
    found = coherent_order(kinds, profile, length, liked_from, rng)
    if found is None:
        return None
    chosen = np.sort(found[1][:length])
    return profile.part(chosen)
