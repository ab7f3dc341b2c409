"""Explanations with raw ids: what they cost."""

from collections import Counter

import pytest

from core.data.dataset import Dataset
from core.lists.explanations import explanation_view
from core.recommenders.base import Recommender
from core.recommenders.hybrid.model import Hybrid
from core.recommenders.item_knn import ItemKNN
from core.recommenders.svd import SVD
from core.testing.toy import toy_dataset

ASKED = ("item_knn", "svd")


@pytest.fixture(scope="module")
def data() -> Dataset:
    return toy_dataset()


@pytest.fixture(scope="module")
def hybrid(data: Dataset) -> Hybrid:
    members = {"item_knn": ItemKNN().fit(data), "svd": SVD().fit(data)}
    return Hybrid({"rating_members": ("svd",), "ranking_members": ASKED}).fit(data, members=members)


@pytest.fixture
def scored(hybrid: Hybrid, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each member scores the catalogue."""
    times: Counter[str] = Counter()

    def counted(member: Recommender) -> object:
        score = member._score

        def ask(profile: object) -> object:
            times[member.key] += 1
            return score(profile)

        return ask

    for member in hybrid.members.values():
        monkeypatch.setattr(member, "_score", counted(member))
    return times


def test_an_explanation_asks_every_member_for_scores_once(hybrid, data, scored):
    item = 21
    assert explanation_view(hybrid, data.profile(4), item).films
    assert scored == dict.fromkeys(ASKED, 1)


def test_counterfactuals_ask_again_once_for_each_film_that_is_left_out(hybrid, data, scored):
    view = explanation_view(hybrid, data.profile(4), 21, counterfactual=True)
    assert len(view.counterfactuals) == 3
    assert scored == dict.fromkeys(ASKED, 1 + 3)
