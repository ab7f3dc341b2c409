"""Compiled search for the nearest movies of some movies, from sums over all pairs. Imported only while training."""

from numba import types

from core.recommenders.kernels.compiling import compiled, filled, read
from core.recommenders.kernels.neighbours import BITS, SHIFT, keep, packed

__all__ = ["add_pairs", "nearest"]


@compiled(
    types.int64,
    read(types.int64),
    read(types.int32),
    read(types.int8),
    filled(types.int64, 2),
)
def add_pairs(first, user_indptr, user_items, user_values, sums):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Add users' pairs of ratings to the sums of movies `first` and following with all movies.

    Parameters
    ----------
    first : int
    user_indptr, user_items, user_values : int64, int32, int8
        Residuals of ratings by user, movies ascending.
    sums : ndarray of int64, shape (n_rows, n_movies)
        As those of `compare_movies`, which are whole numbers: the order of users does not matter.
    """
    last = first + len(sums)
    for user in range(len(user_indptr) - 1):
        begin, end = user_indptr[user], user_indptr[user + 1]
        for entry in range(begin, end):
            item = user_items[entry]
            if item < first:
                continue
            if item >= last:
                break
            value = types.int64(user_values[entry]) * SHIFT
            for other in range(begin, end):
                sums[item - first, user_items[other]] += value * user_values[other] + 1


@compiled(
    types.int64,
    filled(types.int64, 2),
    read(types.float32),
    read(types.float32),
    types.float64,
    read(types.float32),
    types.float64,
    types.int64,
    filled(types.int64),
    filled(types.int64, 2),
    filled(types.int64),
    filled(types.int64, 2),
)
def nearest(  # type: ignore[no-untyped-def]
    first,
    sums,
    source_norm,
    target_norm,
    watch_shrinkage,
    spread,
    rating_shrinkage,
    min_common,
    watch_lowest,
    watch_heaps,
    rating_lowest,
    rating_heaps,
):  # pragma: no cover
    """Keep the nearest of both kinds of the movies that `add_pairs` added up; parameters as of `compare_movies`.

    Rows of heaps are those of `sums`.
    """
    for row in range(len(sums)):
        item = first + row
        for movie in range(sums.shape[1]):
            found = sums[row, movie]
            count = found & (SHIFT - 1)
            if found == 0 or movie == item or count < min_common:
                continue
            dot = found >> BITS
            entry = packed(count / (source_norm[movie] * target_norm[item] + watch_shrinkage), movie)
            if entry > watch_lowest[row]:
                keep(row, entry, watch_lowest, watch_heaps)
            if dot > 0:
                entry = packed(dot / (spread[movie] * spread[item] * (count + rating_shrinkage)), movie)
                if entry > rating_lowest[row]:
                    keep(row, entry, rating_lowest, rating_heaps)
