"""Every algorithm of the registry keeps the contract."""

from functools import cache

import pytest

from core.recommenders.registry import algorithm_keys, recommender_class
from tests.toy import checkerboard, toy_dataset
from tests.unit.recommenders.contract import Fitted, RecommenderContract

_DATA = {"toy": cache(toy_dataset), "checkerboard": cache(checkerboard)}


@cache
def _fit(key: str, data: str) -> Fitted:
    """Fit once per session; members of an ensemble are the models that their own tests use."""
    found, dataset = recommender_class(key), _DATA[data]()
    members = {member: _fit(member, data).model for member in found.member_keys}
    return Fitted(key, dataset, found().fit(dataset, members=members))


class TestContract(RecommenderContract):
    """The contract over the whole registry."""

    @pytest.fixture(params=algorithm_keys())
    def key(self, request: pytest.FixtureRequest) -> str:
        return request.param

    @pytest.fixture
    def fitted(self, key: str) -> Fitted:
        return _fit(key, "toy")

    @pytest.fixture
    def checkered(self, key: str) -> Fitted:
        return _fit(key, "checkerboard")
