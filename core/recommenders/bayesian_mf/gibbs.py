"""Gibbs sampling of a Bayesian matrix factorisation with side information and uneven noise.

The model (stars r_ui, both vectors with k + 1 entries, the first of them a bias):

    r_ui ~ N(mean + t_u[0] + q_i[0] + t_u[1:] . q_i[1:],  1 / (a * a_u * a_i))
    t_u  ~ N(m_t + x_u B_t, L_t^-1)        q_i ~ N(m_q + z_i B_q, L_q^-1)
    B    ~ matrix normal(0, 1 / l, L^-1),  L ~ Wishart,  m ~ N(0, L^-1),  l, a ~ Gamma
    a_u  ~ Gamma(user_noise / 2, user_noise / 2),  a_i ~ Gamma(movie_noise / 2, movie_noise / 2)

It is Bayesian probabilistic matrix factorisation (Salakhutdinov and Mnih 2008) whose prior means depend on features
as in Macau (Simm et al. 2015, arXiv:1509.04610): x_u are the movies that u rated, scaled to unit length, which makes
it the Bayesian form of SVD++ (Koren 2008; Rendle, Zhang and Koren 2019, arXiv:1905.01395); z_i are genres, decade
and, scaled alike, the users who rated i. That some people and some movies are rated with more noise than others
(Lakshminarayanan, Bouchard and Archambeau 2011) is worth .003 RMSE on ml-100k and .013 on ml-latest-small.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from core.data.compress import narrow
from core.recommenders.kernels.gibbs import sample_rows, squared_errors

__all__ = ["GibbsSettings", "Link", "Ratings", "Sample", "run_chain", "sample_wishart"]

_PRIOR_SCALE = 0.1
_LINK_RATE = 0.1
_USER_PENALTY, _MOVIE_PENALTY = 5.0, 0.5
"""Where a chain begins: about where it goes. From 10 for both it was under way for more than a hundred sweeps."""
_RANK = 1e-6
"""Eigenvalues below this share of the largest are none."""


@dataclass(frozen=True)
class GibbsSettings:
    """How a chain is run.

    Attributes
    ----------
    factors : int
        k, without the bias.
    burn_in : int
        Sweeps before the first sample.
    samples : int
        Samples kept.
    thin : int
        Sweeps from one sample to the next.
    user_noise, movie_noise : float
        Degrees of freedom of the noise of users and movies: the larger, the more alike they are taken to be.
    seed : int
    """

    factors: int
    burn_in: int
    samples: int
    thin: int
    user_noise: float
    movie_noise: float
    seed: int


@dataclass(frozen=True)
class Ratings:
    """Ratings grouped by user.

    Attributes
    ----------
    users, items : ndarray of int32, shape (n,)
        Ascending by user.
    stars : ndarray of float32, shape (n,)
    n_users, n_items : int
    """

    users: NDArray[np.int32]
    items: NDArray[np.int32]
    stars: NDArray[np.float32]
    n_users: int
    n_items: int


@dataclass(frozen=True)
class Sample:
    """What a later fold-in needs of one draw.

    Attributes
    ----------
    items : ndarray of float32, shape (n_items, k + 1)
        Bias and factors of movies.
    link : ndarray of float32, shape (n_features, k + 1)
        B_t, without what no training user has; without rows when users have no features.
    mean : ndarray of float64, shape (k + 1,)
        m_t.
    precision : ndarray of float64, shape (k + 1, k + 1)
        L_t.
    item_precision : ndarray of float32, shape (n_items,)
        a * a_i, the precision of a movie's ratings.
    """

    items: NDArray[np.float32]
    link: NDArray[np.float32]
    mean: NDArray[np.float64]
    precision: NDArray[np.float64]
    item_precision: NDArray[np.float32]


class Regression(NamedTuple):
    """A draw of the regression B of vectors on features X, with k columns.

    Attributes
    ----------
    along : ndarray of float64, shape (rank, k)
        B along the right singular vectors of X.
    linked : ndarray of float32, shape (n_rows, k)
        X B.
    scatter : ndarray of float64, shape (k, k)
        B' B.
    """

    along: NDArray[np.float64]
    linked: NDArray[np.float32]
    scatter: NDArray[np.float64]


class Link:
    """Draws regressions on features, exactly.

    One eigendecomposition of the smaller of X X' and X'X = V diag(s) V' serves every value of the penalty: along the
    right singular vectors of X the entries of B are independent. Beside these B is what its prior says, which touches
    nothing but B' B.
    """

    def __init__(self, features: sparse.csr_array) -> None:
        self._features = features.astype(np.float32)
        self._transposed = self._features.T.tocsr()
        rows, columns = features.shape
        self._by_rows = rows < columns
        small = features @ features.T if self._by_rows else features.T @ features
        values, vectors = np.linalg.eigh(small.toarray().astype(np.float32))
        kept = values > _RANK * values[-1]
        self._values = values[kept].astype(np.float64)
        self._vectors = np.ascontiguousarray(vectors[:, kept])
        self.columns = columns
        self._beside = columns - int(kept.sum())

    def draw(
        self, vectors: NDArray[np.float32], root: NDArray[np.float64], penalty: float, rng: np.random.Generator
    ) -> Regression:
        """Return a draw of B given the vectors (without their mean).

        Parameters
        ----------
        vectors : ndarray of float32, shape (n_rows, k)
        root : ndarray, shape (k, k)
            Upper factor R with R'R = covariance of the vectors.
        penalty : float
        """
        scale = self._values[:, None]
        if self._by_rows:
            projected = np.sqrt(scale) * (self._vectors.T @ vectors)
        else:
            projected = (self._vectors.T @ (self._transposed @ vectors)).astype(np.float64)
        noise = rng.standard_normal(projected.shape) @ root
        along = projected / (scale + penalty) + noise / np.sqrt(scale + penalty)
        if self._by_rows:
            linked = self._vectors @ (np.sqrt(scale) * along).astype(np.float32)
        else:
            linked = self._features @ (self._vectors @ along.astype(np.float32))
        beside = standard_wishart_root(self._beside, len(root), rng).T @ root
        return Regression(along, linked, along.T @ along + beside.T @ beside / penalty)

    def coefficients(self, drawn: Regression) -> NDArray[np.float32]:
        """Return B of a draw, float32 of shape (n_columns, k); beside the singular vectors its mean, 0."""
        if self._by_rows:
            along = drawn.along / np.sqrt(self._values)[:, None]
            found: NDArray[np.float32] = self._transposed @ (self._vectors @ along.astype(np.float32))
        else:
            found = self._vectors @ drawn.along.astype(np.float32)
        return found


def standard_wishart_root(degrees: int, size: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw T of shape (size, min(degrees, size)), T T' from a Wishart distribution of scale I (Bartlett 1933)."""
    columns = min(degrees, size)
    lower = np.tril(rng.standard_normal((size, columns)), -1)
    lower[np.arange(columns), np.arange(columns)] = np.sqrt(rng.chisquare(degrees - np.arange(columns)))
    return lower


def sample_wishart(degrees: int, scale_inverse: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw from a Wishart distribution given the inverse of its scale matrix."""
    scale = np.linalg.inv(scale_inverse)
    root = np.linalg.cholesky((scale + scale.T) / 2)
    factor = root @ standard_wishart_root(degrees, len(scale), rng)
    drawn: NDArray[np.float64] = factor @ factor.T
    return drawn


class _Side:
    """Vectors of one side, and their hyper-parameters."""

    def __init__(
        self,
        indptr: NDArray[np.int64],
        size: int,
        features: sparse.csr_array | None,
        penalty: float,
        rng: np.random.Generator,
    ) -> None:
        count = len(indptr) - 1
        lengths = np.diff(indptr)
        self.indptr = indptr
        self.link = None if features is None else Link(features)
        # No regression at first: B = 0.
        self.regression = Regression(np.zeros((0, size)), np.zeros((count, size), np.float32), np.zeros((size, size)))
        self.penalty = penalty
        self.precision = 4.0 * np.eye(size)
        self.mean = np.zeros(size)
        self.vectors = 0.1 * rng.standard_normal((count, size), dtype=np.float32)
        self.vectors[:, 0] = 0
        self.scale = np.ones(count, dtype=np.float32)
        self._lengths = lengths
        self._in_short_rows = int(lengths[lengths < size].sum())

    def update_vectors(
        self,
        indices: NDArray[np.int32],
        targets: NDArray[np.float32],
        common: float,
        other: "_Side",
        rng: np.random.Generator,
    ) -> None:
        """Draw the vectors given those of the other side, in coordinates in which their prior is standard normal."""
        count, size = self.vectors.shape
        lower = np.linalg.cholesky(self.precision)
        back = np.linalg.inv(lower)
        features = other.vectors.copy()
        features[:, 0] = 1
        prior = (self.regression.linked + self.mean.astype(np.float32)) @ lower.astype(np.float32)
        drawn = np.empty((count, size), dtype=np.float32)
        sample_rows(
            self.indptr,
            indices,
            targets,
            self.scale,
            np.float32(common) * other.scale,
            np.ascontiguousarray(other.vectors[:, 0]),
            features @ back.T.astype(np.float32),
            prior,
            rng.standard_normal((count, size), dtype=np.float32),
            rng.standard_normal(self._in_short_rows, dtype=np.float32),
            drawn,
        )
        self.vectors = drawn @ back.astype(np.float32)

    def update_prior(self, rng: np.random.Generator) -> None:
        """Draw precision, mean and regression on the features, given the vectors."""
        count, size = self.vectors.shape
        unlinked = self.vectors - self.regression.linked
        sums = (np.ones(count, dtype=np.float32) @ unlinked).astype(np.float64)
        # Sums of squares around the mean.
        across = np.outer(sums, self.mean)
        scatter = (unlinked.T @ unlinked) - across - across.T + count * np.outer(self.mean, self.mean)
        degrees = size + 2 + count
        if self.link is not None:
            scatter += self.penalty * self.regression.scatter
            degrees += self.link.columns
        self.precision = sample_wishart(degrees, _PRIOR_SCALE * np.eye(size) + scatter, rng)
        root = np.linalg.cholesky(np.linalg.inv(self.precision)).T
        self.mean = sums / (count + 1.0) + rng.standard_normal(size) @ root / np.sqrt(count + 1.0)
        if self.link is not None:
            drawn = self.link.draw(self.vectors - self.mean.astype(np.float32), root, self.penalty, rng)
            size_of = float(np.sum(self.precision * drawn.scatter))
            shape = 1.0 + self.link.columns * size / 2
            self.penalty = float(rng.gamma(shape, 1.0 / (_LINK_RATE + size_of / 2)))
            self.regression = drawn

    def update_scale(self, squares: NDArray[Any], degrees: float, rng: np.random.Generator) -> None:
        """Draw the relative precision of the noise of every row, given its sum of squares in units of the others'."""
        self.scale = rng.gamma((degrees + self._lengths) / 2, 2.0 / (degrees + squares)).astype(np.float32)

    def coefficients(self) -> NDArray[np.float32]:
        """Return the regression on the features, float32 of shape (n_features, k + 1); without features no rows."""
        if self.link is None:
            return np.zeros((0, self.vectors.shape[1]), dtype=np.float32)
        return self.link.coefficients(self.regression)


def run_chain(
    ratings: Ratings,
    mean: float,
    user_features: sparse.csr_array | None,
    item_features: sparse.csr_array | None,
    settings: GibbsSettings,
    report: Callable[[float], None],
) -> list[Sample]:
    """Return samples of the posterior.

    Parameters
    ----------
    ratings : Ratings
    mean : float
        Subtracted from all ratings.
    user_features, item_features : sparse array, shapes (n_users, f) and (n_items, g), or None
    settings : GibbsSettings
    report : callable
        Called with the share done.
    """
    rng = np.random.default_rng(settings.seed)
    size = settings.factors + 1
    items = ratings.items
    order = np.argsort(items, kind="stable")
    users = _Side(_starts(ratings.users, ratings.n_users), size, user_features, _USER_PENALTY, rng)
    movies = _Side(_starts(items, ratings.n_items), size, item_features, _MOVIE_PENALTY, rng)
    stars = ratings.stars - np.float32(mean)
    raters, stars_of_movies = ratings.users[order], stars[order]
    squares = np.empty(len(stars), dtype=np.float32)
    of_rows = sparse.csr_array((squares, items, narrow(users.indptr)), shape=(ratings.n_users, ratings.n_items))
    common = 1.0
    samples: list[Sample] = []
    sweeps = settings.burn_in + settings.samples * settings.thin
    for sweep in range(sweeps):
        users.update_vectors(items, stars, common, movies, rng)
        movies.update_vectors(raters, stars_of_movies, common, users, rng)
        users.update_prior(rng)
        movies.update_prior(rng)
        squared_errors(users.indptr, items, stars, users.vectors, movies.vectors, squares)
        of_users = of_rows @ movies.scale
        total = float(users.scale @ of_users)
        common = float(rng.gamma(1.0 + len(stars) / 2, 1.0 / (1.0 + total / 2)))
        users.update_scale(common * of_users, settings.user_noise, rng)
        movies.update_scale(common * (of_rows.T @ users.scale), settings.movie_noise, rng)
        kept = sweep - settings.burn_in + 1
        if kept > 0 and kept % settings.thin == 0:
            precision: NDArray[np.float32] = np.float32(common) * movies.scale
            samples.append(Sample(movies.vectors, users.coefficients(), users.mean, users.precision, precision))
        report((sweep + 1) / sweeps)
    return samples


def _starts(rows: NDArray[np.int32], count: int) -> NDArray[np.int64]:
    """Return where the entries of every row begin, and where the last one's end."""
    return np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=count))]).astype(np.int64)
