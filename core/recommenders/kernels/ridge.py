"""Compiled loops behind the baseline and the fold-in of many users at once.

Serial on purpose: an OpenMP thread pool does not survive a fork. Imported only while training, so that a server
starts without the compiler.
"""

import numpy as np
from numba import types
from numpy.typing import NDArray

from core.recommenders.kernels.compiling import compiled, filled, inner, read

__all__ = [
    "baseline_residuals",
    "movie_ridge",
    "ridge_rows",
    "shrunk_biases",
    "solve_in_place",
    "solved_traits",
    "trait_sums",
]

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


def ridge_rows(
    indptr: NDArray[np.int64],
    indices: NDArray[np.int32],
    targets: NDArray[np.float32],
    features: NDArray[np.float32],
    penalty: NDArray[np.float64],
) -> NDArray[np.float32]:
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
    d = features.shape[1]
    weights = np.zeros((len(indptr) - 1, d), dtype=np.float32)
    gram, right, used = np.empty((d, d)), np.empty(d), np.empty(d, dtype=np.int64)
    _ridge_rows(indptr, indices, targets, features, penalty, gram, right, used, weights)
    return weights


@compiled(
    read(_INT),
    read(_MOVIE),
    read(_REAL),
    read(_REAL, 2),
    read(_WIDE),
    filled(_WIDE, 2),
    filled(_WIDE),
    filled(_INT),
    filled(_REAL, 2),
)
def _ridge_rows(  # type: ignore[no-untyped-def]
    indptr, indices, targets, features, penalty, gram, right, used, weights
):  # pragma: no cover
    d = len(right)
    for row in range(len(weights)):
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


def movie_ridge(
    indptr: NDArray[np.int64],
    items: NDArray[np.int32],
    targets: NDArray[np.float32],
    traits: NDArray[np.float32],
    n_movies: int,
    penalty: float,
) -> NDArray[np.float32]:
    """Solve one ridge regression per movie on three traits of its raters, in one pass over the users' rows.

    Returns
    -------
    ndarray of float32, shape (n_movies, 3)
    """
    return solved_traits(*trait_sums(indptr, items, targets, traits, n_movies), penalty)


def trait_sums(
    indptr: NDArray[np.int64],
    items: NDArray[np.int32],
    targets: NDArray[np.float32],
    traits: NDArray[np.float32],
    n_movies: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the normal equations of `movie_ridge`, float64 of shapes (n_movies, 3, 3) and (n_movies, 3)."""
    gram, right = np.zeros((n_movies, 3, 3)), np.zeros((n_movies, 3))
    _add_traits(indptr, items, targets, traits, gram, right)
    return gram, right


def solved_traits(gram: NDArray[np.float64], right: NDArray[np.float64], penalty: float) -> NDArray[np.float32]:
    """Return the solutions of the normal equations of `trait_sums`."""
    rated = gram[:, 0, 0] > 0
    weights = np.zeros((len(gram), 3), dtype=np.float32)
    weights[rated] = np.linalg.solve(gram[rated] + penalty * np.eye(3), right[rated, :, None])[:, :, 0]
    return weights


@compiled(read(_INT), read(_MOVIE), read(_REAL), read(_REAL, 2), filled(_WIDE, 3), filled(_WIDE, 2))
def _add_traits(indptr, items, targets, traits, gram, right):  # type: ignore[no-untyped-def]  # pragma: no cover
    for user in range(len(indptr) - 1):
        for entry in range(indptr[user], indptr[user + 1]):
            movie = items[entry]
            for a in range(3):
                right[movie, a] += traits[user, a] * targets[entry]
                for b in range(3):
                    gram[movie, a, b] += traits[user, a] * traits[user, b]


def shrunk_biases(
    indptr: NDArray[np.int64],
    items: NDArray[np.int32],
    half_stars: NDArray[np.uint8],
    counts: NDArray[np.integer],
    mean: float,
    shrinkage: tuple[float, float],
    sweeps: int,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Alternate shrunk means of what the other side leaves over; the users' come last.

    Parameters
    ----------
    counts : ndarray of int, shape (n_movies,)
        Ratings of each movie.
    shrinkage : tuple of float
        Of users and of movies.

    Returns
    -------
    tuple of ndarray of float32, shapes (n_users,) and (n_movies,)
        The biases.
    """
    n_movies = len(counts)
    of_users, of_movies = np.zeros(len(indptr) - 1), np.zeros(n_movies)
    shrunk = counts + shrinkage[1]
    _shrunk_biases(
        indptr, items, half_stars, shrunk, mean, shrinkage[0], sweeps, np.empty(n_movies), of_users, of_movies
    )
    return of_users.astype(np.float32), of_movies.astype(np.float32)


@compiled(
    read(_INT),
    read(_MOVIE),
    read(types.uint8),
    read(_WIDE),
    _WIDE,
    _WIDE,
    _INT,
    filled(_WIDE),
    filled(_WIDE),
    filled(_WIDE),
)
def _shrunk_biases(  # type: ignore[no-untyped-def]
    indptr, items, half_stars, shrunk, mean, user_shrinkage, sweeps, totals, user_bias, item_bias
):  # pragma: no cover
    n_users, n_movies = len(user_bias), len(item_bias)
    for _ in range(sweeps):
        for movie in range(n_movies):
            totals[movie] = 0.0
        for user in range(n_users):
            level = mean + user_bias[user]
            for entry in range(indptr[user], indptr[user + 1]):
                totals[items[entry]] += 0.5 * half_stars[entry] - level
        for movie in range(n_movies):
            item_bias[movie] = totals[movie] / shrunk[movie]
        for user in range(n_users):
            total = 0.0
            for entry in range(indptr[user], indptr[user + 1]):
                total += 0.5 * half_stars[entry] - mean - item_bias[items[entry]]
            user_bias[user] = total / (indptr[user + 1] - indptr[user] + user_shrinkage)


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
