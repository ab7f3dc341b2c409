"""What people rated soon after a film, beside what they would have in any other order."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import pdtrc

from core.data.conventions import TIMES_TELL
from core.data.dataset import Dataset
from core.views import NextMovie, WatchedNext

__all__ = ["watched_next"]

_WITHIN = 10
_MOST = 1_000
_LEAST = 3
_FALSE = 0.05
"""Of the films that are listed at most this share is expected to be there by chance."""
_LOT_BITS = 22

Counts = NDArray[np.int64]
Values = NDArray[np.float64]


def watched_next(dataset: Dataset, item: int, n: int = 10) -> WatchedNext:
    """Return the films that people rated among the ten after a film, where more did than chance explains.

    Parameters
    ----------
    item : int
        Dense movie index.
    n : int
        How many films at most.

    Notes
    -----
    Up to a thousand of those who rated the film are looked at, drawn with a fixed seed, so that a film of a hundred
    thousand people costs no more; without those who have a rating without a time, or one time for all of them. Of
    equal times a lot decides.

    Chance is exact: had somebody rated the same L films in random order, the one would be among the k after the other
    in (k L - k (k + 1) / 2) / (L (L - 1)) of all orders, so that rating both alone gives no film a place. The count
    of people is compared with a Poisson variable of the sum of these, whose tails are wider; at least three people
    and the procedure of Benjamini and Hochberg (1995) decide what is listed, ordered by how many are beyond chance.
    """
    people = _people(dataset, item)
    rows, items, keys = _ordered(dataset, people)
    lengths = np.bincount(rows, minlength=len(people))
    own = keys[items == item]
    later = keys > own[rows]
    places = np.flatnonzero(later)[np.argsort(keys[later])]
    after = np.bincount(rows[places], minlength=len(people))
    distance = np.arange(len(places)) - np.repeat(np.cumsum(after) - after, after)
    soon = np.bincount(items[places[distance < _WITHIN]], minlength=dataset.n_movies)
    following = np.bincount(items[places[distance == 0]], minlength=dataset.n_movies)
    by_chance: Values = np.bincount(items, weights=_chances(lengths)[rows], minlength=dataset.n_movies).astype(float)
    by_chance[item] = 0
    chosen = _beyond(soon, by_chance)
    chosen = chosen[np.argsort(by_chance[chosen] - soon[chosen], kind="stable")][:n]
    return WatchedNext(
        movie_id=int(dataset.movies.ids[item]),
        raters=int(dataset.movie_counts[item]),
        people=len(people),
        within=_WITHIN,
        items=[_movie(dataset, one, following, soon, by_chance) for one in chosen.tolist()],
        text=_told(int(dataset.movie_counts[item]), len(people)),
    )


def _people(dataset: Dataset, item: int) -> NDArray[np.int32]:
    """Return those who rated a film and whose ratings have an order, ascending."""
    raters = dataset.movie_users[dataset.movie_indptr[item] : dataset.movie_indptr[item + 1]]
    if len(raters) > _MOST:
        raters = np.sort(np.random.default_rng(0).choice(raters, _MOST, replace=False))
    rows, places = _ratings_of(dataset, raters)
    starts = np.searchsorted(rows, np.arange(len(raters)))
    if not len(raters):
        return raters
    times = dataset.user_times[places]
    first, last = np.minimum.reduceat(times, starts), np.maximum.reduceat(times, starts)
    return raters[(first > 0) & (first < last)]


def _ratings_of(dataset: Dataset, users: NDArray[np.int32]) -> tuple[Counts, Counts]:
    """Return the row in `users` and the position of each of their ratings."""
    starts = dataset.user_indptr[users].astype(np.int64)
    lengths = dataset.user_indptr[users + 1].astype(np.int64) - starts
    rows = np.repeat(np.arange(len(users)), lengths)
    return rows, np.arange(len(rows)) + np.repeat(starts - np.cumsum(lengths) + lengths, lengths)


def _ordered(dataset: Dataset, users: NDArray[np.int32]) -> tuple[Counts, NDArray[np.int32], NDArray[np.uint64]]:
    """Return row, film and a key for each rating of users; keys grow with the row, then the time, then by lot."""
    rows, places = _ratings_of(dataset, users)
    lots = np.random.default_rng(0).integers(1 << _LOT_BITS, size=len(rows), dtype=np.uint64)
    times = dataset.user_times[places].astype(np.uint64)
    keys = (rows.astype(np.uint64) << np.uint64(32 + _LOT_BITS)) | (times << np.uint64(_LOT_BITS)) | lots
    return rows, dataset.user_items[places], keys


def _chances(lengths: Counts) -> Values:
    """Return for people of so many films how likely one is among those soon after another, orders being random."""
    within = np.minimum(_WITHIN, lengths - 1)
    chances: Values = (within * lengths - within * (within + 1) / 2) / (lengths * (lengths - 1.0))
    return chances


def _beyond(soon: Counts, by_chance: Values) -> Counts:
    """Return the films of which more people than chance explains rated them soon after."""
    met = np.flatnonzero(by_chance > 0)
    tails = pdtrc(soon[met] - 1.0, by_chance[met])
    tails[soon[met] < _LEAST] = 1
    order = np.argsort(tails)
    below = np.flatnonzero(tails[order] <= _FALSE * np.arange(1, len(met) + 1) / len(met))
    found: Counts = met[order[: below[-1] + 1]] if len(below) else met[:0]
    return found


def _movie(dataset: Dataset, item: int, following: Counts, soon: Counts, by_chance: Values) -> NextMovie:
    movies, expected = dataset.movies, float(by_chance[item])
    return NextMovie(
        movie_id=int(movies.ids[item]),
        title=movies.title(item),
        year=movies.year(item),
        genres=movies.genres(item),
        next=int(following[item]),
        soon=int(soon[item]),
        by_chance=round(expected, 2),
        text=_sentence(int(following[item]), int(soon[item]), expected),
        source_id=movies.source_id(item),
    )


def _sentence(following: int, soon: int, expected: float) -> str:
    right_after = "none right after" if not following else f"{following:,} right after"
    times = soon / expected
    chance = f"{times:.0f}" if times >= 10 else f"{times:.1f}"
    return f"{soon:,} people within the next {_WITHIN} films, {right_after}: {chance} times what chance gives."


def _told(raters: int, people: int) -> str:
    if not people:
        return "Nobody who rated this film has ratings whose times tell an order."
    everybody = "the only person" if raters == 1 else f"all {raters:,} people"
    whom = f"{people:,} of the {raters:,} people" if people < raters else everybody
    return (
        f"Counted over {whom} who rated this film; chance is what the same people would give, had they rated "
        f"the same films in any other order. {TIMES_TELL}"
    )
