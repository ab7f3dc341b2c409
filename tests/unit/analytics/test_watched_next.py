"""What people rated soon after a film: counted as it is, against every other order of the same ratings."""

from itertools import permutations

import numpy as np
import pytest

from core.analytics.watched_next import _chances, watched_next
from core.data.dataset import Dataset
from core.testing.toy import toy_movies


def _dataset(sequences: list[list[int]], times: list[list[int]] | None = None) -> Dataset:
    users = np.repeat(np.arange(1, len(sequences) + 1), [len(one) for one in sequences])
    movies = 10 * (np.concatenate(sequences) + 1)
    when = np.concatenate([range(1, len(one) + 1) for one in sequences] if times is None else times)
    return Dataset.from_interactions(users, movies, np.full(len(users), 4.0), when, toy_movies(40))


@pytest.fixture(scope="module")
def orders() -> list[list[int]]:
    """Three hundred people who rated thirty films each, in random order."""
    rng = np.random.default_rng(3)
    return [rng.permutation(30).tolist() for _ in range(300)]


def test_counts_are_those_of_people_who_rated_one_after_the_other() -> None:
    found = watched_next(_dataset([[(user + step) % 12 for step in range(6)] for user in range(60)]), 0)
    assert (found.raters, found.people, found.within) == (30, 30, 10)
    told = [(one.movie_id, one.next, one.soon, one.by_chance) for one in found.items]
    assert told == [(20, 25, 25, 12.5), (30, 0, 20, 10.0), (40, 0, 15, 7.5)]
    assert found.items[0].text == "25 people within the next 10 films, 25 right after: 2.0 times what chance gives."
    assert "all 30 people" in found.text
    assert "in the order in which the site showed them" in found.text


def test_chance_is_the_share_of_all_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.analytics.watched_next._WITHIN", 2)
    for length in (2, 3, 5):
        every = list(permutations(range(length)))
        soon = sum(0 < order.index(1) - order.index(0) <= 2 for order in every)
        assert _chances(np.array([length]))[0] == pytest.approx(soon / len(every))


def test_what_is_only_rated_by_the_same_people_is_not_listed(orders: list[list[int]]) -> None:
    assert watched_next(_dataset(orders), 0).items == []


def test_of_equal_times_neither_comes_first_more_often(orders: list[list[int]]) -> None:
    sequences = [[0, 1, *(film for film in order if film > 1)] for order in orders]
    rng = np.random.default_rng(4)
    times = [[2 * own + 1, 2 * own + 1, *range(4, 60, 2)] for own in rng.integers(2, 30, 300).tolist()]
    dataset = _dataset(sequences, times)
    ahead, behind = ({one.movie_id: one for one in watched_next(dataset, item).items} for item in (0, 1))
    assert 120 < ahead[20].next < 180
    assert 120 < behind[10].next < 180


def test_nothing_is_told_of_people_without_an_order() -> None:
    sequences = [[0, 1, 2, 3]] * 30
    for times in ([7, 7, 7, 7], [0, 5, 6, 7]):
        found = watched_next(_dataset(sequences, [times] * 30), 0)
        assert (found.raters, found.people, found.items) == (30, 0, [])
        assert found.text == "Nobody who rated this film has ratings whose times tell an order."


def test_who_alone_rated_a_film_is_one_person() -> None:
    found = watched_next(_dataset([[0, 1, 2, 3]]), 0)
    assert (found.people, found.items) == (1, [])
    assert found.text.startswith("Counted over the only person who rated this film;")


def test_of_many_people_a_random_part_is_looked_at() -> None:
    found = watched_next(_dataset([[0, 1, 2, 3]] * 1_500), 0, n=1)
    assert (found.raters, found.people, found.items[0].next) == (1_500, 1_000, 1_000)
    assert "1,000 of the 1,500 people" in found.text
