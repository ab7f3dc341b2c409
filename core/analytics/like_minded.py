"""The users of the data set whose stars go with somebody's."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from core.analytics.agreement import ROUNDING, fisher_bounds
from core.data.dataset import Dataset
from core.data.profile import Profile
from core.views import LEAST_COMMON, Interval, LikePerson

__all__ = ["like_minded"]

_LEVEL = 0.95
_ROUNDING = 4 * ROUNDING
"""In half stars, in which the sums are."""
_BLOCK = 2_000_000
"""Ratings that are summed at one time."""


def like_minded(dataset: Dataset, profile: Profile, n: int = 10) -> list[LikePerson]:
    """Return the users who are most surely like somebody, over the films that both rated.

    Likeness is that of `core.analytics.agreement.correlation`. Among many people some agree on few films by chance,
    so people are ordered by the lower end of an interval that holds for all of them at once: Bonferroni's, its
    level being divided by how many were compared (Dunn 1961, Multiple comparisons among means, Journal of the
    American Statistical Association 56). The interval that is returned is the one of each alone.

    Parameters
    ----------
    profile : Profile
        A stored user is not compared with himself, and nobody with visitors whose ratings were added to the data.
    n : int
        How many at most; fewer where fewer have `LEAST_COMMON` films in common.
    """
    counts, first, first_squares, second, second_squares, products = _sums(dataset, profile)
    known = np.maximum(counts, 1)
    mine = first_squares / known - (first / known) ** 2
    theirs = second_squares / known - (second / known) ** 2
    # Variances of equal stars are rounding errors of the sums, not differences.
    told = (counts >= LEAST_COMMON) & (mine > 1e-9) & (theirs > 1e-9)
    told[dataset.n_source_users :] = False
    if profile.user is not None:
        told[profile.user] = False
    users = np.flatnonzero(told)
    if not len(users):
        return []
    together = products[users] / counts[users] - first[users] * second[users] / counts[users] ** 2
    values = together / np.sqrt((mine[users] + _ROUNDING) * (theirs[users] + _ROUNDING))
    low, high = fisher_bounds(values, counts[users], _LEVEL)
    surely, _ = fisher_bounds(values, counts[users], 1 - (1 - _LEVEL) / len(users))
    best = np.lexsort((users, -surely))[:n]
    sources = dataset.user_source_ids
    return [
        LikePerson(
            user_id=int(dataset.user_ids[users[row]]),
            rating_count=int(dataset.user_indptr[users[row] + 1] - dataset.user_indptr[users[row]]),
            common=int(counts[users[row]]),
            correlation=Interval(float(values[row]), float(low[row]), float(high[row])),
            certain=bool(surely[row] > 0),
            source_id=None if sources is None else sources[users[row]],
        )
        for row in best
    ]


def _sums(dataset: Dataset, profile: Profile) -> tuple[NDArray[np.int64], ...]:
    """Return for each user, over the films in common, their number and the sums of x, x², y, y² and x·y.

    In half stars, x being the profile's: whole numbers, whose sums are exact.
    """
    sums = np.zeros((6, dataset.n_users), dtype=np.int64)
    for users, theirs, mine in _blocks(dataset, profile):
        for row, values in enumerate((None, mine, mine**2, theirs, theirs**2, mine * theirs)):
            summed = np.bincount(users, values, minlength=dataset.n_users)
            sums[row] += summed.astype(np.int64)
    return tuple(sums)


def _blocks(
    dataset: Dataset, profile: Profile
) -> Iterator[tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]]:
    """Yield users, their half stars and the profile's, film by film, some films at a time."""
    spans = [
        slice(int(dataset.movie_indptr[item]), int(dataset.movie_indptr[item + 1])) for item in profile.items.tolist()
    ]
    halves = np.rint(profile.ratings * 2)
    start, size = 0, 0
    for end, span in enumerate(spans, start=1):
        size += span.stop - span.start
        if size >= _BLOCK or end == len(spans):
            part = spans[start:end]
            lengths = [span.stop - span.start for span in part]
            yield (
                np.concatenate([dataset.movie_users[span] for span in part]),
                np.concatenate([dataset.movie_ratings[span] for span in part]).astype(np.float64),
                np.repeat(halves[start:end], lengths).astype(np.float64),
            )
            start, size = end, 0
