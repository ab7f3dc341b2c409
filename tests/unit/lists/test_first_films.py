"""The films that a newcomer is asked about first tell most about the others."""

import numpy as np
import pytest

from core.data.dataset import Dataset
from core.errors import InvalidInputError
from core.lists.first_films import rate_first
from core.testing.toy import toy_dataset, toy_movies


def _groups() -> Dataset:
    """Films 0-3 are seen together, so are 4-6; 7 alone; 8 by nearly everybody."""
    rng = np.random.default_rng(0)
    seen = np.zeros((200, 10), dtype=bool)
    seen[:, 0:4] = (rng.random(200) < 0.5)[:, None]
    seen[:, 4:7] = (rng.random(200) < 0.5)[:, None]
    seen[:, 7] = rng.random(200) < 0.5
    seen[:, 8] = rng.random(200) < 0.99
    users, items = np.nonzero(seen)
    return Dataset.from_interactions(users + 1, 10 * (items + 1), np.full(len(users), 4.0), None, toy_movies(10))


def test_one_film_of_each_group_first() -> None:
    chosen = rate_first(_groups(), 4).tolist()
    assert chosen[0] in range(4)
    assert chosen[1] in range(4, 7)
    assert chosen[2] == 7
    # What everybody saw says next to nothing, and neither does a twin of what was asked.


def test_what_is_known_is_not_asked_again() -> None:
    data = _groups()
    chosen = rate_first(data, 2, known=np.array([0], dtype=np.int32)).tolist()
    assert chosen[0] in range(4, 7)
    assert 0 not in rate_first(data, 20, known=np.array([0], dtype=np.int32)).tolist()


def test_gain_is_the_variance_that_is_explained() -> None:
    """The first choice is the best single predictor of all answers, found by trying every one."""
    data = toy_dataset()
    answers = np.zeros((data.n_users, data.n_movies))
    liked = data.stars() - data.user_means[data.rating_users()]
    answers[data.rating_users(), data.user_items] = 1 + liked
    answers -= answers.mean(axis=0)
    ridge = 10.0
    left = []
    for film in range(data.n_movies):
        column = answers[:, film]
        weights = answers.T @ column / (column @ column + ridge)
        # Ridge regression's drop of its own objective.
        left.append(((answers - np.outer(column, weights)) ** 2).sum() + ridge * (weights**2).sum())
    assert rate_first(data, 1, ridge=ridge)[0] == int(np.argmin(left))


def test_only_rated_films_each_once() -> None:
    data = toy_dataset()
    chosen = rate_first(data, 1000)
    assert len(chosen) == len(set(chosen.tolist())) == int((data.movie_counts > 0).sum())
    assert (data.movie_counts[chosen] > 0).all()
    assert len(rate_first(data, 5, candidates=3)) == 3
    with pytest.raises(InvalidInputError):
        rate_first(data, 0)
