"""Every algorithm that ships keeps the contract."""

from functools import cache

from core.data.dataset import Dataset
from core.recommenders.base import Recommender
from core.recommenders.registry import algorithm_keys, recommender_class
from core.testing import RecommenderContract, checkerboard, toy_dataset

_DATA = {"toy": cache(toy_dataset), "checkerboard": cache(checkerboard)}
_SAME_FOR_ALL = "Its list is the same for everyone."
EXPECTED_FAILURES = {
    "popularity": {
        "test_taste_changes_the_list": _SAME_FOR_ALL,
        "test_like_minded_people_find_the_film_that_is_left_out": _SAME_FOR_ALL,
        "test_visitors_with_one_colour_get_that_colour": _SAME_FOR_ALL,
        "test_taste_has_a_sign": _SAME_FOR_ALL,
    },
    "content": {"test_visitors_with_one_colour_get_that_colour": "Films of both colours are of the same kinds."},
}


@cache
def _fit(key: str, data: str) -> Recommender:
    """Fit once per session; members of an ensemble are the models that their own tests use."""
    found = recommender_class(key)
    members = {member: _fit(member, data) for member in found.member_keys}
    return found().fit(_DATA[data](), members=members)


class _Contract(RecommenderContract):
    @classmethod
    def fit(cls, dataset: Dataset) -> Recommender:
        return _fit(cls.algorithm.key, dataset.name)


def _suite(key: str) -> type[RecommenderContract]:
    named = {"algorithm": recommender_class(key), "expected_failures": EXPECTED_FAILURES.get(key, {})}
    return type(f"Test_{key}", (_Contract,), named)


globals().update({suite.__name__: suite for suite in map(_suite, algorithm_keys())})


def test_no_algorithm_is_forgotten():
    found = {suite.algorithm.key for name, suite in globals().items() if name.startswith("Test")}
    assert found == set(algorithm_keys())
    assert set(EXPECTED_FAILURES) <= found
