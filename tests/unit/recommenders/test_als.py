"""Implicit ALS against the objective that it minimises."""

import numpy as np
import pytest

from core.data.profile import Profile
from core.data.synthetic import generate
from core.errors import ArtifactError
from core.recommenders import als
from core.recommenders.als import ALS, _half_sweep, _Side
from core.recommenders.parts.biases import fit_baseline
from core.recommenders.parts.candidates import CandidateSearch
from core.recommenders.parts.implicit_rows import solve_side
from core.recommenders.parts.rating_weights import profile_weights, training_weights
from core.testing.toy import toy_dataset


@pytest.fixture(scope="module")
def dataset():
    return toy_dataset()


def loss(model: ALS, users: np.ndarray, movies: np.ndarray, weights: np.ndarray) -> float:
    """A film whose weight is below 0 has the target -1, at the weight's magnitude."""
    dataset, config = model.dataset, model.config
    of_ratings = dataset.matrix(weights).toarray()
    rated = dataset.matrix(np.ones(dataset.n_ratings)).toarray()
    scores = users @ movies.T
    missing = config.unwatched_weight
    of_users = rated.sum(axis=1) + missing * dataset.n_movies
    of_movies = rated.sum(axis=0) + missing * dataset.n_users
    penalty = of_users @ (users**2).sum(axis=1) + of_movies @ (movies**2).sum(axis=1)
    watched = (np.abs(of_ratings) * (np.sign(of_ratings) - scores) ** 2).sum() + missing * (scores**2).sum()
    return float(watched + config.regularisation * penalty)


def test_a_folded_in_profile_is_the_minimum_of_the_loss(dataset):
    model = ALS({"factors": 5}).fit(dataset)
    baseline = fit_baseline(dataset).baseline
    profiles = [dataset.profile(user) for user in range(dataset.n_users)]
    weights = np.concatenate([profile_weights(baseline, one, model.config.rating_gain) for one in profiles])
    assert weights.min() < 0
    systems = [model._system(profile) for profile in profiles]
    users = np.array([np.linalg.solve(matrix, films.weights @ films.rows) for _, matrix, films in systems])
    movies = model.arrays["factors"].astype(float)
    lowest = loss(model, users, movies, weights)
    rng = np.random.default_rng(0)
    for _ in range(5):
        assert loss(model, users + 1e-2 * rng.normal(size=users.shape), movies, weights) > lowest
    half, double = (loss(model, scale * users, movies, weights) for scale in (0.99, 1.01))
    assert lowest < min(half, double)


def test_every_sweep_lowers_the_loss(dataset):
    losses = []
    for sweeps in (1, 2, 4, 8):
        model = ALS({"factors": 5, "sweeps": sweeps}).fit(dataset)
        movies = model.arrays["factors"].astype(float)
        weights = training_weights(dataset, fit_baseline(dataset), model.config.rating_gain)
        penalty = model._penalty(np.diff(dataset.user_indptr), dataset.n_movies)
        users = solve_side(dataset.user_indptr, dataset.user_items, weights, movies, model.arrays["gram"], penalty)
        losses.append(loss(model, users, movies, weights))
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


def test_steps_of_conjugate_gradients_lead_to_the_exact_vectors(dataset):
    rng = np.random.default_rng(0)
    movies = rng.normal(size=(dataset.n_movies, 6))
    weights = rng.uniform(0.5, 2, dataset.n_ratings).astype(np.float32)
    penalty = rng.uniform(0.5, 2, dataset.n_users)
    side = _Side(dataset.user_indptr, dataset.user_items, weights, penalty)
    start = rng.normal(size=(dataset.n_users, 6)).astype(np.float32)
    exact = _half_sweep(side, movies, start, 0.1, None)
    near, nearer, there = (np.abs(_half_sweep(side, movies, start.copy(), 0.1, n) - exact).max() for n in (1, 3, 12))
    assert near > nearer > there
    assert there < 1e-4 * np.abs(exact).max()


def test_the_first_half_sweep_makes_no_fewer_steps_than_the_others(dataset):
    rng = np.random.default_rng(0)
    movies = rng.normal(size=(dataset.n_movies, 6))
    side = _Side(
        dataset.user_indptr, dataset.user_items, np.ones(dataset.n_ratings, np.float32), np.ones(dataset.n_users)
    )
    exact, near, there = (
        _half_sweep(side, movies, np.zeros((dataset.n_users, 6), np.float32), 0.1, steps) for steps in (None, 3, 12)
    )
    assert np.abs(there - exact).max() < 0.1 * np.abs(near - exact).max()


def test_many_ratings_are_approached(dataset, monkeypatch):
    assert ALS().config_at(2_000_000).steps is None
    assert ALS().config_at(32_000_000).steps == 3
    assert ALS({"steps": 7}).config_at(100).steps == 7
    exact = ALS({"factors": 5}).fit(dataset).arrays
    monkeypatch.setattr(als, "_MANY_RATINGS", 0)
    approached = ALS({"factors": 5}).fit(dataset).arrays
    assert {name: array.dtype for name, array in approached.items()} == {
        name: array.dtype for name, array in exact.items()
    }
    scores, others = (np.tril(found["factors"] @ found["factors"].T) for found in (exact, approached))
    assert np.corrcoef(scores.ravel(), others.ravel())[0, 1] > 0.95


@pytest.fixture
def searched(monkeypatch):
    monkeypatch.setattr(als, "_SEARCHED_FROM", 1)
    monkeypatch.setattr(als, "_CANDIDATES", 20)
    data = generate(4_000, seed=3, n_users=150, n_movies=500)
    return ALS({"factors": 8}).fit(data)


def test_candidates_hold_nearly_all_of_the_best_with_the_scores_of_all(searched):
    data = searched.dataset
    exact = ALS.restored(searched.config, data, {k: v for k, v in searched.arrays.items() if "candidates" not in k})
    assert exact.list_recall is None
    hits = 0
    for user in range(60):
        profile = data.profile(user)
        items, scores = searched.best(profile, 10)
        assert len(items) == 10
        assert not np.isin(items, profile.items).any()
        np.testing.assert_allclose(scores, exact.score(profile, items), rtol=1e-5, atol=1e-6)
        assert (np.diff(scores) <= 0).all()
        hits += len(np.intersect1d(items, exact.best(profile, 10)[0]))
    assert 0.3 < searched.list_recall <= 1
    assert hits / 600 == pytest.approx(searched.list_recall, abs=0.1)


def test_where_few_films_may_be_listed_all_are_looked_at(searched):
    data = searched.dataset
    profile = data.profile(0)
    few = np.flatnonzero(data.movie_counts > 0)[-12:]
    items, scores = searched.best(profile, 10, candidates=few)
    whole = searched.score(profile)
    allowed = np.setdiff1d(few, profile.items)
    best = allowed[np.argsort(-whole[allowed], kind="stable")][:10]
    assert items.tolist() == best.tolist()
    assert scores == pytest.approx(whole[best])


def test_candidates_are_read_where_they_lie_and_damaged_ones_are_told(searched, tmp_path):
    index = searched.arrays["candidates"]
    np.save(tmp_path / "candidates.npy", index)
    mapped = np.load(tmp_path / "candidates.npy", mmap_mode="r")
    person = np.ones(9, dtype=np.float32)
    assert np.array_equal(CandidateSearch(mapped).nearest(person, 20), CandidateSearch(index).nearest(person, 20))
    for damaged in (index[: len(index) // 2].copy(), np.zeros_like(index), np.empty(0, dtype=np.uint8)):
        with pytest.raises(ArtifactError, match="Train the model again"):
            CandidateSearch(damaged)


def test_without_its_library_it_looks_at_all_films_and_says_so(searched, monkeypatch, caplog):
    monkeypatch.setattr(als, "can_search", lambda: False)
    model = ALS.restored(searched.config, searched.dataset, searched.arrays)
    assert model.list_recall is None
    assert "cinematch[large]" in caplog.text
    assert len(model.best(searched.dataset.profile(1), 10)[0]) == 10
    caplog.clear()
    assert "candidates" not in ALS({"factors": 4}).fit(searched.dataset).arrays
    assert "install cinematch[large]" in caplog.text
