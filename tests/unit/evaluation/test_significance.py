"""Intervals cover, tests reject what differs and nothing else."""

import numpy as np
import pytest
from scipy import stats

from core.evaluation.significance import Comparison, bootstrap_intervals, compare_pairs, holm, leaders
from core.evaluation.statistic import UserStatistic


def test_holm_by_hand() -> None:
    # 4 x .01, 3 x .02, then 2 x .03 = .06 and 1 x .04, lifted to .06.
    np.testing.assert_allclose(holm([0.03, 0.01, 0.04, 0.02]), [0.06, 0.04, 0.06, 0.06])
    assert holm([0.9, 0.8]).tolist() == [1, 1]
    assert holm([]).tolist() == []


def test_interval_is_the_normal_ones_for_a_mean() -> None:
    values = np.random.default_rng(0).normal(1, 2, 2000)
    low, high = bootstrap_intervals({"m": UserStatistic.mean(values)})["m"]
    half = 1.96 * values.std() / np.sqrt(2000)
    assert low == pytest.approx(values.mean() - half, abs=0.15 * half)
    assert high == pytest.approx(values.mean() + half, abs=0.15 * half)


def test_interval_covers_as_often_as_it_says() -> None:
    rng = np.random.default_rng(1)
    covered = 0
    for trial in range(200):
        sample = UserStatistic.mean(rng.exponential(1.0, 80))
        low, high = bootstrap_intervals({"m": sample}, seed=trial, resamples=300)["m"]
        covered += low <= 1 <= high
    assert 178 <= covered <= 199


def test_root_of_a_ratio() -> None:
    squared, counts = np.array([4.0, 0.0, 5.0]), np.array([1.0, 0.0, 8.0])
    assert UserStatistic(squared, counts, root=True).value == 1
    assert np.isnan(UserStatistic(np.zeros(2), np.zeros(2)).value)
    both = UserStatistic(squared, counts, root=True) + UserStatistic(3 * squared, counts, root=True)
    assert both.value == pytest.approx(np.sqrt(2))


def test_values_that_are_missing_do_not_count() -> None:
    assert UserStatistic.mean(np.array([1.0, np.nan, 3.0])).value == 2


def test_p_value_is_scipys_for_the_same_test() -> None:
    rng = np.random.default_rng(2)
    first, second = rng.normal(0.25, 1, 60), rng.normal(0, 1, 60)
    (pair,) = compare_pairs("m", {"a": UserStatistic.mean(first), "b": UserStatistic.mean(second)})
    expected = stats.permutation_test(
        (first, second),
        lambda x, y, axis: (x - y).mean(axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=20_000,
        rng=3,
    ).pvalue
    assert pair.p_value == pytest.approx(expected, abs=0.015)
    assert pair.difference == pytest.approx((first - second).mean())
    assert pair.low < pair.difference < pair.high


def test_equal_algorithms_are_never_apart() -> None:
    values = np.random.default_rng(4).random(100)
    (pair,) = compare_pairs("m", {"a": UserStatistic.mean(values), "b": UserStatistic.mean(values.copy())})
    assert pair.p_value == 1
    assert not pair.significant


def test_a_family_of_nulls_is_seldom_rejected() -> None:
    rng = np.random.default_rng(6)
    rejected = 0
    for trial in range(40):
        base = rng.normal(size=(50, 1))
        noise = base + rng.normal(size=(50, 5))
        family = {f"a{column}": UserStatistic.mean(noise[:, column]) for column in range(5)}
        rejected += any(pair.significant for pair in compare_pairs("m", family, seed=trial, resamples=500))
    assert rejected <= 6


def test_leaders_name_the_best_and_its_ties() -> None:
    rng = np.random.default_rng(7)
    base = rng.random(300)
    family = {
        "best": UserStatistic.mean(base + 0.001 * rng.normal(size=300)),
        "tied": UserStatistic.mean(base + 0.001 * rng.normal(size=300)),
        "worse": UserStatistic.mean(base - 0.2 + 0.01 * rng.normal(size=300)),
    }
    pairs = compare_pairs("m", family)
    values = {key: item.value for key, item in family.items()}
    assert set(leaders("m", values, pairs, smaller_is_better=False)) == {"best", "tied"}
    assert leaders("m", values, pairs, smaller_is_better=True) == ["worse"]
    assert leaders("m", {"x": float("nan")}, [], smaller_is_better=True) == []


def test_one_algorithm_has_nobody_to_differ_from() -> None:
    assert compare_pairs("m", {"a": UserStatistic.mean(np.ones(3))}) == []
    assert isinstance(compare_pairs("m", {key: UserStatistic.mean(np.arange(9.0)) for key in "ab"})[0], Comparison)
