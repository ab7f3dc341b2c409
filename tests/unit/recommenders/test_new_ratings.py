"""What one visitor's ratings, or one film more, change: every model; a next data set is trained as a whole."""

import numpy as np
import pytest

from core.data.dataset import Dataset
from core.data.extending import AddedFilm, VisitorRatings, extended
from core.data.profile import Profile
from core.recommenders.registry import algorithm_keys, recommender_class, viewers_of
from tests.conftest import Installation


def visit(dataset: Dataset, rated: list[int]) -> VisitorRatings:
    """Return a visitor who loved some films."""
    count = len(rated)
    stars, times = np.full(count, 10, dtype=np.uint8), np.full(count, 10**9, dtype=np.uint32)
    return VisitorRatings(np.full(count, 1), dataset.movies.ids[np.array(rated, dtype=int)], stars, times)


@pytest.mark.parametrize("key", [key for key in algorithm_keys() if not viewers_of(key)])
def test_every_algorithm_learns_from_a_single_visitor(toy_installation: Installation, key: str) -> None:
    dataset = toy_installation.dataset
    films = [AddedFilm(100_000, "Another One (1975)", ("Comedy",), (), 0, 0)]
    profile = Profile.of([1, 4, 9], [5.0, 4.0, 2.0])
    scores = [
        recommender_class(key)().fit(extended(dataset, visit(dataset, rated), films)).score(profile)
        for rated in ([], [3, 8, 21, 30])
    ]
    assert len(scores[0]) == len(scores[1]) == dataset.n_movies + 1
    assert not np.array_equal(*scores, equal_nan=True)
