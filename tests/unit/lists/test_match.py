"""The match of listed films, from a map whose answers are known."""

import numpy as np
import pytest

from core.data.profile import Profile
from core.lists.match import (
    PLACES,
    MatchMap,
    list_matches,
    match_features,
    places_among,
    rater_of,
    reliability_view,
)
from core.recommenders.popularity import Popularity
from core.testing.toy import toy_dataset

MATCH = MatchMap(np.array([2.0, 0.0, -0.1, 0.0, 0.0, 0.0, 0.0]), -7.0, 0.5, 3.5)
"""Odds of e to the double of the stars above 3.5; less further down the list."""


@pytest.fixture(scope="module")
def model() -> Popularity:
    return Popularity().fit(toy_dataset())


def matches(model: Popularity, profile: Profile, items: np.ndarray, *, whole: bool) -> np.ndarray:
    stars, spread = model.predict(profile, items), model.spread(profile, items)
    return list_matches(MATCH, model, profile, items, stars, spread, items if whole else None)


def test_a_match_is_what_the_map_says():
    rater = rater_of(np.empty(0), 0.5, 3.5)
    said = MATCH.probability(match_features(rater, np.array([3.5, 4.5]), np.full(2, np.nan), np.array([1, 1])))
    np.testing.assert_allclose(said, [0.5, 1 / (1 + np.exp(-2))])


def test_more_stars_never_match_less():
    rater = rater_of(np.array([5.0, 1.0, 4.0]), 0.5, 3.5)
    stars = np.linspace(0.5, 5, 50)
    for spread in (np.nan, 0.7):
        said = MATCH.probability(match_features(rater, stars, np.full(50, spread), np.full(50, 3)))
        assert (np.diff(said) > 0).all()
        assert ((said >= 0) & (said <= 1)).all()


def test_habits_of_a_short_profile_are_those_of_people_in_general():
    nobody = rater_of(np.empty(0), 0.6, 3.4)
    assert (nobody.length, nobody.mean, nobody.deviation) == (0, 3.4, 1.0)
    assert nobody.liking == pytest.approx(np.log(0.6 / 0.4))
    fan = rater_of(np.full(90, 5.0), 0.6, 3.4)
    assert fan.liking == pytest.approx(np.log(0.96 / 0.04))
    assert fan.mean == pytest.approx((90 * 5 + 10 * 3.4) / 100)


def test_a_film_matches_alike_in_the_whole_list_and_in_a_filtered_one(model: Popularity):
    profile = Profile.of([0, 2], [5.0, 3.0])
    items = model.best(profile, 20)[0]
    whole = matches(model, profile, items, whole=True)
    np.testing.assert_array_equal(matches(model, profile, items[5:9], whole=False), whole[5:9])
    assert np.isfinite(whole).all()


def test_a_rated_film_has_no_match(model: Popularity):
    profile = Profile.of([0, 2], [5.0, 3.0])
    items = np.array([0, 1], dtype=np.int32)
    found = matches(model, profile, items, whole=False)
    assert np.isnan(found[0])
    assert np.isfinite(found[1])


def test_without_a_measurement_nothing_is_said(model: Popularity):
    items = np.array([1], dtype=np.int32)
    nothing = np.full(1, np.nan, dtype=np.float32)
    assert np.isnan(list_matches(None, model, Profile.empty(), items, nothing, nothing, items)).all()
    assert MatchMap.from_metrics({}) is None
    assert MatchMap.from_metrics({"match": {"map": None, "reason": "few"}}) is None
    assert reliability_view("popularity", {}) is None


def test_a_map_of_another_version_is_not_applied():
    assert MatchMap.from_metrics({"match": {"map": {**MATCH.to_dict(), "version": 99}}}) is None


def test_a_map_survives_its_manifest():
    again = MatchMap.from_metrics({"match": {"map": MATCH.to_dict()}})
    assert again is not None
    assert again.to_dict() == MATCH.to_dict()


def test_places_count_from_one_and_end_below_the_list():
    found = places_among(np.array([4, 7], dtype=np.int32), np.array([7, 4, 0], dtype=np.int32))
    assert found.tolist() == [2, 1, PLACES + 1]
