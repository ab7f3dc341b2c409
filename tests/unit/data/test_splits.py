"""Splits hold out what they say, and nothing of it stays in training."""

from functools import partial

import numpy as np
import pytest

from core.data.dataset import Dataset
from core.data.splits import Split, holdout_per_user, k_folds, leave_last, random_holdout, random_users, temporal
from core.errors import InvalidInputError
from core.testing.toy import toy_dataset, toy_movies


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return toy_dataset()


def _cells(split: Split, dataset: Dataset) -> tuple[set[int], set[int]]:
    train = split.train.rating_users().astype(np.int64) * dataset.n_movies + split.train.user_items
    test = split.test_users.astype(np.int64) * dataset.n_movies + split.test_items
    return set(train.tolist()), set(test.tolist())


ALL = {
    "random": random_holdout,
    "per-user": holdout_per_user,
    "leave-last": leave_last,
    "leave-last-shuffled": partial(leave_last, shuffled=True),
    "temporal": temporal,
}


@pytest.mark.parametrize("kind", ALL)
def test_train_and_test_part_the_ratings(dataset: Dataset, kind: str) -> None:
    split = ALL[kind](dataset)
    train, test = _cells(split, dataset)
    whole = set((dataset.rating_users().astype(np.int64) * dataset.n_movies + dataset.user_items).tolist())
    assert train | test == whole
    assert not train & test
    assert split.description["kind"] == kind
    assert split.description["test_ratings"] == len(test)
    assert split.description["train_ratings"] == len(train)
    assert split.train.n_users == dataset.n_users
    assert split.train.n_movies == dataset.n_movies
    # Aggregates are the training part's alone.
    assert int(split.train.movie_counts.sum()) == len(train)


@pytest.mark.parametrize("kind", ALL)
def test_test_ratings_are_the_stars_that_were_given(dataset: Dataset, kind: str) -> None:
    split = ALL[kind](dataset)
    matrix = dataset.matrix().todense()
    np.testing.assert_array_equal(matrix[split.test_users, split.test_items], split.test_ratings)
    key = split.test_users.astype(np.int64) * dataset.n_movies + split.test_items
    assert (np.diff(key) > 0).all()


def test_folds_hold_out_every_rating_once(dataset: Dataset) -> None:
    splits = list(k_folds(dataset, folds=5, seed=1))
    tests = [_cells(split, dataset)[1] for split in splits]
    assert sum(map(len, tests)) == dataset.n_ratings == len(set().union(*tests))
    assert max(map(len, tests)) - min(map(len, tests)) <= 1
    assert [split.description["fold"] for split in splits] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("make", [random_holdout, holdout_per_user])
def test_seed_decides(dataset: Dataset, make: type) -> None:
    first, again, other = make(dataset, 0.2, 1), make(dataset, 0.2, 1), make(dataset, 0.2, 2)
    np.testing.assert_array_equal(first.test_items, again.test_items)
    assert _cells(first, dataset)[1] != _cells(other, dataset)[1]


def test_per_user_share_is_rounded_down() -> None:
    counts = [3, 4, 5, 10, 19]
    users = np.repeat(np.arange(1, 6), counts)
    movies = np.concatenate([10 * (np.arange(count) + 1) for count in counts])
    dataset = Dataset.from_interactions(users, movies, np.full(len(users), 4.0), None, toy_movies(20))
    split = holdout_per_user(dataset, 0.2)
    assert np.bincount(split.test_users, minlength=5).tolist() == [0, 0, 1, 2, 3]


def test_random_share() -> None:
    split = random_holdout(toy_dataset(), 0.25)
    assert split.description["test_ratings"] == round(0.25 * toy_dataset().n_ratings)


def test_leave_last_takes_the_latest() -> None:
    times = [5, 9, 9, 1, 7]
    dataset = Dataset.from_interactions(
        [1] * 5 + [2], [10, 20, 30, 40, 50, 10], [4.0] * 6, [*times, 3], toy_movies(6)
    )
    split = leave_last(dataset, 2)
    # The two ratings of time 9; user 2 has too few to give any.
    assert split.test_users.tolist() == [0, 0]
    assert split.test_items.tolist() == [1, 2]
    assert split.description["tied_users"] == 0


def test_of_equal_times_a_lot_decides_and_how_often_is_said() -> None:
    users = np.repeat(np.arange(1, 101), 3)
    dataset = Dataset.from_interactions(
        users, [10, 20, 30] * 100, [4.0] * 300, [5, 9, 9] * 100, toy_movies(3), name="tied"
    )
    first, again, other = leave_last(dataset, 1, 1), leave_last(dataset, 1, 1), leave_last(dataset, 1, 2)
    assert first.description["tied_users"] == 100
    assert set(first.test_items.tolist()) == {1, 2}
    assert 30 < int((first.test_items == 2).sum()) < 70
    assert first.test_items.tolist() == again.test_items.tolist() != other.test_items.tolist()


def test_nobody_is_asked_about_a_last_film_that_may_not_be_the_last() -> None:
    dataset = Dataset.from_interactions([1, 1, 2, 2], [10, 20, 10, 20], [4.0] * 4, [0, 7, 5, 6], toy_movies(2))
    split = leave_last(dataset)
    assert (split.test_users.tolist(), split.test_items.tolist()) == ([1], [1])
    assert split.description["untimed_users"] == 1
    assert temporal(dataset, 0.3).description["untimed_ratings"] == 1


def test_the_control_holds_out_the_same_and_deals_the_other_times_anew(dataset: Dataset) -> None:
    split, control = leave_last(dataset), leave_last(dataset, shuffled=True)
    np.testing.assert_array_equal(control.test_items, split.test_items)
    np.testing.assert_array_equal(control.train.user_items, split.train.user_items)
    assert not np.array_equal(control.train.user_times, split.train.user_times)
    for user in range(dataset.n_users):
        span = slice(split.train.user_indptr[user], split.train.user_indptr[user + 1])
        assert sorted(control.train.user_times[span]) == sorted(split.train.user_times[span])


def test_temporal_cut_leaves_the_future_out(dataset: Dataset) -> None:
    split = temporal(dataset, 0.2)
    cut = split.description["cut"]
    assert int(split.train.user_times.max()) <= cut
    share = len(split.test_users) / dataset.n_ratings
    assert share == pytest.approx(0.2, abs=0.01)


def test_temporal_counts_users_without_a_past() -> None:
    dataset = Dataset.from_interactions([1, 1, 2, 2], [10, 20, 10, 20], [4.0] * 4, [1, 2, 8, 9], toy_movies(3))
    split = temporal(dataset, 0.5)
    assert split.test_users.tolist() == [1, 1]
    assert split.description["cold_users"] == 1


@pytest.mark.parametrize(
    "call",
    [
        lambda data: list(k_folds(data, 1)),
        lambda data: random_holdout(data, 0.0),
        lambda data: holdout_per_user(data, 1.0),
        lambda data: leave_last(data, 0),
        lambda data: leave_last(data, 10_000),
        lambda data: leave_last(Dataset.from_interactions([1, 1], [10, 20], [3.0, 4.0], None, toy_movies(2))),
        lambda data: temporal(data, -1.0),
        lambda data: temporal(Dataset.from_interactions([1, 1], [10, 20], [3.0, 4.0], None, toy_movies(2)), 0.5),
    ],
)
def test_what_cannot_be_split_is_refused(dataset: Dataset, call: object) -> None:
    with pytest.raises(InvalidInputError):
        call(dataset)  # type: ignore[operator]


def test_random_users_keep_all_their_ratings_and_nobody_else_any():
    dataset = toy_dataset(n_users=60)
    part = random_users(dataset, dataset.n_ratings // 3, 7)
    assert 0 < part.n_ratings <= dataset.n_ratings // 3
    assert part.n_movies == dataset.n_movies
    for user in range(part.n_users):
        whole = dataset.profile(dataset.user_index(int(part.user_ids[user])))
        np.testing.assert_array_equal(part.profile(user).items, whole.items)
        np.testing.assert_array_equal(part.profile(user).ratings, whole.ratings)
    assert random_users(dataset, dataset.n_ratings, 7) is dataset
    assert random_users(dataset, 1, 7).n_users == 1
    silent = dataset.with_ratings(dataset.rating_users() == 40)
    for seed in range(5):
        assert random_users(silent, 1, seed).n_ratings == silent.n_ratings
    np.testing.assert_array_equal(random_users(dataset, 100, 7).user_ids, random_users(dataset, 100, 7).user_ids)
    assert not np.array_equal(random_users(dataset, 100, 7).user_ids, random_users(dataset, 100, 8).user_ids)
