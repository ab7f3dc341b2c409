"""Item neighbourhoods against slow formulas."""

import numpy as np
import pytest

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.recommenders.item_knn import ItemKNN
from core.recommenders.parts.biases import fit_baseline
from core.recommenders.parts.residuals import RESIDUAL_UNIT, quantised
from core.recommenders.parts.sparse_rows import SparseRows
from core.testing.toy import toy_dataset, toy_movies

WIDE = {"neighbours": 60, "rating_neighbours": 60}


@pytest.fixture(scope="module")
def dataset():
    return toy_dataset()


def test_scores_are_sums_of_powered_asymmetric_cosines(dataset):
    model = ItemKNN({**WIDE, "rating_gain": 0.0, "popularity": 0.0}).fit(dataset)
    watched = (dataset.matrix().toarray() > 0).astype(float)
    size = np.maximum(watched.sum(axis=0), 1)
    common = watched.T @ watched
    np.fill_diagonal(common, 0)
    similarity = (common / (size[:, None] ** 0.8 * size[None, :] ** 0.2 + 5.0)) ** 1.3 * size[None, :] ** -0.1
    profile = Profile.of([0, 3, 8], [5.0, 4.5, 4.0])
    expected = similarity[profile.items].sum(axis=0)
    rated = dataset.movie_counts > 0
    np.testing.assert_allclose(model.score(profile)[rated], expected[rated], rtol=1e-4, atol=1e-6)


def test_every_movie_is_scored_through_its_own_nearest(dataset):
    wide, narrow = (ItemKNN({"neighbours": k, "score_power": 0.0}).fit(dataset) for k in (60, 4))
    n = dataset.n_movies
    full, kept = (np.array([np.nan_to_num(m._rows.dense_row(i)) for i in range(n)]) for m in (wide, narrow))
    assert ((kept > 0).sum(axis=0) <= 4).all()
    for target in np.flatnonzero(dataset.movie_counts > 5):
        np.testing.assert_allclose(np.sort(kept[:, target])[-4:], np.sort(full[:, target])[-4:], rtol=1e-6)


def test_pairs_need_common_raters(dataset):
    watched = (dataset.matrix().toarray() > 0).astype(int)
    common = watched.T @ watched
    model = ItemKNN({**WIDE, "min_common": 4}).fit(dataset)
    for item in range(dataset.n_movies):
        assert (common[item, model._rows.row(item)[0]] >= 4).all()


def test_stars_are_the_baseline_plus_weighted_residuals(dataset):
    model = ItemKNN({**WIDE, "rating_used": 2}).fit(dataset)
    fitted = fit_baseline(dataset)
    residuals = dataset.matrix(quantised(fitted.bias_residuals(dataset)).astype(float)).toarray()
    watched = dataset.matrix().toarray() > 0
    spread = np.sqrt((residuals**2).sum(axis=0) / np.maximum(watched.sum(axis=0), 1))
    profile = Profile.of([0, 3, 8, 12], [5.0, 2.0, 4.0, 1.5])
    user = fitted.baseline.fold_in(profile)
    left = fitted.baseline.profile_residuals(profile)
    changed = 0
    for item in (1, 5, 20, 33):
        common = (watched[:, item][:, None] & watched[:, profile.items]).sum(axis=0)
        agreement = (residuals[:, item] @ residuals[:, profile.items]) / (
            spread[item] * spread[profile.items] * (common + 100.0)
        )
        used = np.argsort(-agreement)[:2]
        used = used[agreement[used] > 0]
        weights = agreement[used] ** 2
        correction = (weights @ left[used]) / (weights.sum() + 0.05)
        changed += correction != 0
        expected = fitted.baseline.predict(user, np.array([item]))[0] + correction
        assert model._predict(profile, np.array([item]))[0] == pytest.approx(expected, abs=2e-3)
    assert changed >= 2


def test_residuals_fit_in_a_byte():
    left = np.array([-9.0, -1.01, 0.0, 0.019, 0.021, 4.5], dtype=np.float32)
    stored = quantised(left.copy())
    assert stored.dtype == np.int8
    np.testing.assert_allclose(stored[1:] * RESIDUAL_UNIT, left[1:], atol=RESIDUAL_UNIT / 2 + 1e-6)
    assert stored[0] == -127


def test_rows_add_up_and_are_found_again():
    owners = np.array([2, 0, 2, 0], dtype=np.int32)
    rows = SparseRows.from_lists(
        owners, np.array([1, 3, 0, 2], dtype=np.int32), np.array([5, 7, 11, 13], dtype=np.float32), 4
    )
    dense = np.array([[0, 0, 13, 7], [0] * 4, [11, 5, 0, 0], [0] * 4], dtype=np.float32)
    chosen, weights = np.array([0, 1, 2], dtype=np.int32), np.array([2.0, 3.0, 0.5], dtype=np.float32)
    np.testing.assert_allclose(rows.weighted_sum(chosen, weights), weights @ dense[:3])
    np.testing.assert_array_equal(np.nan_to_num(rows.dense_row(2)), dense[2])
    for item in range(4):
        np.testing.assert_array_equal(rows.column(chosen, item), dense[:3, item])
    again = SparseRows.from_arrays(rows.arrays("x"), "x")
    np.testing.assert_array_equal(again.dense_row(0), rows.dense_row(0))


def test_of_equally_near_movies_those_of_lower_index_are_kept():
    # The last movie shares one rater with each of two others, and meets the higher one first.
    pairs = [(1, 60), (1, 90), (2, 30), (2, 90)]
    users, movies = zip(*pairs, strict=True)
    data = Dataset.from_interactions(users, movies, [4.0] * len(pairs), None, toy_movies(9))
    model = ItemKNN({"neighbours": 1}).fit(data)
    assert 8 in model._rows.row(2)[0]
    assert 8 not in model._rows.row(5)[0]
