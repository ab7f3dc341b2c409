"""The blend of rankings: who is asked, and what the weights say."""

import numpy as np
import pytest

from core.data.profile import Profile
from core.data.splits import holdout_per_user
from core.errors import ArtifactError
from core.recommenders.ease import EASE
from core.recommenders.hybrid.blend_learning import JudgedList, learn_weights, listwise_weights, sample_lists
from core.recommenders.hybrid.ranking_blend import KNOTS, RankingBlend, knot_shares, scaled
from core.recommenders.popularity import Popularity
from core.recommenders.user_knn import UserKNN
from core.testing.toy import toy_dataset


@pytest.fixture(scope="module")
def members():
    dataset = toy_dataset()
    return {"ease": EASE().fit(dataset), "popularity": Popularity().fit(dataset)}


def said(members, profile):
    return {key: member.score(profile) for key, member in members.items()}


def test_a_member_without_weight_is_not_asked(members):
    profile = members["ease"].dataset.profile(3)
    alone = RankingBlend(("ease", "popularity"), np.array([[0.7] * 4, [0.0] * 4]))
    parts = alone.parts({"ease": members["ease"].score(profile)}, profile)
    assert list(parts) == ["ease"]
    both = RankingBlend(("ease", "popularity"), np.array([[0.7] * 4, [0.2] * 4]))
    known = np.isfinite(parts["ease"])
    assert known.any()
    np.testing.assert_array_equal(both.parts(said(members, profile), profile)["ease"][known], parts["ease"][known])


def test_without_any_weight_the_members_still_answer(members):
    profile = members["ease"].dataset.profile(3)
    parts = RankingBlend(("ease", "popularity"), np.zeros((2, 4))).parts(said(members, profile), profile)
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
    blend = RankingBlend(("a", "b", "c"), np.array([[0.5] * 4, [0.3] * 4, [0.9] * 4]))
    profile = Profile.of([150, 160], [4.0, 3.0])
    total = blend.total(members, profile)
    np.testing.assert_allclose(
        total, np.sum(list(blend.parts(said(members, profile), profile).values()), axis=0), rtol=1e-4, atol=1e-5
    )
    np.testing.assert_array_equal(np.isnan(total), np.isnan(spoken).all(axis=0))
    assert np.isnan(total).sum() == 10


def test_weights_are_interpolated_between_the_lengths_they_were_learned_for(members):
    profile = members["ease"].dataset.profile(3)
    blend = RankingBlend(("ease", "popularity"), np.array([[0.0, 0.2, 0.4, 0.9], [1.0, 0.5, 0.2, 0.0]]))
    assert blend.influence(3) == pytest.approx({"ease": 0.2, "popularity": 0.5})
    between = blend.influence(13)
    share = np.log(13 / 8) / np.log(20 / 8)
    assert between == pytest.approx({"ease": 0.4 + 0.5 * share, "popularity": 0.2 - 0.2 * share})
    assert blend.influence(0) == blend.influence(1)
    assert blend.influence(5000) == blend.influence() == pytest.approx({"ease": 0.9, "popularity": 0.0})
    assert list(blend.parts(said(members, profile), profile)) == ["ease", "popularity"]


def test_a_changed_blend_always_has_somebody_to_decide():
    blend = RankingBlend(("ease", "popularity"), np.array([[0.0, 0.2, 0.4, 0.9], [1.0, 0.5, 0.2, 0.0]]))
    np.testing.assert_allclose(blend.reweighted(np.array([2.0, 1.0])).weights, blend.weights * [[2], [1]])
    alone = blend.reweighted(np.array([1.0, 0.0]))
    assert alone.influence(1) == {"ease": 1.0, "popularity": 0.0}
    assert alone.influence() == {"ease": 0.9, "popularity": 0.0}
    assert not blend.reweighted(np.zeros(2)).weights.any()


def test_weights_of_another_version_are_refused():
    with pytest.raises(ArtifactError, match=r"another version made them\. Train it again"):
        RankingBlend.from_arrays(("ease", "popularity"), {"blend_weights": np.array([0.7, 0.2])})


@pytest.mark.parametrize("length", [0, 1, 2, 3, 7, 8, 19, 20, 21, 4000])
def test_the_shares_of_the_lengths_add_up(length):
    shares = knot_shares(length)
    assert shares.sum() == pytest.approx(1)
    assert (shares >= 0).all()
    assert np.count_nonzero(shares) <= 2
    assert length not in KNOTS or shares[KNOTS.index(length)] == 1


def test_what_a_shortened_profile_leaves_out_takes_no_part(monkeypatch):
    split = holdout_per_user(toy_dataset(n_users=60), 0.25, 1)
    members = {"ease": EASE().fit(split.train), "user_knn": UserKNN().fit(split.train)}
    asked = []

    def remember(scores, seen):
        asked.append(seen)
        return scaled(scores, seen)

    lists = sample_lists(members, split, 0, remember)
    assert {one.length for one in lists} > {1, 3, 8}
    kept = {tuple(seen.tolist()) for seen in asked}
    whole = {tuple(split.train.profile(int(user)).items.tolist()) for user in np.unique(split.test_users)}
    assert whole < kept
    for one in lists:
        assert one.rows.shape == (len(one.relevant), 2)
        assert one.relevant.any()
        assert not one.relevant.all()


def test_shortened_profiles_never_compete_with_what_they_leave_out():
    split = holdout_per_user(toy_dataset(n_users=60), 0.25, 1)
    dataset = split.train

    class Telltale(Popularity):
        """Gives every movie its own index as the score, so that rows name the movies."""

        def _score(self, profile):
            return np.arange(dataset.n_movies, dtype=np.float32)

    user = int(np.unique(split.test_users)[0])
    one = type(split)(dataset, *(part[split.test_users == user] for part in _tests(split)), {})
    lists = sample_lists({"t": Telltale().fit(dataset)}, one, 0, lambda scores, _: scores.copy())
    assert len(lists) == 5
    for found in lists:
        assert not np.isin(found.rows[:, 0], dataset.profile(user).items).any()


def _tests(split):
    return split.test_users, split.test_items, split.test_ratings


def test_learned_weights_differ_by_length_where_the_truth_does():
    rng = np.random.default_rng(0)
    lists = []
    for number in range(300):
        rows = rng.normal(size=(30, 2))
        who = number % 2
        lists.append(JudgedList((1, 30)[who], rows, rows[:, who] >= np.sort(rows[:, who])[-5]))
    shares = np.stack([knot_shares(one.length) for one in lists])
    weights = learn_weights(lists, shares, np.zeros((2, 4), dtype=bool))
    assert weights[0, 0] > 3 * weights[1, 0]
    assert weights[1, 3] > 3 * weights[0, 3]
    fixed = np.array([[False] * 4, [False, False, False, True]])
    assert learn_weights(lists, shares, fixed)[1, 3] == 0


def test_weights_stand_where_the_loss_has_no_slope():
    rng = np.random.default_rng(1)
    lists = []
    for length in rng.integers(1, 40, 80):
        rows = rng.normal(size=(12, 2))
        lists.append(JudgedList(int(length), rows, rows @ [1.0, 0.4] + rng.normal(size=12) > 0.8))
    lists = [one for one in lists if one.relevant.any()]
    shares = np.stack([knot_shares(one.length) for one in lists])
    best = listwise_weights(lists, shares, np.zeros((2, 4), dtype=bool))

    def loss(weights):
        total, votes = 0.0, 0.0
        for one, share in zip(lists, shares, strict=True):
            scores = one.rows @ (weights @ share)
            logs = scores - np.log(np.exp(scores).sum())
            total -= one.relevant.sum() ** -0.5 * logs[one.relevant].sum()
            votes += one.relevant.sum() ** 0.5
        return total / votes + 1e-3 * (weights**2).sum()

    for member in range(2):
        for knot in range(4):
            for step in (0.05, -0.05):
                moved = best.copy()
                moved[member, knot] = max(moved[member, knot] + step, 0)
                assert loss(moved) >= loss(best)
