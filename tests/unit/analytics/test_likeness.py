"""How alike two people are: known answers, honest intervals, nobody alike by chance."""

import numpy as np
import pytest
from scipy import stats

from core.analytics.agreement import ROUNDING, correlation, fisher_bounds, mean_difference
from core.analytics.like_minded import like_minded
from core.analytics.likeness import likeness
from core.data.dataset import Dataset
from core.data.profile import Profile
from core.testing import toy_dataset
from core.testing.toy import toy_movies


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return toy_dataset()


def test_the_correlation_is_pearsons_but_for_the_rounding_with_fishers_interval() -> None:
    rng = np.random.default_rng(3)
    one = (rng.integers(1, 11, 40) / 2).astype(np.float32)
    other = np.clip(one + rng.normal(0, 1, 40).round() / 2, 0.5, 5).astype(np.float32)
    found = correlation(one, other)
    assert found is not None
    expected = stats.pearsonr(one, other)
    widened = np.sqrt((1 + ROUNDING / one.var()) * (1 + ROUNDING / other.var()))
    assert found.value == pytest.approx(expected.statistic / widened, rel=1e-6)
    ends = expected.confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((ends.low, ends.high), abs=0.02)


def test_fishers_interval_holds_the_truth_19_times_of_20() -> None:
    rng = np.random.default_rng(11)
    pairs = rng.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], size=(2000, 25))
    values = np.array([np.corrcoef(pair.T)[0, 1] for pair in pairs])
    low, high = fisher_bounds(values, np.full(2000, 25))
    assert 0.935 < np.mean((low < 0.6) & (high > 0.6)) < 0.965


@pytest.mark.parametrize(
    ("one", "other"),
    [([4, 3, 5], [4, 3, 5]), ([4, 4, 4, 4, 4], [1, 2, 3, 4, 5]), ([], [])],
    ids=["too few", "all the same", "nothing"],
)
def test_where_nothing_can_be_told_nothing_is(one: list[float], other: list[float]) -> None:
    assert correlation(np.array(one, dtype=np.float32), np.array(other, dtype=np.float32)) is None


def test_equal_stars_over_few_films_are_no_certain_likeness() -> None:
    few = np.array([4, 4, 4, 3.5], dtype=np.float32)
    found = correlation(few, few)
    assert found is not None
    assert found.low < 0 < found.value < found.high < 1
    apart = mean_difference(few, few)
    assert apart is not None
    assert apart.value == 0 < apart.high


def test_how_far_apart_is_students_interval() -> None:
    one, other = np.array([1, 2, 3, 4, 5, 3], dtype=np.float32), np.array([2, 2, 1, 4, 4.5, 5], dtype=np.float32)
    gaps = np.abs(one - other)
    found = mean_difference(one, other)
    assert found is not None
    assert found.value == pytest.approx(gaps.mean())
    exact = stats.t.interval(0.95, 5, gaps.mean(), np.sqrt((gaps.var(ddof=1) + 2 * ROUNDING) / 6))
    assert (found.low, found.high) == pytest.approx((max(exact[0], 0), exact[1]))


def test_two_people_are_told_where_they_differ_and_what_one_has_not_seen(dataset: Dataset) -> None:
    one = Profile.of([1, 2, 3, 4, 7], [5.0, 1.0, 4.0, 3.0, 2.0])
    other = Profile.of([2, 3, 4, 7, 9, 11], [5.0, 4.5, 3.5, 3.0, 4.0, 3.5])
    found = likeness(dataset, one, other)
    ids = dataset.movies.ids
    assert found.common == 4
    assert [(film.movie_id, film.first, film.second) for film in found.disagreements] == [
        (int(ids[2]), 1.0, 5.0),
        (int(ids[7]), 2.0, 3.0),
    ]
    assert [film.movie_id for film in found.favourites] == [int(ids[3])]
    assert [(film.movie_id, film.rating) for film in found.unseen] == [(int(ids[9]), 4.0)]
    nothing = likeness(dataset, Profile.empty(), other)
    assert (nothing.common, nothing.correlation, nothing.apart) == (0, None, None)
    assert [film.movie_id for film in nothing.unseen] == [int(ids[2]), int(ids[3]), int(ids[9])]


def test_like_minded_people_are_as_alike_as_two_by_two(dataset: Dataset) -> None:
    me = dataset.profile(4)
    found = like_minded(dataset, me, 20)
    assert found
    assert 5 not in [person.user_id for person in found]
    for person in found:
        other = dataset.profile(dataset.user_index(person.user_id))
        alone = likeness(dataset, me, other)
        assert alone.correlation is not None
        assert (person.common, person.rating_count) == (alone.common, len(other))
        assert person.correlation.value == pytest.approx(alone.correlation.value, rel=1e-5)
        assert person.correlation.low == pytest.approx(alone.correlation.low, rel=1e-5)


def test_among_people_who_rate_at_random_nobody_is_surely_alike() -> None:
    rng = np.random.default_rng(5)
    items = np.repeat(10 * np.arange(1, 41)[None], 300, axis=0).ravel()
    users = np.repeat(np.arange(1, 301), 40)
    data = Dataset.from_interactions(users, items, rng.integers(1, 11, len(users)) / 2, None, toy_movies(40))
    found = like_minded(data, data.profile(0), 10)
    assert found[0].correlation.low > 0  # by itself it looks alike, as one of twenty does
    assert not any(person.certain for person in found)


def test_who_shares_nothing_is_nobodys_like(dataset: Dataset) -> None:
    assert like_minded(dataset, Profile.empty()) == []
    assert like_minded(dataset, Profile.of([0, 1, 2], [3.0, 4.0, 5.0])) == []
