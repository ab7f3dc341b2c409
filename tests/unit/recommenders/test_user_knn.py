"""User neighbourhoods against slow formulas."""

import numpy as np
import pytest

from core.data.profile import Profile
from core.lists.sentences import describe
from core.recommenders.parts.biases import fit_baseline
from core.recommenders.user_knn import UserKNN
from core.testing.toy import toy_dataset

PLAIN = {"rating_gain": 0.0, "popularity": 0.0}


@pytest.fixture(scope="module")
def dataset():
    return toy_dataset()


def slow_similarities(dataset, profile):
    watched = dataset.matrix().toarray() > 0
    weights = np.maximum(dataset.movie_counts, 1) ** -0.28
    overlaps = (watched[:, profile.items] * weights[profile.items]).sum(axis=1)
    norms = (watched * weights).sum(axis=1)
    return overlaps / (weights[profile.items].sum() ** 0.52 * norms**0.48 + 1.8)


@pytest.mark.parametrize("neighbours", [3, 500])
def test_the_nearest_vote_for_what_they_rated(dataset, neighbours):
    profile = Profile.of([0, 3, 8, 20], [5.0, 4.5, 4.0, 3.5])
    model = UserKNN({**PLAIN, "neighbours": neighbours}).fit(dataset)
    similarities = slow_similarities(dataset, profile)
    watched = dataset.matrix().toarray() > 0
    votes = similarities**3 / watched.sum(axis=1) ** 0.25
    votes[np.argsort(-similarities, kind="stable")[neighbours:]] = 0
    expected = (votes @ watched) * np.maximum(dataset.movie_counts, 1) ** -0.14
    rated = dataset.movie_counts > 0
    np.testing.assert_allclose(model.score(profile)[rated], expected[rated], rtol=1e-4)


def test_nobody_is_his_own_neighbour(dataset):
    model = UserKNN(PLAIN).fit(dataset)
    stored = dataset.profile(5)
    visitor = Profile(stored.items, stored.ratings)
    assert 5 not in model._nearest(stored).users
    assert model._nearest(visitor).users[0] == 5


def test_long_profiles_are_compared_by_a_fixed_choice(dataset):
    long = max((dataset.profile(user) for user in range(dataset.n_users)), key=len)
    model = UserKNN({"profile_limit": 6}).fit(dataset)
    chosen = model._compared(long)
    assert len(chosen) == 6
    assert set(chosen.items) < set(long.items)
    np.testing.assert_array_equal(model.score(long), model.score(long))
    assert not np.array_equal(model.score(long), UserKNN().fit(dataset).score(long))


def test_stars_are_the_baseline_plus_weighted_residuals(dataset):
    model = UserKNN({"rating_used": 5}).fit(dataset)
    fitted = fit_baseline(dataset)
    watched = dataset.matrix().toarray() > 0
    plain = dataset.matrix(fitted.bias_residuals(dataset)).toarray()
    full = dataset.matrix(fitted.residuals(dataset)).toarray()
    profile = dataset.profile(4)
    user = fitted.baseline.fold_in(profile)
    own = np.zeros(dataset.n_movies)
    own[profile.items] = fitted.baseline.profile_bias_residuals(user, profile)
    spread = np.sqrt((plain**2).sum(axis=1) / watched.sum(axis=1))
    common = watched[:, profile.items].sum(axis=1)
    agreement = np.maximum(plain @ own / (spread * spread[4] * (common + 100.0)), 0)
    agreement[4] = 0
    for item in (1, 2, 30):
        raters = np.flatnonzero(watched[:, item] & (agreement > 0))
        raters = raters[np.argsort(-agreement[raters])[:5]]
        correction = agreement[raters] @ full[raters, item] / (agreement[raters].sum() + 0.3)
        expected = fitted.baseline.predict(user, np.array([item]))[0] + correction
        assert model._predict(profile, np.array([item, item]))[1] == pytest.approx(expected, abs=6e-3)
        assert abs(correction) > 0.02


def test_its_voters_and_the_films_in_common_explain_a_score(dataset):
    model = UserKNN({"profile_limit": 6}).fit(dataset)
    profile = dataset.profile(9)
    item = int(model.recommend(profile, 1).items[0])
    explanation = model.explain(profile, item)
    raters = set(dataset.movie_users[dataset.movie_indptr[item] : dataset.movie_indptr[item + 1]].tolist())
    people = {part.id for part in explanation.contributions if part.kind == "neighbour"}
    assert people
    assert people <= raters - {9}
    assert sum(part.value for part in explanation.films) == pytest.approx(explanation.score, rel=1e-4)
    assert "because user 10 rated" in describe(dataset, profile, explanation)


def test_fewer_people_may_be_looked_at_for_the_stars(dataset):
    profile = Profile.of([0, 3, 8, 20], [5.0, 2.0, 4.0, 3.0])
    all_people, few = UserKNN().fit(dataset), UserKNN({"rating_candidates": 3}).fit(dataset)
    items = np.arange(40)
    near = np.abs(few._predict(profile, items) - all_people._predict(profile, items))
    assert 0 < near.max() < 1
