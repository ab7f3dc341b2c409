"""Metrics agree with scikit-learn and with what follows from their definitions."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import (
    average_precision_score,
    label_ranking_average_precision_score,
    mean_absolute_error,
    ndcg_score,
    precision_score,
    recall_score,
    root_mean_squared_error,
)

from core.evaluation import beyond
from core.evaluation.metrics import (
    RANKING_METRICS,
    average_precision,
    calibration,
    error_statistics,
    graded_ndcg,
    hit_rate,
    listed,
    ndcg,
    precision,
    recall,
    reciprocal_rank,
    star_gains,
)
from core.testing.toy import toy_dataset

N_USERS, N_MOVIES = 60, 40


@pytest.fixture(scope="module")
def random_case() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Scores without ties, relevance with at least one relevant movie, hits by rank, numbers of relevant."""
    rng = np.random.default_rng(5)
    scores = rng.permuted(np.tile(np.arange(N_MOVIES, dtype=float), (N_USERS, 1)), axis=1)
    relevance = rng.random((N_USERS, N_MOVIES)) < rng.uniform(0.02, 0.6, (N_USERS, 1))
    relevance[~relevance.any(axis=1), 3] = True
    order = np.argsort(-scores, axis=1)
    return scores, relevance, np.take_along_axis(relevance, order, axis=1), relevance.sum(axis=1)


@pytest.mark.parametrize("k", [1, 5, 10, 40])
def test_ndcg_is_scikit_learns(random_case: tuple, k: int) -> None:
    scores, relevance, hits, relevant = random_case
    expected = [ndcg_score([relevance[row]], [scores[row]], k=k) for row in range(N_USERS)]
    np.testing.assert_allclose(ndcg(hits, relevant, k), expected)


@pytest.mark.parametrize("k", [1, 5, 20])
def test_recall_and_precision_are_scikit_learns(random_case: tuple, k: int) -> None:
    scores, relevance, hits, relevant = random_case
    listed = np.argsort(np.argsort(-scores, axis=1), axis=1) < k
    expected = recall_score(relevance, listed, average="samples")
    assert recall(hits, relevant, k).mean() == pytest.approx(expected)
    expected = precision_score(relevance, listed, average="samples")
    assert precision(hits, relevant, k).mean() == pytest.approx(expected)


def test_average_precision_of_the_whole_ranking_is_scikit_learns(random_case: tuple) -> None:
    scores, relevance, hits, relevant = random_case
    expected = [average_precision_score(relevance[row], scores[row]) for row in range(N_USERS)]
    np.testing.assert_allclose(average_precision(hits, relevant, N_MOVIES), expected)


def test_reciprocal_rank_is_scikit_learns_with_one_relevant_movie() -> None:
    # With a single relevant label, label ranking average precision is the reciprocal rank.
    rng = np.random.default_rng(1)
    scores = rng.permuted(np.tile(np.arange(9.0), (50, 1)), axis=1)
    relevance = np.zeros((50, 9), dtype=bool)
    relevance[np.arange(50), rng.integers(0, 9, 50)] = True
    hits = np.take_along_axis(relevance, np.argsort(-scores, axis=1), axis=1)
    found = reciprocal_rank(hits, np.ones(50, dtype=int), 9)
    assert found.mean() == pytest.approx(label_ranking_average_precision_score(relevance, scores))


def test_average_precision_truncates_its_ideal() -> None:
    hits = np.array([[True, False, True]])
    assert average_precision(hits, np.array([7]), 3)[0] == pytest.approx((1 + 2 / 3) / 3)
    assert average_precision(hits, np.array([2]), 3)[0] == pytest.approx((1 + 2 / 3) / 2)


def test_known_list() -> None:
    hits, relevant = np.array([[False, True, False, True]]), np.array([3])
    assert ndcg(hits, relevant, 4)[0] == pytest.approx(
        (1 / math.log2(3) + 1 / math.log2(5)) / (1 + 1 / math.log2(3) + 0.5)
    )
    assert reciprocal_rank(hits, relevant, 4)[0] == 0.5
    assert reciprocal_rank(hits, relevant, 1)[0] == 0
    assert hit_rate(hits, relevant, 1)[0] == 0
    assert hit_rate(hits, relevant, 2)[0] == 1


@pytest.mark.parametrize("name", RANKING_METRICS)
def test_bounds_and_users_without_relevant_movies(name: str, random_case: tuple) -> None:
    _, _, hits, relevant = random_case
    metric = RANKING_METRICS[name]
    values = metric(hits, relevant, 10)
    assert ((values >= 0) & (values <= 1)).all()
    nothing = metric(np.zeros((2, 10), dtype=bool), np.array([0, 3]), 10)
    assert np.isnan(nothing[0])
    assert nothing[1] == 0
    perfect = metric(np.ones((1, 10), dtype=bool), np.array([10]), 10)
    assert perfect[0] == pytest.approx(1)


def test_a_short_list_counts_as_misses() -> None:
    assert precision(np.array([[True, True]]), np.array([9]), 10)[0] == pytest.approx(0.2)
    assert ndcg(np.array([[True]]), np.array([2]), 2)[0] == pytest.approx(1 / (1 + 1 / math.log2(3)))


@pytest.mark.parametrize("k", [1, 5, 10, 40])
def test_graded_ndcg_is_scikit_learns_and_that_of_binary_gains_is_ndcg(random_case: tuple, k: int) -> None:
    scores, relevance, hits, relevant = random_case
    stars = np.where(relevance, np.random.default_rng(3).integers(1, 11, relevance.shape) / 2, 0)
    gains = star_gains(stars, 5.0)
    order = np.argsort(-scores, axis=1)
    found = graded_ndcg(np.take_along_axis(gains, order, axis=1), -np.sort(-gains, axis=1), k)
    expected = [ndcg_score([gains[row]], [scores[row]], k=k) for row in range(N_USERS)]
    np.testing.assert_allclose(found, expected)
    binary = relevance.astype(float)
    np.testing.assert_allclose(graded_ndcg(hits.astype(float), -np.sort(-binary, axis=1), k), ndcg(hits, relevant, k))


@given(
    stars=arrays(np.float64, (3, 12), elements=st.integers(0, 10).map(lambda half: half / 2)),
    k=st.integers(1, 12),
)
def test_graded_ndcg_is_a_share_of_the_best_list(stars: np.ndarray, k: int) -> None:
    gains = star_gains(stars, 5.0)
    ideal = -np.sort(-gains, axis=1)
    values = graded_ndcg(gains, ideal, k)
    known = gains.any(axis=1)
    assert np.isnan(values[~known]).all()
    assert ((values[known] >= 0) & (values[known] <= 1 + 1e-12)).all()
    np.testing.assert_allclose(graded_ndcg(ideal, ideal, k)[known], 1)


def test_gains_by_stars() -> None:
    stars = np.array([0, 1, 2, 3, 4, 5])
    np.testing.assert_allclose(star_gains(stars, 5.0), np.array([0, 1, 3, 7, 15, 31]) / 31)
    assert star_gains(np.array([4.0]), 4.0)[0] == 1


def test_films_of_a_list_are_counted() -> None:
    hits = np.array([[True, False, True, True], [False] * 4])
    assert listed(hits, 3).tolist() == [2, 0]
    assert listed(hits, 10).tolist() == [3, 0]


def test_errors_are_scikit_learns() -> None:
    rng = np.random.default_rng(2)
    users = np.sort(rng.integers(0, 12, 300)).astype(np.int32)
    actual, predicted = rng.uniform(0.5, 5, 300), rng.uniform(0.5, 5, 300)
    found = {name: item.value for name, item in error_statistics(users, predicted, actual, 13).items()}
    assert found["rmse"] == pytest.approx(root_mean_squared_error(actual, predicted))
    assert found["mae"] == pytest.approx(mean_absolute_error(actual, predicted))
    by_user = [root_mean_squared_error(actual[users == user], predicted[users == user]) for user in range(12)]
    assert found["rmse_user"] == pytest.approx(np.mean(by_user))
    by_user = [mean_absolute_error(actual[users == user], predicted[users == user]) for user in range(12)]
    assert found["mae_user"] == pytest.approx(np.mean(by_user))


def test_calibration() -> None:
    actual = np.array([3.0, 4.0, 5.0, 5.0])
    error, rows = calibration(np.array([3.4, 3.6, 4.9, 5.0]), actual)
    assert [row["count"] for row in rows] == [2, 2]
    assert error == pytest.approx(0.025)
    shifted, _ = calibration(actual - 1, actual)
    assert shifted == pytest.approx(1)
    assert math.isnan(calibration(np.empty(0), np.empty(0))[0])


def test_coverage_and_gini() -> None:
    everything = np.array([[0, 1], [2, 3]], dtype=np.int32)
    assert beyond.coverage(everything, 4) == 1
    assert beyond.gini(everything, 4) == pytest.approx(0)
    same = np.array([[0, -1], [0, -1]], dtype=np.int32)
    assert beyond.coverage(same, 4) == 0.25
    assert beyond.gini(same, 4) == pytest.approx(1)
    assert beyond.served(np.array([[0, 1], [0, -1]])).tolist() == [1, 0]


def test_gini_is_half_the_relative_mean_difference() -> None:
    rng = np.random.default_rng(3)
    lists = rng.choice(30, p=np.arange(1, 31) / 465, size=(40, 5)).astype(np.int32)
    exposure = np.bincount(lists.ravel(), minlength=30)
    difference = np.abs(exposure[:, None] - exposure[None, :]).sum() / (30 * 29)
    assert beyond.gini(lists, 30) == pytest.approx(difference / (2 * exposure.mean()))


def test_diversity_is_the_mean_over_pairs() -> None:
    from sklearn.metrics.pairwise import cosine_distances

    rng = np.random.default_rng(4)
    features = (rng.random((25, 6)) < 0.4).astype(np.float32)
    lists = np.stack([rng.choice(25, 5, replace=False) for _ in range(20)]).astype(np.int32)
    lists[0, 3:] = -1
    lists[1, 1:] = -1
    found = beyond.intra_list_diversity(lists, features, block=7)
    assert np.isnan(found[1])
    for row in (0, 2, 3, 19):
        movies = lists[row][lists[row] >= 0]
        expected = cosine_distances(features[movies])[np.triu_indices(len(movies), 1)].mean()
        assert found[row] == pytest.approx(expected, abs=1e-6)


def test_novelty_and_popularity() -> None:
    data = toy_dataset()
    lists = np.array([[0, 1], [59, -1], [-1, -1]], dtype=np.int32)
    counts = data.movie_counts
    assert beyond.list_popularity(lists, data)[0] == pytest.approx(counts[:2].mean())
    assert beyond.novelty(lists, data)[0] == pytest.approx(np.log2(data.n_users / counts[:2]).mean())
    assert beyond.novelty(lists, data)[1] == pytest.approx(np.log2(data.n_users))
    assert np.isnan(beyond.novelty(lists, data)[2])
