"""Changing the hybrid's weights through the service."""

from dataclasses import replace

import pytest

from core.errors import InvalidInputError
from core.lists.requests import WhatIf
from core.service import CineMatch, open_service
from core.views import Reranking
from tests.conftest import Installation


@pytest.fixture(scope="module")
def service(toy_installation: Installation) -> CineMatch:
    return open_service(toy_installation.settings, load=False)


def order(service: CineMatch, what_if: WhatIf | None, algorithm: str = "hybrid") -> list[int]:
    return [item.movie_id for item in service.recommend(user_id=2, algorithm=algorithm, n=8, what_if=what_if).items]


def test_the_list_follows_the_changed_weights(service: CineMatch) -> None:
    weights = service.hybrid_weights()
    others = {member.key: 0.0 for member in weights.ranking if member.key != "ease"}
    assert order(service, WhatIf(ranking=others)) == order(service, None, "ease")
    assert order(service, WhatIf()) == order(service, WhatIf(rating={"svd": 0})) == order(service, None)


def test_stars_follow_the_changed_weights(service: CineMatch) -> None:
    nobody = WhatIf(rating={member.key: 0.0 for member in service.hybrid_weights().rating})
    learned = service.recommend(user_id=2, algorithm="hybrid", n=5)
    changed = service.recommend(user_id=2, algorithm="hybrid", n=5, what_if=nobody)
    # How much a film would please is told from the stars, and with it a part of the order.
    assert [item.score for item in changed.items] != [item.score for item in learned.items]
    assert [item.predicted_rating for item in changed.items] != [item.predicted_rating for item in learned.items]


def test_weights_are_named(service: CineMatch) -> None:
    weights = service.hybrid_weights()
    assert {"ease", "svd", "item_knn"} <= {member.key for member in weights.ranking}
    assert [(member.key, member.name) for member in weights.rating][1] == ("item_knn", "Similar films")
    assert all(member.weight >= 0 for member in weights.ranking)


def test_weights_are_those_of_a_profile_as_long(service: CineMatch) -> None:
    model = service.model_cache.get("hybrid")
    for length in (1, 64):
        found = {member.key: member.weight for member in service.hybrid_weights(length).ranking}
        assert found == model.influence(length)["ranking"]
    doubled = service.hybrid_weights(64, WhatIf({"ease": 2.0}))
    learned = service.hybrid_weights(64)
    by_key = {member.key: member.weight for member in doubled.ranking}
    assert by_key == {one.key: one.weight * (2 if one.key == "ease" else 1) for one in learned.ranking}


def test_only_a_change_is_active() -> None:
    assert not WhatIf().active
    assert not WhatIf({"ease": 1.0}, {"svd": 1}).active
    assert WhatIf({"ease": 1.0}, {"svd": 0}).active


@pytest.mark.parametrize(
    ("algorithm", "what_if", "words"),
    [
        ("svd", WhatIf(), "SVD has no weights to change"),
        ("hybrid", WhatIf({"content": 1}), "'content' has no part in the hybrid's ranking"),
        ("hybrid", WhatIf(rating={"svd": 11}), "between 0 and 10, not 11"),
    ],
)
def test_what_cannot_be_changed_is_refused(service: CineMatch, algorithm: str, what_if: WhatIf, words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        service.recommend(user_id=2, algorithm=algorithm, what_if=what_if)


def test_the_measured_cost_of_a_wish_is_not_that_of_other_weights(
    service: CineMatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = {"wish": "recency", "weight": 0.2, "change": -0.01, "low": -0.02, "high": -0.005}
    measured = {"wishes": {"liked_ndcg@10": 0.4, "how": "Held out.", "weights": [row]}}
    statuses = [replace(status, metrics=measured) for status in service.models()]
    monkeypatch.setattr(service, "models", lambda: statuses)
    wish, what_if = Reranking(recency=0.2), WhatIf(ranking={"ease": 0.0})
    learned = service.recommend(user_id=2, algorithm="hybrid", wish=wish)
    changed = service.recommend(user_id=2, algorithm="hybrid", wish=wish, what_if=what_if)
    assert learned.wish is not None
    assert changed.wish is not None
    assert "cost 0.0100" in learned.wish.costs[0].text
    assert "not measured" in changed.wish.costs[0].text
