"""Learning the match from what is known to be true."""

from dataclasses import replace

import numpy as np
import pytest

from core.evaluation.match import SHORT, Evidence, collect_evidence, match_metrics
from core.evaluation.measure import rank_users
from core.evaluation.protocols import Protocol
from core.lists.match import PLACES, MatchMap, match_features, rater_of
from core.progress import silent
from core.recommenders.popularity import Popularity
from core.testing.toy import toy_dataset

STARS = np.array([2.0, 3.0, 4.0, 5.0])


def evidence_of(slope: float, n: int = 6000) -> Evidence:
    """Return ratings of people who like a film with log odds `slope` times its stars above 3.5."""
    rng = np.random.default_rng(3)
    rater = rater_of(np.full(20, 4.0), 0.5, 3.5)
    stars = rng.uniform(1, 5, n)
    places = rng.integers(1, PLACES + 2, n)
    odds = slope * (stars - 3.5)
    return Evidence(
        features=match_features(rater, stars, np.full(n, np.nan), places),
        liked=rng.random(n) < 1 / (1 + np.exp(-odds)),
        people=np.arange(n) % 100,
        lengths=np.full(n, 20),
        places=places,
        errors=np.full(n, np.nan),
        liked_share=0.5,
        mean=3.5,
    )


def test_the_true_probabilities_are_learned():
    found = match_metrics(evidence_of(2.0), "Made up: ", 42)
    learned = MatchMap.from_metrics({"match": found})
    assert learned is not None
    rater = rater_of(np.full(20, 4.0), 0.5, 3.5)
    said = learned.probability(match_features(rater, STARS, np.full(4, np.nan), np.full(4, 20)))
    np.testing.assert_allclose(said, 1 / (1 + np.exp(-2.0 * (STARS - 3.5))), atol=0.03)
    assert found["ece"] < 0.02
    assert found["ece"] < 2 * found["chance"]
    assert found["how"].startswith("Made up: Learned by logistic regression on 6,000 held-out ratings of 100 people")
    assert sum(point["count"] for point in found["bins"]) == 6000
    assert [part["from"] for part in found["by_length"]] == [6]
    assert found["within_spread"] is None


def test_nobody_judges_what_they_taught():
    # People who differ in nothing but who they are: a map that had seen them would do better than chance.
    rng = np.random.default_rng(5)
    told = evidence_of(0.0)
    whims = rng.random(100) < 0.5
    found = match_metrics(replace(told, liked=whims[told.people]), "", 42)
    if found["map"] is not None:
        assert found["brier"] >= 0.24


def test_stars_that_say_the_opposite_give_no_match():
    found = match_metrics(evidence_of(-2.0), "", 42)
    assert found["map"] is None
    assert found["reason"] == "More stars did not mean a liking more often."


def test_few_ratings_give_no_match():
    found = match_metrics(evidence_of(2.0, n=150), "", 42)
    assert found["map"] is None
    assert "Too few ratings" in found["reason"]


@pytest.fixture(scope="module")
def collected() -> Evidence:
    protocol = Protocol(kind="ranking", seed=42)
    split = next(protocol.splits(toy_dataset()))
    model = Popularity().fit(split.train)
    ranked = rank_users(model, split, protocol, silent, PLACES)
    return collect_evidence(model, split, ranked, 42, silent)


def test_visitors_with_few_ratings_are_among_the_evidence(collected: Evidence):
    assert set(SHORT[:4]) <= set(collected.lengths.tolist())
    assert collected.lengths.max() > max(SHORT[:4])
    assert np.isfinite(collected.features).all()
    assert ((collected.places >= 1) & (collected.places <= PLACES + 1)).all()


def test_evidence_is_the_same_every_time(collected: Evidence):
    protocol = Protocol(kind="ranking", seed=42)
    split = next(protocol.splits(toy_dataset()))
    model = Popularity().fit(split.train)
    again = collect_evidence(model, split, rank_users(model, split, protocol, silent, PLACES), 42, silent)
    np.testing.assert_array_equal(again.features, collected.features)
