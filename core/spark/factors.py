"""Factor models: MLlib's alternating least squares, implicit for `als` and explicit for the stars of `svd`.

Users' factors are not stored: what is served folds a profile in with the formulas of `als` and `svd`, so that what
MLlib minimises has to be what those fold in for. docs/SPARK.md derives the mapping.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from core.data.compress import narrow
from core.data.user_rows import UserRows
from core.progress import Progress
from core.recommenders.als import ALS
from core.recommenders.parts.rating_weights import training_weights
from core.recommenders.parts.spectral_directions import Scaling, WatchedDirections, power_iterations
from core.recommenders.svd import SVD
from core.spark.baseline import Movies, fitted_users
from core.spark.directions import leading_directions
from core.spark.frames import frame_of
from core.spark.ratings import SparkRatings

if TYPE_CHECKING:
    from pyspark.ml.recommendation import ALSModel
    from pyspark.sql import DataFrame

__all__ = ["EXPLICIT_PENALTY", "IMPLICIT_SHARE", "fit_als", "fit_svd", "implicit_factors", "rating_factors"]

_IMPLICIT_SWEEPS, _EXPLICIT_SWEEPS = 12, 12
"""Alternations. `als` needs fewer, since it starts from the directions of `svd`: MLlib starts from random ones."""
_TRIPLE = {"user": np.dtype(np.int32), "movie": np.dtype(np.int32), "value": np.dtype(np.float32)}
EXPLICIT_PENALTY = 0.15
"""For each rating, in stars squared; `benchmarks.spark_penalties` chose it without the ratings it is measured on."""
IMPLICIT_SHARE = 1.0
"""Of the penalty that is as large as ours; chosen likewise."""


def fit_als(model: ALS, ratings: SparkRatings, movies: Movies, progress: Progress) -> dict[str, NDArray[Any]]:
    """Return the arrays of `ALS` with movies' factors of MLlib's implicit alternating least squares."""
    progress(0.1, "alternating least squares")
    factors = implicit_factors(model, ratings, movies)
    progress(1.0, "alternating least squares")
    return model.kept(ratings.dataset, factors, movies.baseline)


def implicit_factors(
    model: ALS, ratings: SparkRatings, movies: Movies, share: float = IMPLICIT_SHARE
) -> NDArray[np.float32]:
    """Return movies' factors, with a share of the penalty that `mllib_penalty` tells."""
    config, data = model.config, ratings.dataset
    fitted = _least_squares(
        _triples(ratings, _confidences, movies, config.rating_gain, config.unwatched_weight),
        rank=config.factors,
        maxIter=_IMPLICIT_SWEEPS,
        regParam=share * mllib_penalty(config.regularisation, config.unwatched_weight, data.density),
        implicitPrefs=True,
        alpha=1.0,
        seed=config.seed,
    )
    return _item_factors(fitted, data.n_movies, config.factors)


def mllib_penalty(regularisation: float, unwatched_weight: float, density: float) -> float:
    """Return MLlib's ``regParam`` that penalises all vectors together as much as `als` does.

    `als` has ``l (n_u + a N) |u|^2`` beside the weight a of what was not watched, MLlib has ``p n_u |u|^2`` beside
    the weight 1: dividing by a, and the sum over users of ``n_u + a N`` by that of ``n_u``, p is ``(l / a) (1 + a /
    density)``; for movies it is the same.
    """
    return regularisation / unwatched_weight * (1 + unwatched_weight / density)


def fit_svd(model: SVD, ratings: SparkRatings, movies: Movies, progress: Progress) -> dict[str, NDArray[Any]]:
    """Return the arrays of `SVD`: directions from products with the Gram matrix, stars from MLlib's explicit ALS."""
    config, data = model.config, ratings.dataset
    scaling = model.scaling()
    progress(0.1, "decomposing what was watched")
    components, values = leading_directions(
        ratings,
        _watched,
        (movies, data.movie_counts, scaling),
        WatchedDirections.content(data, scaling),
        config.factors,
        power_iterations(data),
        config.seed,
    )
    watched = WatchedDirections.kept(components, values, data.movie_counts, scaling)
    progress(0.6, "alternating least squares of residuals")
    scaled = rating_factors(model, ratings, movies)
    progress(1.0, "alternated")
    return {**model.kept(data, watched, scaled), **movies.baseline.arrays()}


def rating_factors(
    model: SVD, ratings: SparkRatings, movies: Movies, penalty: float = EXPLICIT_PENALTY
) -> NDArray[np.float32]:
    """Return movies' factors of what the baseline leaves over, for users whose coordinates have unit variance."""
    config, data = model.config, ratings.dataset
    fitted = _least_squares(
        _triples(ratings, _residuals, movies),
        rank=config.rating_factors,
        maxIter=_EXPLICIT_SWEEPS,
        regParam=penalty,
        implicitPrefs=False,
        seed=config.seed,
    )
    factors = _item_factors(fitted, data.n_movies, config.rating_factors)
    return _of_unit_variance(factors, _second_moments(fitted.userFactors) / data.n_users)


def _least_squares(triples: DataFrame, **parameters: Any) -> ALSModel:
    from pyspark.ml import recommendation

    blocks = max(triples.sparkSession.sparkContext.defaultParallelism, 2)
    made = recommendation.ALS(
        userCol="user",
        itemCol="movie",
        ratingCol="value",
        numUserBlocks=blocks,
        numItemBlocks=blocks,
        **parameters,
    )
    return made.fit(triples)


def _triples(ratings: SparkRatings, ask: Callable[..., NDArray[np.float32]], *shared: Any) -> DataFrame:
    """Return users, movies and the value that ``ask(block, *shared)`` has for each rating, as a frame."""
    return frame_of(ratings.spark, ratings.map(_triples_of, ask, shared), _TRIPLE)


def _triples_of(
    block: UserRows, ask: Callable[..., NDArray[np.float32]], shared: tuple[Any, ...]
) -> tuple[NDArray[Any], ...]:
    users = np.arange(block.first_user, block.first_user + block.n_users, dtype=np.int32)
    return np.repeat(users, np.diff(block.user_indptr)), block.user_items, ask(block, *shared)


def _confidences(block: UserRows, movies: Movies, gain: float, unwatched_weight: float) -> NDArray[np.float32]:
    weights = training_weights(block, fitted_users(block, movies), gain)
    return weights / np.float32(unwatched_weight)


def _residuals(block: UserRows, movies: Movies) -> NDArray[np.float32]:
    return fitted_users(block, movies).residuals(block)


def _watched(block: UserRows, movies: Movies, counts: NDArray[np.int32], scaling: Scaling) -> sparse.csr_array:
    values = WatchedDirections.scaled(block, fitted_users(block, movies), counts, scaling)
    return sparse.csr_array((values, block.user_items, narrow(block.user_indptr)), shape=(block.n_users, len(counts)))


def _item_factors(fitted: ALSModel, n_movies: int, rank: int) -> NDArray[np.float32]:
    """Return movies' factors, zeros for those that nobody rated."""
    table = fitted.itemFactors.toArrow()
    factors = np.zeros((n_movies, rank), dtype=np.float32)
    found = table.column("features").combine_chunks().flatten().to_numpy()
    factors[table.column("id").to_numpy()] = found.reshape(-1, rank)
    return factors


def _second_moments(users: DataFrame) -> NDArray[np.float64]:
    """Return U' U of users' factors, k x k sums of what each partition holds."""
    parts = users.select("features").mapInArrow(_moments, "sums binary").collect()
    sums = sum(np.frombuffer(part[0], dtype=np.float64) for part in parts)
    k = round(np.size(sums) ** 0.5)
    moments: NDArray[np.float64] = np.reshape(sums, (k, k))
    return moments


def _moments(batches: Iterator[Any]) -> Iterator[Any]:
    import pyarrow as pa

    for batch in batches:
        if batch.num_rows:
            rows = batch.column(0).flatten().to_numpy().reshape(batch.num_rows, -1).astype(np.float64)
            yield pa.RecordBatch.from_arrays([pa.array([(rows.T @ rows).tobytes()], pa.binary())], names=["sums"])


def _of_unit_variance(factors: NDArray[np.float32], moments: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return movies' factors for users whose coordinates have unit variance, the strongest direction first."""
    squares, axes = linalg.eigh(moments)
    scaled = factors @ (axes * np.sqrt(np.maximum(squares, 0)))
    _, _, turn = linalg.svd(scaled, full_matrices=False)
    return np.ascontiguousarray(scaled @ turn.T, dtype=np.float32)
