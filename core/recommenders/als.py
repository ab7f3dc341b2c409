"""Implicit alternating least squares: factors of who watched what, everything not watched a weak no."""

import logging
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.progress import Progress
from core.recommenders.base import AlgorithmConfig, Recommender
from core.recommenders.parts.biases import Baseline, fit_baseline
from core.recommenders.parts.candidates import CandidateSearch, can_search
from core.recommenders.parts.contributions import film_contributions, watched_by_many
from core.recommenders.parts.implicit_rows import solve_side
from core.recommenders.parts.rating_weights import PopularityPrior, profile_weights, training_weights
from core.recommenders.parts.ridge import positive_solve
from core.recommenders.parts.spectral_directions import Scaling, WatchedDirections
from core.recommenders.parts.top_n import top_n
from core.recommenders.results import Contribution, Scoring
from core.recommenders.validation import candidate_mask

__all__ = ["ALS", "ALSConfig"]

log = logging.getLogger("cinematch.models")

_Vectors = NDArray[np.floating[Any]]

_START_NORM = 0.7
_MANY_RATINGS = 2_000_000
_MANY_STEPS = 3
_FIRST_STEPS = 4
"""More of them in the first half sweep, which begins from nothing."""
_SIMILAR_SHRINKAGE = 5.0
_SEARCHED_FROM = 200_000
"""From so many movies on, the product with all of them takes longer than a list may: see docs/SCALING.md."""
_CANDIDATES = 200
_ASKED = 200
"""People whose lists tell how often a film is missed."""
_JUDGED_AT = 10


class ALSConfig(AlgorithmConfig):
    """Configuration of `ALS`."""

    factors: int = Field(default=64, ge=1, le=512)
    """Length of the vectors of users and movies."""
    sweeps: int = Field(default=4, ge=1)
    """Alternations between users and movies. Few are needed: it starts from the directions of `svd`."""
    steps: int | None = Field(default=None, ge=1)
    """Steps of conjugate gradients towards each vector in place of the exact one; by default that is solved for up to
    two million ratings, and 3 steps are made beyond, where it would take eight times as long."""
    unwatched_weight: float = Field(default=0.12, gt=0)
    """Weight of a movie that a user did not rate; one that he did has about one."""
    regularisation: float = Field(default=0.02, gt=0)
    """Ridge penalty for each rating, and for each missing one times its weight."""
    rating_gain: float = Field(default=0.15, ge=0)
    """How much more a rating counts for each star above what the user gives on average."""
    popularity: float = Field(default=0.25, ge=0)
    """Weight of how many people rated a movie, which fades as the profile grows: see `PopularityPrior`."""
    profile_limit: int = Field(default=2000, ge=1)
    """Films of a profile that are folded in; of longer ones an even selection."""
    seed: int = 0


class _Films(NamedTuple):
    """Of a profile.

    Attributes
    ----------
    rows : ndarray of float32, shape (n_films, n_factors)
    weights : ndarray of float32, shape (n_films,)
        Signed.
    """

    rows: NDArray[np.float32]
    weights: NDArray[np.float32]


class _Side(NamedTuple):
    """The ratings by users or by movies.

    Attributes
    ----------
    indptr : ndarray of int64, shape (n_rows + 1,)
    indices : ndarray of int32; weights : ndarray of float32
    penalty : ndarray of float64, shape (n_rows,)
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    weights: NDArray[np.float32]
    penalty: NDArray[np.float64]


class ALS(Recommender):
    """The implicit matrix factorisation of Hu, Koren and Volinsky (2008) with regularisation by frequency.

    Minimises ``sum_watched w (1 - u.v)^2 + a sum_all (u.v)^2 + l sum (n_u + a N) |u|^2 + ...`` (Rendle et al. 2021,
    "Revisiting the performance of iALS on item recommendation benchmarks", equation 7 with exponent 1). Only movies
    are stored: a profile's vector is the exact minimum for its films. Stars are those of the baseline.
    """

    key = "als"
    title = "Implicit factors"
    summary = "Tastes that explain what people watched and, a little, what they left out."
    similarity = "cosine of factors, drawn to 0 for films that few rated"
    config_class = ALSConfig
    config: ALSConfig

    # --- fitting ------------------------------------------------------------------------------------------

    def config_at(self, n_ratings: int) -> ALSConfig:
        """Return the configuration with the way settled in which vectors are found."""
        usual = None if n_ratings <= _MANY_RATINGS else _MANY_STEPS
        return self.config.model_copy(update={"steps": self.config.steps or usual})

    def _fit(self, dataset: Dataset, progress: Progress) -> dict[str, NDArray[Any]]:
        config = self.config
        fitted = fit_baseline(dataset)
        movies: _Vectors = self._start(dataset)
        progress(0.1, "starting from the main directions")
        weights = training_weights(dataset, fitted, config.rating_gain)
        by_movie = dataset.matrix(weights).tocsc().data
        of_users = _Side(
            dataset.user_indptr,
            dataset.user_items,
            weights,
            self._penalty(np.diff(dataset.user_indptr), dataset.n_movies),
        )
        of_movies = _Side(
            dataset.movie_indptr,
            dataset.movie_users,
            by_movie,
            self._penalty(dataset.movie_counts, dataset.n_users),
        )
        unwatched, steps = config.unwatched_weight, self.config_at(dataset.n_ratings).steps
        users: _Vectors = np.zeros((dataset.n_users, movies.shape[1]), dtype=np.float32)
        for sweep in range(config.sweeps):
            users = _half_sweep(of_users, movies, users, unwatched, steps)
            progress(0.1 + 0.9 * (sweep + 0.5) / config.sweeps, f"sweep {sweep + 1}: users")
            movies = _half_sweep(of_movies, users, movies, unwatched, steps)
            progress(0.1 + 0.9 * (sweep + 1) / config.sweeps, f"sweep {sweep + 1}: movies")
        return self.kept(dataset, movies, fitted.baseline)

    def kept(self, dataset: Dataset, movies: _Vectors, baseline: Baseline) -> dict[str, NDArray[Any]]:
        """Return what is stored.

        Parameters
        ----------
        movies : ndarray of float32 or float64, shape (n_movies, k)
            Their factors.
        """
        arrays: dict[str, NDArray[Any]] = {
            "factors": movies.astype(np.float32),
            "gram": self.config.unwatched_weight * (movies.T @ movies).astype(np.float64, copy=False),
            **baseline.arrays(),
        }
        return arrays | self._searched(dataset, arrays)

    def _searched(self, dataset: Dataset, arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Return what finds candidates for lists, and how many of the ten best it finds; nothing for few movies."""
        if dataset.n_movies < _SEARCHED_FROM:
            return {}
        if not can_search():
            log.warning(
                "Lists of %s look at each of %d films; install cinematch[large] to look among candidates",
                self.key,
                dataset.n_movies,
            )
            return {}
        prior = PopularityPrior(dataset, self.config.popularity).whole
        rated = np.flatnonzero(dataset.movie_counts > 0).astype(np.int32)
        vectors = np.column_stack([arrays["factors"][rated], prior[rated]])
        found = {"candidates": CandidateSearch.built(rated, vectors, self.config.seed)}
        model = type(self).restored(self.config, dataset, arrays | found)
        drawn = np.random.default_rng(self.config.seed).permutation(dataset.n_users)[:_ASKED]
        profiles = [dataset.profile(user) for user in drawn.tolist()]
        exact = [super(ALS, model).best(profile, _JUDGED_AT)[0] for profile in profiles]
        quick = [model.best(profile, _JUDGED_AT)[0] for profile in profiles]
        hits = sum(len(np.intersect1d(one, other)) for one, other in zip(exact, quick, strict=True))
        recall = hits / max(sum(map(len, exact)), 1)
        return {**found, "candidates_recall": np.array([recall])}

    def _start(self, dataset: Dataset) -> NDArray[np.float64]:
        """Return the scaled directions of what was watched, float64 of shape (n_movies, at most `factors`)."""
        scaling = Scaling()
        found = WatchedDirections.fit(dataset, self.config.factors, scaling, self.config.seed, _ignore)
        kept, directions = found["watched_items"], found["watched_directions"].astype(np.float64)
        directions *= np.sqrt(np.maximum(found["watched_damping"], 0))
        directions *= np.maximum(dataset.movie_counts[kept], 1)[:, None] ** scaling.movie_power
        movies = np.zeros((dataset.n_movies, directions.shape[1]))
        movies[kept] = directions * (_START_NORM / np.linalg.norm(directions, axis=1).max())
        return movies

    def _penalty(self, counts: NDArray[Any], opposite: int) -> NDArray[np.float64]:
        """Return the penalty of users or movies with so many ratings, where there are `opposite` of the others."""
        config = self.config
        penalty: NDArray[np.float64] = config.regularisation * (counts + config.unwatched_weight * opposite)
        return penalty

    # --- asking -------------------------------------------------------------------------------------------

    def _bind(self) -> None:
        self._factors: NDArray[np.float32] = self.arrays["factors"].view(np.ndarray)
        self._baseline = Baseline.shared(self.dataset, self.arrays)
        self._prior = PopularityPrior(self.dataset, self.config.popularity)
        self._search = None
        if "candidates" in self.arrays:
            if can_search():
                self._search = CandidateSearch(self.arrays["candidates"])
            else:
                log.warning("%s looks at all films: its candidates need cinematch[large], which is missing", self.key)

    @property
    def list_recall(self) -> float | None:
        """Share of the ten best films that its lists hold, as measured in training; None where it looks at all."""
        return float(self.arrays["candidates_recall"][0]) if self._search else None

    def best(
        self,
        profile: Profile,
        n: int,
        exclude_rated: bool = True,
        candidates: NDArray[np.bool_] | ArrayLike | None = None,
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Return the best movies and their scores, of a very large catalogue those among candidates.

        What is found is scored exactly. Where too few candidates may be listed, all movies are looked at.
        """
        if self._search is None or n < 1:
            return super().best(profile, n, exclude_rated, candidates)
        self._check(profile)
        vector = self._vector(profile)
        faded = self._prior.faded(profile)
        found = self._search.nearest(np.append(vector, faded), max(_CANDIDATES, 4 * n) + len(profile))
        if exclude_rated:
            found = found[~np.isin(found, profile.items)]
        if candidates is not None:
            found = found[candidate_mask(candidates, self.dataset.n_movies)[found]]
        if len(found) < n:
            return super().best(profile, n, exclude_rated, candidates)
        found.sort()
        scores: NDArray[np.float32] = self._factors[found] @ vector
        scores += self._prior.whole[found] * faded
        places = top_n(scores, n)
        return found[places], scores[places]

    def _vector(self, profile: Profile) -> NDArray[np.float32]:
        """Return where a profile stands, float32 of shape (n_factors,)."""
        _, matrix, films = self._system(profile)
        return positive_solve(matrix, (films.weights @ films.rows).astype(np.float64)).astype(np.float32)

    def _system(self, profile: Profile) -> tuple[Profile, NDArray[np.float64], _Films]:
        """Return the films that are used, the matrix of their normal equations, and their factors and weights."""
        used = profile
        if len(profile) > self.config.profile_limit:
            chosen = np.linspace(0, len(profile) - 1, self.config.profile_limit).astype(np.int64)
            used = profile.part(chosen)
        rows = self._factors[used.items]
        # A film that counts against its like has the target -1: its weight's magnitude stands left, its sign right.
        weights = profile_weights(self._baseline, used, self.config.rating_gain)
        matrix = self.arrays["gram"] + ((rows * np.abs(weights)[:, None]).T @ rows)
        matrix.ravel()[:: len(matrix) + 1] += self._penalty(np.array([len(used)]), self.dataset.n_movies)[0]
        return used, matrix, _Films(rows, weights)

    def _score(self, profile: Profile) -> NDArray[np.float32]:
        scores: NDArray[np.float32] = self._factors @ self._vector(profile)
        scores += self._prior.added(profile)
        return scores

    def _predict(self, profile: Profile, items: NDArray[np.int32]) -> NDArray[np.float32]:
        return self._baseline.predict(self._baseline.fold_in(profile), items)

    def _similar(self, item: int) -> NDArray[np.float32]:
        norms = np.linalg.norm(self._factors, axis=1) + np.float32(1e-9)
        counts = self.dataset.movie_counts
        cosine = (self._factors @ self._factors[item]) / (norms * norms[item])
        return np.where(counts > 0, cosine * counts / (counts + _SIMILAR_SHRINKAGE), np.nan).astype(np.float32)

    def _explain(self, scoring: Scoring, item: int) -> list[Contribution]:
        profile = scoring.profile
        used, matrix, films = self._system(profile)
        weighted = (films.rows * films.weights[:, None]).astype(np.float64)
        values = weighted @ np.linalg.solve(matrix, self._factors[item].astype(np.float64))
        return film_contributions(self.dataset, used, values, watched_by_many(self._prior.value(profile, item)))


def _half_sweep(side: _Side, others: _Vectors, vectors: _Vectors, unwatched: float, steps: int | None) -> _Vectors:
    """Return the best vectors of one side for those of the other, or with `steps` what so many bring `vectors` to."""
    indptr, indices, weights, penalty = side
    if steps is None:
        exact = others.astype(np.float64, copy=False)
        solved: _Vectors = solve_side(indptr, indices, weights, exact, unwatched * (exact.T @ exact), penalty)
        return solved
    from core.recommenders.kernels.als_descent import approach_side

    moved, fixed = vectors.astype(np.float32, copy=False), others.astype(np.float32, copy=False)
    made = steps if moved.any() else max(steps, _FIRST_STEPS)
    gram = np.float32(unwatched) * (fixed.T @ fixed)
    approach_side(indptr, indices, weights, fixed, gram, penalty.astype(np.float32), made, moved)
    return moved


def _ignore(text: str) -> None:
    """Report nothing."""
