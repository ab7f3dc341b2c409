"""The blend of rankings: who is asked, and what the weights say."""

import numpy as np
import pytest

from core.data.splits import holdout_per_user
from core.recommenders.ease import EASE
from core.recommenders.popularity import Popularity
from core.recommenders.ranking_blend import RankingBlend
from tests.toy import toy_dataset


@pytest.fixture(scope="module")
def members():
    dataset = toy_dataset()
    return {"ease": EASE().fit(dataset), "popularity": Popularity().fit(dataset)}


def test_a_member_without_weight_is_not_asked(members):
    profile = members["ease"].dataset.profile(3)
    alone = RankingBlend(("ease", "popularity"), np.array([0.7, 0.0]))
    parts = alone.parts({"ease": members["ease"]}, profile)
    assert list(parts) == ["ease"]
    both = RankingBlend(("ease", "popularity"), np.array([0.7, 0.2]))
    known = np.isfinite(parts["ease"])
    assert known.any()
    np.testing.assert_array_equal(both.parts(members, profile)["ease"][known], parts["ease"][known])


def test_without_any_weight_the_members_still_answer(members):
    profile = members["ease"].dataset.profile(3)
    parts = RankingBlend(("ease", "popularity"), np.zeros(2)).parts(members, profile)
    assert list(parts) == ["ease", "popularity"]
    assert not np.nansum(list(parts.values()))


def test_the_better_member_gets_the_larger_weight():
    split = holdout_per_user(toy_dataset(n_users=200), 0.25, 1)
    inner = {"ease": EASE().fit(split.train), "popularity": Popularity().fit(split.train)}
    influence = RankingBlend.fit(inner, split, 0).influence()
    assert influence["ease"] > influence["popularity"] >= 0
