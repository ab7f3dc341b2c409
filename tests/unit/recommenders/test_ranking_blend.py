"""The blend of rankings: who is asked, and what the weights say."""

import numpy as np
import pytest

from core.data.profile import Profile
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


class _Says:
    """A member with given scores."""

    def __init__(self, scores):
        self._scores = np.array(scores, dtype=np.float32)

    def score(self, profile):
        return self._scores.copy()


def test_the_total_is_the_sum_of_the_parts_where_members_know_different_movies():
    rng = np.random.default_rng(3)
    spoken = rng.normal(size=(3, 400))
    spoken[0, :60] = np.nan
    spoken[1, 40:100] = np.nan
    spoken[2, 50:120] = np.nan
    members = {name: _Says(scores) for name, scores in zip("abc", spoken, strict=True)}
    blend = RankingBlend(("a", "b", "c"), np.array([0.5, 0.3, 0.9]))
    profile = Profile.of([150, 160], [4.0, 3.0])
    total = blend.total(members, profile)
    np.testing.assert_allclose(
        total, np.sum(list(blend.parts(members, profile).values()), axis=0), rtol=1e-4, atol=1e-5
    )
    np.testing.assert_array_equal(np.isnan(total), np.isnan(spoken).all(axis=0))
    assert np.isnan(total).sum() == 10
