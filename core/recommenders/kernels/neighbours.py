"""Compiled search for the nearest movies of every movie. Serial and imported only while training."""

import numpy as np
from numba import types

from core.recommenders.kernels.compiling import compiled, filled, inner, read

__all__ = ["BITS", "SHIFT", "compare_movies", "keep_nearest"]

BITS = 24
SHIFT = 1 << BITS
_FEW = 50


@inner(inline="always")
def _behind(value, owner, other_value, other_owner):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Tell whether the first entry comes after the second: of equal ones that of the higher index does."""
    return value < other_value or (value == other_value and owner > other_owner)


@inner()
def _offer(values, owners, size, value, owner):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Put an entry on a heap of bounded size whose worst one is on top; return the new size."""
    limit = len(values)
    if size < limit:
        place = size
        while place > 0:
            parent = (place - 1) // 2
            if not _behind(value, owner, values[parent], owners[parent]):
                break
            values[place] = values[parent]
            owners[place] = owners[parent]
            place = parent
        values[place] = value
        owners[place] = owner
        return size + 1
    if not _behind(values[0], owners[0], value, owner):
        return size
    place = 0
    while True:
        child = 2 * place + 1
        if child >= limit:
            break
        if child + 1 < limit and _behind(values[child + 1], owners[child + 1], values[child], owners[child]):
            child += 1
        if not _behind(values[child], owners[child], value, owner):
            break
        values[place] = values[child]
        owners[place] = owners[child]
        place = child
    values[place] = value
    owners[place] = owner
    return size


@inner(inline="always")
def keep_nearest(  # type: ignore[no-untyped-def]
    one,
    other,
    count,
    dot,
    source_norm,
    target_norm,
    watch_shrinkage,
    spread,
    rating_shrinkage,
    watch_size,
    watch_items,
    watch_values,
    rating_size,
    rating_items,
    rating_values,
):  # pragma: no cover
    """Offer movie `other` to the heaps of movie `one`, of the list and of the stars; return their new sizes."""
    likeness = np.float32(count / (source_norm[other] * target_norm[one] + watch_shrinkage))
    watch_size = _offer(watch_values, watch_items, watch_size, likeness, other)
    if dot > 0:
        agreement = np.float32(dot / (spread[other] * spread[one] * (count + rating_shrinkage)))
        rating_size = _offer(rating_values, rating_items, rating_size, agreement, other)
    return watch_size, rating_size


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
    filled(types.int32),
    filled(types.int32, 2),
    filled(types.float32, 2),
    filled(types.int32),
    filled(types.int32, 2),
    filled(types.float32, 2),
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
    watch_sizes,
    watch_items,
    watch_values,
    rating_sizes,
    rating_items,
    rating_values,
    sums,
    touched,
):
    """Compare movies `first` to `last` with all movies before them, and keep the nearest of both.

    To be called for consecutive spans from 0 to the number of movies. The heaps are not sorted.

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
    watch_sizes, watch_items, watch_values : int32, int32 and float32, shapes (n_movies,) and (n_movies, k)
        Heaps of neighbours by n_ij / (source_norm_j target_norm_i + shrinkage); sizes are 0 at first.
    rating_sizes, rating_items, rating_values : int32, int32 and float32, shapes (n_movies,) and (n_movies, r)
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
            for turn in range(2):
                one, other = (item, movie) if turn == 0 else (movie, item)
                watch_sizes[one], rating_sizes[one] = keep_nearest(
                    one,
                    other,
                    count,
                    dot,
                    source_norm,
                    target_norm,
                    watch_shrinkage,
                    spread,
                    rating_shrinkage,
                    watch_sizes[one],
                    watch_items[one],
                    watch_values[one],
                    rating_sizes[one],
                    rating_items[one],
                    rating_values[one],
                )
