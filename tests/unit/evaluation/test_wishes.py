"""The cost of a wish is the paired difference of what two lists of the same candidates find."""

import json
from dataclasses import replace

import numpy as np
import pytest

from core.data.splits import Split
from core.evaluation.manifest import measure_for_manifest
from core.evaluation.measure import Ranked, judge_lists, rank_users
from core.evaluation.protocols import Protocol
from core.evaluation.wishes import WEIGHTS, candidate_depth, judge_wish, wish_metrics, wished_lists
from core.lists.reranking import recommend_wished
from core.recommenders.base import Recommender
from core.recommenders.popularity import Popularity
from core.testing.toy import toy_dataset
from core.views import OWN_ORDER, Reranking

PROTOCOL = Protocol(kind="ranking", split="per-user", folds=1, seed=42)


@pytest.fixture(scope="module")
def split() -> Split:
    return next(PROTOCOL.splits(toy_dataset()))


@pytest.fixture(scope="module")
def model(split: Split) -> Recommender:
    return Popularity().fit(split.train)


@pytest.fixture(scope="module")
def ranked(split: Split, model: Recommender) -> Ranked:
    return rank_users(model, split, PROTOCOL, lambda share, text: None, candidate_depth())


def test_long_lists_begin_as_the_short_ones_and_carry_their_scores(
    split: Split, model: Recommender, ranked: Ranked
) -> None:
    short = rank_users(model, split, PROTOCOL, lambda share, text: None)
    assert (short.lists.shape[1], ranked.lists.shape[1]) == (20, 100)
    np.testing.assert_array_equal(short.lists, ranked.lists[:, :20])
    user = int(ranked.users[4])
    known = ranked.lists[4] >= 0
    expected = model.score(split.train.profile(user), ranked.lists[4][known])
    np.testing.assert_array_equal(ranked.scores[4][known], expected)
    assert np.isnan(ranked.scores[4][~known]).all()


def test_what_is_judged_is_what_people_get(split: Split, model: Recommender, ranked: Ranked) -> None:
    wishes = [Reranking(), Reranking(0.4, -0.2, 0.3)]
    for wish, lists in zip(wishes, wished_lists(ranked, split.train, wishes), strict=True):
        for row in (0, 7, 40):
            served = recommend_wished(model, split.train.profile(int(ranked.users[row])), 10, wish)
            assert lists[row].tolist() == served.items.tolist()


def test_changes_are_paired_differences_of_ndcg(split: Split, ranked: Ranked) -> None:
    found = wish_metrics(ranked, split, PROTOCOL)
    assert [(row["wish"], row["weight"]) for row in found["weights"]] == [
        one for one in WEIGHTS if one[0] not in OWN_ORDER
    ]
    assert "seed 42" in found["how"]
    assert found["seed"] == 42
    plain = judge_lists(ranked.lists[:, :20], ranked.users, split, PROTOCOL).statistics["liked_ndcg@10"]
    assert found["liked_ndcg@10"] == pytest.approx(plain.value, abs=1e-6)
    row = next(row for row in found["weights"] if row["wish"] == "popularity" and row["weight"] == -0.4)
    (lists,) = wished_lists(ranked, split.train, [Reranking(popularity=-0.4)])
    wished = judge_lists(lists, ranked.users, split, PROTOCOL).statistics["liked_ndcg@10"]
    each = (wished.numerators - plain.numerators)[plain.denominators > 0]
    assert row["change"] == pytest.approx(each.mean(), abs=1e-6)
    # The bootstrap's interval is close to the normal one of paired differences.
    half = 1.96 * each.std() / np.sqrt(len(each))
    assert row["low"] == pytest.approx(each.mean() - half, abs=0.15 * half)
    assert row["high"] == pytest.approx(each.mean() + half, abs=0.15 * half)


def test_weights_are_judged_together_with_what_they_gain(split: Split, ranked: Ranked) -> None:
    wish = Reranking(0.3, -0.4, 0.0)
    found = judge_wish("popularity", ranked, split, PROTOCOL, wish)
    lists = wished_lists(ranked, split.train, [Reranking(), wish])
    plain, wished = (judge_lists(one, ranked.users, split, replace(PROTOCOL, k=(10,))) for one in lists)
    assert [change.metric for change in found.changes][:4] == [
        *("liked_ndcg@10", "liked_recall@10"),
        *("rated_ndcg@10", "rated_recall@10"),
    ]
    for change in found.changes:
        assert change.plain == plain.statistics[change.metric].value
        assert change.wished == wished.statistics[change.metric].value
        assert change.low <= change.change == pytest.approx(change.wished - change.plain)
        assert change.change <= change.high
    by_metric = {change.metric: change for change in found.changes}
    assert by_metric["diversity@10"].low > 0
    assert by_metric["popularity@10"].high < 0
    alone = judge_wish("popularity", ranked, split, PROTOCOL, Reranking(popularity=-0.4)).changes[0]
    row = next(row for row in wish_metrics(ranked, split, PROTOCOL)["weights"] if row["weight"] == -0.4)
    assert (row["change"], row["low"], row["high"]) == pytest.approx((alone.change, alone.low, alone.high), abs=1e-6)


def test_manifests_carry_the_costs_as_plain_json() -> None:
    measured = measure_for_manifest(toy_dataset(), ["popularity"])["popularity"]
    found = json.loads(json.dumps(measured))["wishes"]
    assert found["liked_ndcg@10"] == measured["values"]["liked_ndcg@10"]
    assert len(found["weights"]) == sum(name not in OWN_ORDER for name, _ in WEIGHTS)
    assert all(row["low"] <= row["change"] <= row["high"] for row in found["weights"])
