"""EASE against the textbook formula, both solvers, pruning."""

import numpy as np
import pytest

from core.data.profile import Profile
from core.recommenders import ease
from core.recommenders.ease import EASE
from core.recommenders.parts import linear_rows
from core.recommenders.parts.biases import fit_baseline
from core.recommenders.parts.rating_weights import content_rows, profile_weights
from core.testing.toy import toy_dataset

PLAIN = {
    "movie_power": 0.0,
    "user_power": 0.0,
    "score_power": 0.0,
    "rating_gain": 0.0,
    "content_weight": 0.0,
    "popularity": 0.0,
    "min_ratings": 1,
    "penalty": 7.0,
}


def dense_weights(model: EASE) -> np.ndarray:
    n = model.dataset.n_movies
    return np.array([np.nan_to_num(model._rows.dense_row(item)) for item in range(n)])


@pytest.fixture(scope="module")
def dataset():
    return toy_dataset()


def test_without_scaling_it_is_equation_8_of_steck(dataset):
    watched = (dataset.matrix().toarray() > 0).astype(float)
    rated = dataset.movie_counts > 0
    precision = np.linalg.inv(watched.T @ watched + 7.0 * np.eye(dataset.n_movies))
    expected = -precision / np.diag(precision)
    np.fill_diagonal(expected, 0)
    expected[~rated] = expected[:, ~rated] = 0
    np.testing.assert_allclose(dense_weights(EASE(PLAIN).fit(dataset)), expected, atol=2e-5)


def test_the_systems_of_users_and_of_movies_agree(dataset, monkeypatch):
    solved = {}
    for name in ("_from_users", "_from_movies"):
        monkeypatch.setattr(ease, "_from_users", getattr(ease, name))
        monkeypatch.setattr(ease, "_from_movies", getattr(ease, name))
        solved[name] = dense_weights(EASE().fit(dataset))
        monkeypatch.undo()
    assert np.abs(solved["_from_users"]).max() > 0
    np.testing.assert_allclose(solved["_from_users"], solved["_from_movies"], rtol=2e-3, atol=1e-6)


def test_large_systems_are_solved_in_single_precision_just_as_well(dataset, monkeypatch):
    expected = dense_weights(EASE().fit(dataset))
    monkeypatch.setattr(linear_rows, "_DOUBLE_BELOW", 0)
    monkeypatch.setattr(linear_rows, "BLOCK", 7)
    monkeypatch.setattr(ease, "_from_users", ease._from_movies)
    np.testing.assert_allclose(dense_weights(EASE().fit(dataset)), expected, rtol=2e-3, atol=1e-5)


def test_pruning_keeps_the_weights_that_matter_most(dataset):
    whole = dense_weights(EASE({"weights_per_movie": 1000}).fit(dataset))
    pruned = dense_weights(EASE({"weights_per_movie": 10}).fit(dataset))
    kept = pruned != 0
    matters = np.abs(whole) * np.sqrt(dataset.movie_counts)[:, None]
    assert 0.5 * 10 * len(whole) <= kept.sum() <= 1.5 * 10 * len(whole)
    np.testing.assert_array_equal(pruned[kept], whole[kept])
    assert matters[kept].min() >= matters[~kept].max()


def test_only_the_most_rated_movies_take_part(dataset):
    model = EASE({"max_movies": 20}).fit(dataset)
    active = np.flatnonzero(np.abs(dense_weights(model)).sum(axis=1))
    assert len(active) == 20
    assert dataset.movie_counts[active].min() >= np.sort(dataset.movie_counts)[-21]


def test_a_film_that_was_liked_weighs_more(dataset):
    baseline = fit_baseline(dataset).baseline
    weights = profile_weights(baseline, Profile.of([3, 5, 7], [5.0, 3.0, 1.0]), 0.2)
    assert weights[0] > weights[1] > 0 > weights[2]
    assert (profile_weights(baseline, Profile.of([3, 5], [5.0, 4.5]), 0.0) == 1).all()
    assert profile_weights(baseline, Profile.of([3, 5], [5.0, 3.5]), 10.0).min() == np.float32(0.05)


def test_content_rows_have_unit_genres_and_years_that_overlap(dataset):
    rows = content_rows(dataset)
    gram = rows.T @ rows
    has_genres = dataset.movies.genre_bits > 0
    has_year = dataset.movies.years > 0
    np.testing.assert_allclose(np.diag(gram), has_genres + 0.75**2 * has_year, atol=1e-4)
    same_genres = int(np.flatnonzero(dataset.movies.genre_bits == dataset.movies.genre_bits[0])[1])
    assert gram[0, same_genres] >= 0.99
