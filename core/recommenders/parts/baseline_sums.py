"""Sums over all ratings behind the baseline, by blocks of users whose ratings stay in the processor's cache."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from core.data.compress import narrow
from core.data.user_rows import spans_of_users

__all__ = ["baseline_residuals", "movie_ridge", "shrunk_biases", "solved_traits", "trait_sums"]

_SMALL, _MEDIUM, _LARGE = 1 << 15, 1 << 18, 1 << 20
"""Ratings of a block: the fewer, the more numbers there are for each, and the more, the more for each movie."""


class _Block(NamedTuple):
    """The ratings of neighbouring users.

    Attributes
    ----------
    users, ratings : slice
    """

    users: slice
    ratings: slice


def _blocks(indptr: NDArray[np.int64], size: int) -> Iterator[_Block]:
    """Yield blocks of users who have about so many ratings together."""
    for first, last in spans_of_users(indptr, size):
        yield _Block(slice(first, last), slice(int(indptr[first]), int(indptr[last])))


def _matrix(
    block: _Block, values: NDArray[Any], indptr: NDArray[np.int64], items: NDArray[np.int32], n_movies: int
) -> sparse.csr_array:
    """Return values of a block's ratings as a matrix of its users and all movies, sharing memory with both."""
    starts = narrow(indptr[block.users.start : block.users.stop + 1] - block.ratings.start)
    shape = (block.users.stop - block.users.start, n_movies)
    return sparse.csr_array((values, items[block.ratings], starts), shape=shape)


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
    n_movies, lengths = len(counts), np.diff(indptr)
    blocks = list(_blocks(indptr, _MEDIUM))
    ones = np.ones(max((block.ratings.stop - block.ratings.start for block in blocks), default=0))
    rated = []
    of_users, of_movies = np.empty(len(lengths)), np.zeros(n_movies)
    for block in blocks:
        stars = _matrix(block, 0.5 * half_stars[block.ratings], indptr, items, n_movies)
        of_users[block.users] = stars @ np.ones(n_movies)
        of_movies += stars.T @ np.ones(stars.shape[0])
        rated.append(_matrix(block, ones[: stars.nnz], indptr, items, n_movies))
    user_bias, item_bias = np.zeros(len(lengths)), np.zeros(n_movies)
    for _ in range(sweeps):
        item_bias = of_movies - mean * counts
        for block, matrix in zip(blocks, rated, strict=True):
            item_bias -= matrix.T @ user_bias[block.users]
        item_bias /= counts + shrinkage[1]
        for block, matrix in zip(blocks, rated, strict=True):
            user_bias[block.users] = matrix @ item_bias
        user_bias = (of_users - mean * lengths - user_bias) / (lengths + shrinkage[0])
    return user_bias.astype(np.float32), item_bias.astype(np.float32)


def baseline_residuals(
    indptr: NDArray[np.int64],
    items: NDArray[np.int32],
    half_stars: NDArray[np.uint8],
    level: NDArray[np.floating[Any]],
    item_bias: NDArray[np.float32],
    *products: tuple[NDArray[np.float32], NDArray[np.float32]],
) -> NDArray[np.float32]:
    """Return stars minus the users' levels, the movies' biases and products of vectors of both, per rating.

    Parameters
    ----------
    level : ndarray, shape (n_users,)
        Mean and bias.
    *products : pairs of ndarray of float32, shapes (n_users, d) and (n_movies, d)
    """
    left = np.empty(int(indptr[-1]), dtype=np.float32)
    for block in _blocks(indptr, _SMALL):
        rated, lengths = items[block.ratings], np.diff(indptr[block.users.start : block.users.stop + 1])
        found = 0.5 * half_stars[block.ratings] - np.repeat(level[block.users], lengths) - item_bias[rated]
        for of_users, of_movies in products:
            both = (np.repeat(of_users[block.users], lengths, axis=0), of_movies.take(rated, axis=0))
            found -= np.einsum("nd,nd->n", *both)
        left[block.ratings] = found
    return left


def movie_ridge(
    indptr: NDArray[np.int64],
    items: NDArray[np.int32],
    targets: NDArray[np.float32],
    traits: NDArray[np.float32],
    n_movies: int,
    penalty: float,
) -> NDArray[np.float32]:
    """Solve one ridge regression per movie on three traits of its raters.

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
    wide = traits.astype(np.float64)
    products = (wide[:, :, None] * wide[:, None, :]).reshape(len(wide), 9)
    gram, right = np.zeros((n_movies, 9)), np.zeros((n_movies, 3))
    for block in _blocks(indptr, _LARGE):
        left = _matrix(block, targets[block.ratings].astype(np.float64), indptr, items, n_movies)
        rated = _matrix(block, np.ones(left.nnz), indptr, items, n_movies)
        gram += rated.T @ products[block.users]
        right += left.T @ wide[block.users]
    return gram.reshape(n_movies, 3, 3), right


def solved_traits(gram: NDArray[np.float64], right: NDArray[np.float64], penalty: float) -> NDArray[np.float32]:
    """Return the solutions of the normal equations of `trait_sums`."""
    rated = gram[:, 0, 0] > 0
    weights = np.zeros((len(gram), 3), dtype=np.float32)
    weights[rated] = np.linalg.solve(gram[rated] + penalty * np.eye(3), right[rated, :, None])[:, :, 0]
    return weights
