"""How alike two people are, over what both rated."""

import numpy as np
from numpy.typing import NDArray

from core.analytics.agreement import correlation, mean_difference
from core.analytics.history import rated_movies, rating_times
from core.data.dataset import Dataset
from core.data.profile import Profile
from core.views import Likeness, SharedFilm

__all__ = ["likeness"]

_LOVED = 4.0
_APART = 1.0


def likeness(dataset: Dataset, one: Profile, other: Profile, n: int = 10) -> Likeness:
    """Return how alike two people are, what they differ on most, what both love and what the one has not seen.

    Parameters
    ----------
    one, other : Profile
    n : int
        Length of each list of films.
    """
    items, mine, theirs = np.intersect1d(one.items, other.items, assume_unique=True, return_indices=True)
    first, second = one.ratings[mine], other.ratings[theirs]
    gaps = np.abs(first - second)
    known = dataset.movie_counts[items]
    # Among equals the films come first that most people know.
    apart = _first(np.lexsort((-known, -gaps)), gaps >= _APART, n)
    loved = _first(np.lexsort((-known, -(first + second))), np.minimum(first, second) >= _LOVED, n)
    new = np.setdiff1d(np.arange(len(other)), theirs, assume_unique=True)
    stars = other.ratings[new]
    unseen = new[_first(np.lexsort((-dataset.movie_counts[other.items[new]], -stars)), stars >= _LOVED, n)]
    times = rating_times(dataset, other)
    return Likeness(
        common=len(items),
        correlation=correlation(first, second),
        apart=mean_difference(first, second),
        disagreements=[_shared(dataset, items[row], first[row], second[row]) for row in apart],
        favourites=[_shared(dataset, items[row], first[row], second[row]) for row in loved],
        unseen=rated_movies(dataset, other.items[unseen], other.ratings[unseen], times[unseen]),
    )


def _first(order: NDArray[np.int64], wanted: NDArray[np.bool_], n: int) -> NDArray[np.int64]:
    return order[wanted[order]][:n]


def _shared(dataset: Dataset, item: np.int32, first: np.float32, second: np.float32) -> SharedFilm:
    movies, place = dataset.movies, int(item)
    return SharedFilm(
        movie_id=int(movies.ids[place]),
        title=movies.title(place),
        year=movies.year(place),
        genres=movies.genres(place),
        first=float(first),
        second=float(second),
        source_id=movies.source_id(place),
    )
