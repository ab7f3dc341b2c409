"""Compiled search for the nearest movies of every movie. Serial and imported only while training."""

import numpy as np
from numba import njit

__all__ = ["nearest_movies"]


@njit(cache=True, nogil=True, inline="always")
def _offer(values, owners, size, value, owner):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Put an entry on a heap of bounded size whose smallest value is on top; return the new size."""
    limit = len(values)
    if size < limit:
        place = size
        while place > 0:
            parent = (place - 1) // 2
            if values[parent] <= value:
                break
            values[place] = values[parent]
            owners[place] = owners[parent]
            place = parent
        values[place] = value
        owners[place] = owner
        return size + 1
    if value <= values[0]:
        return size
    place = 0
    while True:
        child = 2 * place + 1
        if child >= limit:
            break
        if child + 1 < limit and values[child + 1] < values[child]:
            child += 1
        if values[child] >= value:
            break
        values[place] = values[child]
        owners[place] = owners[child]
        place = child
    values[place] = value
    owners[place] = owner
    return size


@njit(cache=True, nogil=True)
def nearest_movies(  # type: ignore[no-untyped-def]  # pragma: no cover
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
    watch_items,
    watch_values,
    rating_items,
    rating_values,
):
    """Find, for movies `first` to `last`, whom people also watched and whom people rated alike.

    Parameters
    ----------
    user_indptr, user_items, user_values : int64, int32, int8
        Residuals of ratings by user, in units that cancel in `spread`.
    item_indptr, item_users, item_values : int64, int32, int8
        The same by movie.
    source_norm, target_norm : ndarray of float32, shape (n_movies,)
        Powers of the numbers of ratings.
    watch_shrinkage, rating_shrinkage : float
    spread : ndarray of float32, shape (n_movies,)
        Standard deviation of a movie's residuals.
    min_common : int
        Pairs with fewer common raters are no neighbours.
    watch_items, watch_values : ndarray of shape (last - first, k)
        Filled with neighbours and n_ij / (source_norm_j target_norm_i + shrinkage), the best first; -1 where there
        are fewer.
    rating_items, rating_values : ndarray of shape (last - first, r)
        Filled with neighbours and sum(e_i e_j) / (spread_i spread_j (n_ij + shrinkage)) where positive.

    Notes
    -----
    One row of both products X' X stays in the cache while the ratings of all users of that movie are added to it;
    bounded heaps then keep the best, so memory does not grow with the number of pairs.
    """
    n_movies = len(source_norm)
    common = np.zeros(n_movies, dtype=np.int32)
    product = np.zeros(n_movies, dtype=np.int32)
    touched = np.empty(n_movies, dtype=np.int32)
    k = watch_items.shape[1]
    r = rating_items.shape[1]
    watch_heap = np.empty(k, dtype=np.float32)
    watch_owner = np.empty(k, dtype=np.int32)
    rating_heap = np.empty(r, dtype=np.float32)
    rating_owner = np.empty(r, dtype=np.int32)
    for item in range(first, last):
        n_touched = 0
        for entry in range(item_indptr[item], item_indptr[item + 1]):
            user = item_users[entry]
            value = np.int32(item_values[entry])
            for other in range(user_indptr[user], user_indptr[user + 1]):
                movie = user_items[other]
                if common[movie] == 0:
                    touched[n_touched] = movie
                    n_touched += 1
                common[movie] += 1
                product[movie] += value * user_values[other]
        watch_size = 0
        rating_size = 0
        for place in range(n_touched):
            movie = touched[place]
            count = common[movie]
            dot = product[movie]
            common[movie] = 0
            product[movie] = 0
            if movie == item or count < min_common:
                continue
            likeness = np.float32(count / (source_norm[movie] * target_norm[item] + watch_shrinkage))
            watch_size = _offer(watch_heap, watch_owner, watch_size, likeness, movie)
            if dot > 0:
                agreement = np.float32(dot / (spread[movie] * spread[item] * (count + rating_shrinkage)))
                rating_size = _offer(rating_heap, rating_owner, rating_size, agreement, movie)
        row = item - first
        _write(watch_heap, watch_owner, watch_size, watch_items[row], watch_values[row])
        _write(rating_heap, rating_owner, rating_size, rating_items[row], rating_values[row])


@njit(cache=True, nogil=True)
def _write(values, owners, size, out_items, out_values):  # type: ignore[no-untyped-def]  # pragma: no cover
    order = np.argsort(-values[:size])
    for place in range(size):
        out_items[place] = owners[order[place]]
        out_values[place] = values[order[place]]
    for place in range(size, len(out_items)):
        out_items[place] = -1
        out_values[place] = 0
