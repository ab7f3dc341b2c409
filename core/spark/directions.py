"""Leading singular vectors of a matrix whose rows lie on Spark: scikit-learn's randomised decomposition, distributed.

The Gram matrix M' M of all movies is never made, 30 GB at 87,585 of them: its products with a few vectors are, each a
pass over the ratings. What is found is what `sklearn.utils.extmath.randomized_svd` finds from the same random start
(Halko, Martinsson and Tropp 2011, algorithms 4.4 and 5.1): the vectors between passes span the same space, whichever
way they are kept apart.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from core.data.user_rows import UserRows
from core.spark.ratings import SparkRatings

__all__ = ["leading_directions"]

_OVERSAMPLED = 10
"""Vectors that are followed beyond those asked for, as scikit-learn does."""

_NOTHING = 1e-12
"""Share of the largest eigenvalue below which one is rounding."""

MakeRows = Callable[..., sparse.csr_array]


def leading_directions(
    ratings: SparkRatings,
    make: MakeRows,
    shared: tuple[Any, ...],
    more: sparse.csr_array,
    size: int,
    iterations: int,
    seed: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what `core.recommenders.parts.leading_directions` returns.

    Parameters
    ----------
    make : callable
        A function of a module: ``make(block, *shared)`` returns the rows of a block of users.
    more : csr_array, shape (n_more, n_movies)
        Further rows, which the driver has.
    """
    n_rows, n_columns = ratings.dataset.n_users + more.shape[0], ratings.dataset.n_movies
    count = max(min(size, min(n_rows, n_columns) - 1), 1)
    followed = count + _OVERSAMPLED
    rng = np.random.RandomState(seed)

    def product(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
        (summed,) = ratings.sums(_product, make, shared, vectors)
        found: NDArray[np.float64] = summed + more.T @ (more @ vectors)
        return found

    few_rows = n_rows < n_columns
    if few_rows:
        start = rng.normal(size=(n_rows, followed))
        (vectors,) = ratings.sums(_from_rows, make, shared, start[: ratings.dataset.n_users])
        vectors = vectors + more.T @ start[ratings.dataset.n_users :]
    else:
        vectors = rng.normal(size=(n_columns, followed))
    for _ in range(iterations):
        vectors = np.linalg.qr(product(vectors))[0]
    if few_rows:
        vectors = np.linalg.qr(vectors)[0]
    after = product(vectors)
    inner = vectors.T @ after
    squares, turned = linalg.eigh((inner + inner.T) / 2)
    if few_rows:
        components = (vectors @ turned[:, ::-1]).T
        values = np.sqrt(np.maximum(squares[::-1], 0))
    else:
        # With V' M' M V = E L E', Q = M V E L^(-1/2) has orthonormal columns, and Q' M = L^(-1/2) E' (M' M V)'.
        known = squares > squares[-1] * _NOTHING
        projected = (after @ turned[:, known]).T / np.sqrt(squares[known])[:, None]
        _, values, components = linalg.svd(projected, full_matrices=False)
    # A matrix of lower rank has fewer directions: the others say nothing.
    components = np.pad(components[:count], ((0, max(count - len(components), 0)), (0, 0)))
    values = np.pad(values[:count], (0, max(count - len(values), 0)))
    largest = np.abs(components).argmax(axis=1)
    signs = np.where(components[np.arange(count), largest] < 0, -1.0, 1.0)
    return components * signs[:, None], values


def _product(
    block: UserRows, make: MakeRows, shared: tuple[Any, ...], vectors: NDArray[np.float64]
) -> tuple[NDArray[np.float64]]:
    rows = make(block, *shared)
    return (rows.T @ (rows @ vectors),)


def _from_rows(
    block: UserRows, make: MakeRows, shared: tuple[Any, ...], start: NDArray[np.float64]
) -> tuple[NDArray[np.float64]]:
    return (make(block, *shared).T @ start[block.first_user : block.first_user + block.n_users],)
