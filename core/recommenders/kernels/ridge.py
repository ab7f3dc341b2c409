"""Compiled loops behind the baseline and the fold-in of many users at once.

Serial on purpose: an OpenMP thread pool does not survive a fork. Imported only while training, so that a server
starts without the compiler.
"""

import numpy as np
from numba import types

from core.recommenders.kernels.compiling import compiled, filled, inner, read

__all__ = ["baseline_residuals", "movie_ridge", "ridge_rows", "shrunk_biases", "solve_in_place"]

_INT, _MOVIE, _REAL, _WIDE = types.int64, types.int32, types.float32, types.float64


@inner()
def solve_in_place(matrix, right):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Solve a positive definite system: `right` becomes the solution, the lower triangle a Cholesky factor."""
    d = len(right)
    for a in range(d):
        for b in range(a + 1):
            total = matrix[a, b]
            for c in range(b):
                total -= matrix[a, c] * matrix[b, c]
            matrix[a, b] = np.sqrt(total) if a == b else total / matrix[b, b]
    for a in range(d):
        for b in range(a):
            right[a] -= matrix[a, b] * right[b]
        right[a] /= matrix[a, a]
    for a in range(d - 1, -1, -1):
        for b in range(a + 1, d):
            right[a] -= matrix[b, a] * right[b]
        right[a] /= matrix[a, a]


@compiled(read(_INT), read(_MOVIE), read(_REAL), read(_REAL, 2), read(_WIDE))
def ridge_rows(indptr, indices, targets, features, penalty):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Solve one ridge regression per row of a compressed matrix.

    Parameters
    ----------
    indptr : ndarray of int64, shape (n_rows + 1,)
    indices : ndarray of int32, shape (n_entries,)
        The row of `features` that belongs to each entry.
    targets : ndarray of float32, shape (n_entries,)
    features : ndarray of float32, shape (n_columns, d)
    penalty : ndarray of float64, shape (d,)

    Returns
    -------
    ndarray of float32, shape (n_rows, d)
        Zeros for rows without entries.

    Notes
    -----
    Normal equations by Cholesky decomposition, in double precision. Compiled serially: an OpenMP loop would not
    survive a fork.
    """
    n_rows = len(indptr) - 1
    d = features.shape[1]
    weights = np.zeros((n_rows, d), dtype=np.float32)
    gram = np.empty((d, d))
    right = np.empty(d)
    used = np.empty(d, dtype=np.int64)
    for row in range(n_rows):
        start, end = indptr[row], indptr[row + 1]
        if start == end:
            continue
        for a in range(d):
            right[a] = 0.0
            for b in range(d):
                gram[a, b] = 0.0
        for entry in range(start, end):
            feature = features[indices[entry]]
            target = targets[entry]
            count = 0
            # Most features of the baseline are genres, and a movie has few of them.
            for a in range(d):
                if feature[a] != 0.0:
                    used[count] = a
                    count += 1
            for x in range(count):
                a = used[x]
                value = np.float64(feature[a])
                right[a] += value * target
                for y in range(x + 1):
                    gram[a, used[y]] += value * feature[used[y]]
        for a in range(d):
            gram[a, a] += penalty[a]
        solve_in_place(gram, right)
        for a in range(d):
            weights[row, a] = right[a]
    return weights


@compiled(read(_INT), read(_MOVIE), read(_REAL), read(_REAL, 2), _INT, _WIDE)
def movie_ridge(indptr, items, targets, traits, n_movies, penalty):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Solve one ridge regression per movie on three traits of its raters, in one pass over the users' rows.

    Returns
    -------
    ndarray of float32, shape (n_movies, 3)
    """
    gram = np.zeros((n_movies, 3, 3))
    right = np.zeros((n_movies, 3))
    for user in range(len(indptr) - 1):
        trait = traits[user]
        for entry in range(indptr[user], indptr[user + 1]):
            movie = items[entry]
            for a in range(3):
                right[movie, a] += trait[a] * targets[entry]
                for b in range(3):
                    gram[movie, a, b] += trait[a] * trait[b]
    weights = np.zeros((n_movies, 3), dtype=np.float32)
    for movie in range(n_movies):
        if gram[movie, 0, 0] > 0.0:
            for a in range(3):
                gram[movie, a, a] += penalty
            solve_in_place(gram[movie], right[movie])
            for a in range(3):
                weights[movie, a] = right[movie, a]
    return weights


@compiled(read(_INT), read(_MOVIE), read(types.uint8), _WIDE, _WIDE, _WIDE, _INT, filled(_REAL), filled(_REAL))
def shrunk_biases(  # type: ignore[no-untyped-def]
    indptr, items, half_stars, mean, user_shrinkage, item_shrinkage, sweeps, of_users, of_movies
):  # pragma: no cover
    """Alternate shrunk means of what the other side leaves over; the users' come last.

    Parameters
    ----------
    of_users, of_movies : ndarray of float32, shapes (n_users,) and (n_movies,)
        Overwritten by the biases.
    """
    n_users, n_movies = len(of_users), len(of_movies)
    user_bias = np.zeros(n_users)
    item_bias = np.zeros(n_movies)
    counts = np.zeros(n_movies)
    totals = np.zeros(n_movies)
    for entry in range(len(items)):
        counts[items[entry]] += 1.0
    for _ in range(sweeps):
        for movie in range(n_movies):
            totals[movie] = 0.0
        for user in range(n_users):
            level = mean + user_bias[user]
            for entry in range(indptr[user], indptr[user + 1]):
                totals[items[entry]] += 0.5 * half_stars[entry] - level
        for movie in range(n_movies):
            item_bias[movie] = totals[movie] / (counts[movie] + item_shrinkage)
        for user in range(n_users):
            total = 0.0
            for entry in range(indptr[user], indptr[user + 1]):
                total += 0.5 * half_stars[entry] - mean - item_bias[items[entry]]
            user_bias[user] = total / (indptr[user + 1] - indptr[user] + user_shrinkage)
    for user in range(n_users):
        of_users[user] = user_bias[user]
    for movie in range(n_movies):
        of_movies[movie] = item_bias[movie]


@compiled(
    read(_INT),
    read(_MOVIE),
    read(types.uint8),
    _WIDE,
    read(_REAL),
    read(_REAL),
    read(_REAL, 2),
    read(_REAL, 2),
    read(_REAL, 2),
    read(_REAL, 2),
    filled(_REAL),
)
def baseline_residuals(  # type: ignore[no-untyped-def]
    indptr, items, half_stars, mean, user_bias, item_bias, taste, features, traits, effects, left
):  # pragma: no cover
    """Fill in stars minus mean, biases and both products of effects, per rating: float32 of shape (n_ratings,)."""
    for user in range(len(indptr) - 1):
        level = mean + user_bias[user]
        for entry in range(indptr[user], indptr[user + 1]):
            movie = items[entry]
            total = level + item_bias[movie]
            for a in range(taste.shape[1]):
                total += taste[user, a] * features[movie, a]
            for a in range(traits.shape[1]):
                total += traits[user, a] * effects[movie, a]
            left[entry] = 0.5 * half_stars[entry] - total
