"""Names for factors: the films and the genres at the two ends of each."""

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Dataset
from core.display.titles import short_title

__all__ = ["factor_ends", "factor_label"]

_FILMS = 3
_MOST_RATED = 400


def factor_ends(factors: NDArray[np.floating], counts: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the films at the ends of every factor.

    Parameters
    ----------
    factors : ndarray, shape (n_movies, n_factors)
    counts : ndarray of int32, shape (n_movies,)
        Number of ratings; only the 400 most rated movies name a factor, for people to recognise them.

    Returns
    -------
    ndarray of int32, shape (n_factors, 2, at most 3)
        Dense movie indices, most extreme first; ``[:, 0]`` is the negative end, ``[:, 1]`` the positive one.
    """
    known = np.argsort(-counts, kind="stable")[:_MOST_RATED]
    order = np.argsort(factors[known], axis=0, kind="stable")
    size = min(_FILMS, len(known))
    low, high = order[:size], order[::-1][:size]
    return np.stack([known[low].T, known[high].T], axis=1).astype(np.int32)


def factor_label(dataset: Dataset, ends: NDArray[np.int32], positive: bool) -> str:
    """Return what one end of a factor stands for, such as ``Horror, like Alien and The Shining``.

    Parameters
    ----------
    ends : ndarray of int32, shape (2, n)
        A row of what `factor_ends` returned.
    positive : bool
        Which end.
    """
    here, there = ends[int(positive)].tolist(), ends[int(not positive)].tolist()
    names = [short_title(dataset.movies.title(film)) for film in here[:2]]
    films = " and ".join(names)
    there_genres = {genre for film in there for genre in dataset.movies.genres(film)}
    shared = [
        genre
        for genre in dataset.movies.genres(here[0])
        if genre not in there_genres and all(genre in dataset.movies.genres(film) for film in here)
    ]
    return f"{shared[0]}, like {films}" if shared else f"films like {films}"
