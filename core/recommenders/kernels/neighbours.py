"""Compiled search for the nearest movies of every movie. Serial and imported only while training."""

import numpy as np
from numba import types

from core.recommenders.kernels.compiling import compiled, filled, inner, read

__all__ = ["BITS", "LAST", "SHIFT", "compare_movies", "keep", "packed"]

BITS = 24
SHIFT = 1 << BITS
LAST = (1 << 31) - 1
"""The highest index that an entry of a heap can hold."""
_FEW = 50


@inner(inline="always")
def packed(value, movie):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Return a positive value and whose it is as one number: of equal values the lower index makes the larger one."""
    return (np.int64(np.float32(value).view(np.int32)) << 32) | (LAST - movie)


@inner()
def keep(row, entry, lowest, heaps):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Put an entry in the place of the lowest one of a row's heap, which is on top."""
    heap = heaps[row]
    limit = len(heap)
    place = 0
    while True:
        child = 2 * place + 1
        if child >= limit:
            break
        if child + 1 < limit and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= entry:
            break
        heap[place] = heap[child]
        place = child
    heap[place] = entry
    lowest[row] = heap[0]


@inner(inline="always")
def _add_up(  # type: ignore[no-untyped-def]  # pragma: no cover
    item, user_indptr, user_items, user_values, item_indptr, item_users, item_values, reached, sums, touched
):
    """Fill `sums` for one movie with all before it; return how many of them it shares raters with, in `touched`."""
    begin = item_indptr[item]
    end = item_indptr[item + 1]
    n_touched = 0
    if end - begin < _FEW:
        for entry in range(begin, end):
            user = item_users[entry]
            value = np.int64(item_values[entry]) * SHIFT
            for other in range(user_indptr[user], reached[user]):
                movie = user_items[other]
                if sums[movie] == 0:
                    touched[n_touched] = movie
                    n_touched += 1
                sums[movie] += value * user_values[other] + 1
            reached[user] += 1
    else:
        for entry in range(begin, end):
            user = item_users[entry]
            value = np.int64(item_values[entry]) * SHIFT
            for other in range(user_indptr[user], reached[user]):
                sums[user_items[other]] += value * user_values[other] + 1
            reached[user] += 1
        for movie in range(item):
            if sums[movie] != 0:
                touched[n_touched] = movie
                n_touched += 1
    return n_touched


@compiled(
    types.int64,
    types.int64,
    read(types.int64),
    read(types.int32),
    read(types.int8),
    read(types.int64),
    read(types.int32),
    read(types.int8),
    read(types.float32),
    read(types.float32),
    types.float64,
    read(types.float32),
    types.float64,
    types.int64,
    filled(types.int64),
    filled(types.int64),
    filled(types.int64, 2),
    filled(types.int64),
    filled(types.int64, 2),
    filled(types.int64),
    filled(types.int32),
)
def compare_movies(  # type: ignore[no-untyped-def]  # pragma: no cover
    first,
    last,
    user_indptr,
    user_items,
    user_values,
    item_indptr,
    item_users,
    item_values,
    source_norm,
    target_norm,
    watch_shrinkage,
    spread,
    rating_shrinkage,
    min_common,
    reached,
    watch_lowest,
    watch_heaps,
    rating_lowest,
    rating_heaps,
    sums,
    touched,
):
    """Compare movies `first` to `last` with all movies before them, and keep the nearest of both.

    To be called for consecutive spans from 0 to the number of movies.

    Parameters
    ----------
    user_indptr, user_items, user_values : int64, int32, int8
        Residuals of ratings by user, movies ascending, in units that cancel in `spread`.
    item_indptr, item_users, item_values : int64, int32, int8
        The same by movie.
    source_norm, target_norm : ndarray of float32, shape (n_movies,)
        Powers of the numbers of ratings.
    watch_shrinkage, rating_shrinkage : float
    spread : ndarray of float32, shape (n_movies,)
        Standard deviation of a movie's residuals.
    min_common : int
        Pairs with fewer common raters are no neighbours.
    reached : ndarray of int64, shape (n_users,)
        A copy of the starts of the users' rows at first; moves on.
    watch_lowest, watch_heaps : ndarray of int64, shapes (n_movies,) and (n_movies, k)
        Heaps of neighbours by n_ij / (source_norm_j target_norm_i + shrinkage), and the lowest entry of each, which
        is on top; all -1 at first. An entry has the bits of the value, as float32, above `LAST` less the neighbour's
        index.
    rating_lowest, rating_heaps : ndarray of int64, shapes (n_movies,) and (n_movies, r)
        Heaps of neighbours by sum(e_i e_j) / (spread_i spread_j (n_ij + shrinkage)) where positive.
    sums, touched : ndarray of int64 and int32, shape (n_movies,)
        Room to work in; the sums are 0 at first, and after each call.

    Notes
    -----
    One row of both products X' X stays in the cache while the ratings of all users of that movie are added to it.
    Movies are taken in order, so what a user rated before one lies between the start of his row and the place that
    he has reached: every pair is counted once. The number of common raters and the product of residuals share one
    integer, the former in its lowest bits, so that a pair of ratings costs one addition. Rows of much rated movies
    are searched for what is not zero, those of others keep a list of it. Bounded heaps keep the best, so memory does
    not grow with the number of pairs; of equally near movies those of lower index, in whatever order pairs are met.
    What is not near enough, as most pairs are, is told by the lowest entries, which lie side by side. No function is
    handed an array before that: where it is put into the loop, the array's references are counted at each turn, and
    all of it takes twice as long.
    """
    for item in range(first, last):
        n_touched = _add_up(
            item, user_indptr, user_items, user_values, item_indptr, item_users, item_values, reached, sums, touched
        )
        for place in range(n_touched):
            movie = np.int64(touched[place])
            count = sums[movie] & (SHIFT - 1)
            dot = sums[movie] >> BITS
            sums[movie] = 0
            if count < min_common:
                continue
            entry = packed(count / (source_norm[movie] * target_norm[item] + watch_shrinkage), movie)
            if entry > watch_lowest[item]:
                keep(item, entry, watch_lowest, watch_heaps)
            entry = packed(count / (source_norm[item] * target_norm[movie] + watch_shrinkage), item)
            if entry > watch_lowest[movie]:
                keep(movie, entry, watch_lowest, watch_heaps)
            if dot > 0:
                agreement = dot / (spread[movie] * spread[item] * (count + rating_shrinkage))
                entry = packed(agreement, movie)
                if entry > rating_lowest[item]:
                    keep(item, entry, rating_lowest, rating_heaps)
                entry = packed(agreement, item)
                if entry > rating_lowest[movie]:
                    keep(movie, entry, rating_lowest, rating_heaps)
