"""Implicit ALS against the objective that it minimises."""

import numpy as np
import pytest

from core.data.profile import Profile
from core.recommenders.als import ALS
from core.recommenders.kernels.als import solve_side
from core.recommenders.parts.biases import fit_baseline
from core.recommenders.parts.rating_weights import training_weights
from core.testing.toy import toy_dataset


@pytest.fixture(scope="module")
def dataset():
    return toy_dataset()


def loss(model: ALS, users: np.ndarray, movies: np.ndarray) -> float:
    dataset, config = model.dataset, model.config
    weights = dataset.matrix(training_weights(dataset, fit_baseline(dataset), config.rating_gain)).toarray()
    scores = users @ movies.T
    missing = config.unwatched_weight
    of_users = (weights > 0).sum(axis=1) + missing * dataset.n_movies
    of_movies = (weights > 0).sum(axis=0) + missing * dataset.n_users
    penalty = of_users @ (users**2).sum(axis=1) + of_movies @ (movies**2).sum(axis=1)
    watched = (weights * (1 - scores) ** 2).sum() + missing * (scores**2).sum()
    return float(watched + config.regularisation * penalty)


def vectors(model: ALS) -> np.ndarray:
    rows = []
    for user in range(model.dataset.n_users):
        _, matrix, weighted = model._system(model.dataset.profile(user))
        rows.append(np.linalg.solve(matrix, weighted.sum(axis=0)))
    return np.array(rows)


def test_a_folded_in_profile_is_the_minimum_of_the_loss(dataset):
    model = ALS({"factors": 5}).fit(dataset)
    users, movies = vectors(model), model.arrays["factors"].astype(float)
    lowest = loss(model, users, movies)
    rng = np.random.default_rng(0)
    for _ in range(5):
        assert loss(model, users + 1e-2 * rng.normal(size=users.shape), movies) > lowest
    half, double = (loss(model, scale * users, movies) for scale in (0.99, 1.01))
    assert lowest < min(half, double)


def test_every_sweep_lowers_the_loss(dataset):
    losses = []
    for sweeps in (1, 2, 4, 8):
        model = ALS({"factors": 5, "sweeps": sweeps}).fit(dataset)
        losses.append(loss(model, vectors(model), model.arrays["factors"].astype(float)))
    assert losses == sorted(losses, reverse=True)
    assert losses[0] > losses[-1] * 1.0001


def test_half_a_step_solves_its_normal_equations():
    rng = np.random.default_rng(1)
    others = rng.normal(size=(6, 3))
    # The last row is longer than the blocks in which rows are multiplied.
    indptr = np.array([0, 2, 2, 5, 605])
    indices = np.concatenate([[0, 4, 1, 2, 5], rng.integers(0, 6, 600)]).astype(np.int32)
    weights = rng.uniform(0.5, 2, 605).astype(np.float32)
    gram, penalty = 0.3 * others.T @ others, np.array([0.5, 1.0, 2.0, 3.0])
    found = solve_side(indptr, indices, weights, others, gram, penalty)
    for row in (0, 2, 3):
        span = slice(indptr[row], indptr[row + 1])
        rows, used = others[indices[span]], weights[span]
        matrix = gram + (rows * used[:, None]).T @ rows + penalty[row] * np.eye(3)
        np.testing.assert_allclose(found[row], np.linalg.solve(matrix, used @ rows), rtol=1e-6)
    assert (found[1] == 0).all()


def test_long_profiles_are_thinned_evenly(dataset):
    model = ALS({"factors": 5, "profile_limit": 4}).fit(dataset)
    long = Profile.of(np.arange(0, 30, 2), np.full(15, 4.0))
    used, _, _ = model._system(long)
    assert used.items.tolist() == [0, 8, 18, 28]
    assert {part.id for part in model.explain(long, 1).contributions if part.kind == "movie"} <= set(used.items)
