"""What one visitor's ratings, or one film more, change: every model; a next data set is trained as a whole."""

import numpy as np
import pytest

from core.data.extending import AddedFilm, VisitorRatings, extended
from core.data.profile import Profile
from core.recommenders.registry import algorithm_keys, recommender_class, viewers_of
from core.store.loader import load_model
from tests.conftest import Installation


@pytest.mark.parametrize("key", [key for key in algorithm_keys() if not viewers_of(key)])
def test_every_algorithm_learns_from_a_single_visitor(toy_installation: Installation, key: str) -> None:
    dataset = toy_installation.dataset
    rated = np.array([3, 8, 21, 30])
    visitor = VisitorRatings(
        np.full(4, 1), dataset.movies.ids[rated], np.full(4, 10, dtype=np.uint8), np.full(4, 10**9, dtype=np.uint32)
    )
    films = [AddedFilm(100_000, "Another One (1975)", ("Comedy",), (), 0, 0)]
    following = extended(dataset, visitor, films)
    profile = Profile.of([1, 4, 9], [5.0, 4.0, 2.0])
    before = load_model(toy_installation.models_dir / dataset.name / key, dataset).score(profile)
    after = recommender_class(key)().fit(following).score(profile)
    assert len(after) == len(before) + 1
    assert not np.array_equal(after[:-1], before, equal_nan=True)
