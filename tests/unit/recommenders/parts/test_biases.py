"""The baseline against closed forms and against its own fold-in."""

from itertools import pairwise

import numpy as np
import pytest

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.recommenders.parts.biases import (
    ITEM_PENALTY,
    ITEM_SHRINKAGE,
    SWEEPS,
    USER_PENALTY,
    USER_SHRINKAGE,
    Baseline,
    fit_baseline,
)
from core.recommenders.parts.ridge import ridge_row, ridge_rows
from core.testing.toy import toy_dataset


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return toy_dataset()


def test_ridge_rows_solve_the_normal_equations() -> None:
    rng = np.random.default_rng(1)
    features = rng.normal(size=(12, 4)).astype(np.float32)
    indptr = np.array([0, 5, 5, 11])
    indices = rng.permutation(12)[:11].astype(np.int32)
    targets = rng.normal(size=11).astype(np.float32)
    penalty = np.array([1.0, 2.0, 3.0, 0.5])
    weights = ridge_rows(indptr, indices, targets, features, penalty)
    assert not weights[1].any()
    for row, (start, end) in enumerate(pairwise(indptr)):
        chosen = features[indices[start:end]].astype(float)
        expected = np.linalg.inv(chosen.T @ chosen + np.diag(penalty)) @ chosen.T @ targets[start:end]
        np.testing.assert_allclose(weights[row], expected, rtol=1e-5)
        np.testing.assert_allclose(ridge_row(chosen, targets[start:end], penalty), expected, rtol=1e-9)


def test_biases_are_alternated_shrunk_means(dataset: Dataset) -> None:
    matrix = dataset.matrix().toarray().astype(float)
    rated = matrix > 0
    users, items = np.zeros(dataset.n_users), np.zeros(dataset.n_movies)
    for _ in range(SWEEPS):
        left = np.where(rated, matrix - dataset.global_mean - users[:, None], 0)
        items = left.sum(0) / (rated.sum(0) + ITEM_SHRINKAGE)
        left = np.where(rated, matrix - dataset.global_mean - items, 0)
        users = left.sum(1) / (rated.sum(1) + USER_SHRINKAGE)
    fitted = fit_baseline(dataset)
    np.testing.assert_allclose(fitted.baseline.item_bias, items, atol=1e-6)
    np.testing.assert_allclose(fitted.user_bias, users, atol=1e-6)


def test_effects_are_ridge_regressions_of_what_is_left(dataset: Dataset) -> None:
    fitted = fit_baseline(dataset)
    base = fitted.baseline
    left = dataset.matrix(fitted.bias_residuals(dataset)).toarray()
    rated = dataset.matrix().toarray() > 0
    user, movie = 3, 0
    chosen = base.features[rated[user]].astype(float)
    gram = chosen.T @ chosen + USER_PENALTY * np.eye(chosen.shape[1])
    expected = np.linalg.solve(gram, chosen.T @ left[user, rated[user]])
    np.testing.assert_allclose(fitted.user_taste[user], expected, atol=1e-5)
    raters = np.flatnonzero(rated[:, movie])
    targets = left[raters, movie] - fitted.user_taste[raters] @ base.features[movie]
    traits = fitted.user_traits[raters].astype(float)
    expected = np.linalg.solve(traits.T @ traits + ITEM_PENALTY * np.eye(3), traits.T @ targets)
    np.testing.assert_allclose(base.effects[movie], expected, atol=1e-5)


def test_fold_in_of_a_training_user_gives_the_fit(dataset: Dataset) -> None:
    fitted = fit_baseline(dataset)
    profile = dataset.profile(5)
    user = fitted.baseline.fold_in(profile)
    assert user.bias == pytest.approx(fitted.user_bias[5], abs=1e-6)
    np.testing.assert_allclose(user.taste, fitted.user_taste[5], atol=1e-5)
    np.testing.assert_allclose(user.traits, fitted.user_traits[5], atol=1e-5)
    span = slice(dataset.user_indptr[5], dataset.user_indptr[6])
    np.testing.assert_allclose(fitted.baseline.profile_residuals(profile), fitted.residuals(dataset)[span], atol=1e-5)
    np.testing.assert_allclose(
        fitted.baseline.profile_bias_residuals(user, profile), fitted.bias_residuals(dataset)[span], atol=1e-5
    )


def test_an_empty_profile_gets_the_movies_own_level(dataset: Dataset) -> None:
    baseline = fit_baseline(dataset).baseline
    user = baseline.fold_in(Profile.empty())
    predicted = baseline.predict(user)
    assert user.bias == 0
    assert np.isfinite(predicted).all()
    assert np.corrcoef(predicted, baseline.item_bias)[0, 1] > 0.7


def test_it_is_fitted_once_for_a_data_set_and_survives_storing(dataset: Dataset) -> None:
    fitted = fit_baseline(dataset)
    assert fit_baseline(dataset) is fitted
    again = Baseline.from_arrays(fitted.baseline.arrays())
    user = again.fold_in(dataset.profile(0))
    np.testing.assert_array_equal(again.predict(user), fitted.baseline.predict(user))


def test_the_effects_explain_more_than_the_biases(dataset: Dataset) -> None:
    fitted = fit_baseline(dataset)
    assert (fitted.residuals(dataset) ** 2).mean() < (fitted.bias_residuals(dataset) ** 2).mean()


def test_models_of_one_data_set_share_their_baseline_and_its_fold_in(dataset: Dataset) -> None:
    stored = fit_baseline(dataset).baseline.arrays()
    one, other = (Baseline.shared(dataset, {name: array.copy() for name, array in stored.items()}) for _ in range(2))
    assert one is other
    profile = dataset.profile(5)
    assert one.fold_in(profile) is other.fold_in(profile)
    changed = {**stored, "baseline_item_bias": stored["baseline_item_bias"] + np.float32(0.1)}
    assert Baseline.shared(dataset, changed) is not one
    assert Baseline.shared(toy_dataset(), stored) is not one
