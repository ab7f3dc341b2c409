"""How ratings are weighted, and what holds for everyone."""

import numpy as np
import pytest

from core.data.profile import Profile
from core.recommenders.parts.biases import fit_baseline
from core.recommenders.parts.rating_weights import (
    AGAINST,
    FULL,
    PopularityPrior,
    own_mean,
    profile_weights,
    signed,
    training_weights,
)
from core.testing.toy import toy_dataset


def test_films_near_and_above_the_own_mean_are_weighted_as_in_training():
    dataset = toy_dataset()
    fitted = fit_baseline(dataset)
    weights = training_weights(dataset, fitted, 0.3)
    for user in (0, 11, 79):
        span = slice(int(dataset.user_indptr[user]), int(dataset.user_indptr[user + 1]))
        profile = dataset.profile(user)
        near = profile.ratings > own_mean(profile, fitted.baseline.mean) - FULL
        served = profile_weights(fitted.baseline, profile, 0.3)
        np.testing.assert_allclose(served[near], weights[span][near], rtol=1e-5)
        assert (served[~near] < weights[span][~near]).all()


def test_a_film_far_below_the_own_mean_counts_against_its_like():
    profile = Profile.of([0, 1, 2, 3, 4], [5.0, 5.0, 5.0, 5.0, 0.5])
    weights = signed(np.ones(5, dtype=np.float32), profile, 3.5)
    assert weights[:4].tolist() == [1.0] * 4
    assert weights[4] == pytest.approx(0.2 * (0.5 - (own_mean(profile, 3.5) - AGAINST)))
    grades = np.arange(0.5, 5.5, 0.5)
    alone = [float(signed(np.ones(1, dtype=np.float32), Profile.of([7], [stars]), 3.5)[0]) for stars in grades]
    assert (np.diff(alone) >= 0).all()
    assert alone[0] < 0 < alone[-1]


@pytest.mark.parametrize("length", [1, 5, 20, 200])
def test_who_hates_everything_is_not_brought_more_of_it(length: int):
    hated = Profile.of(np.arange(length), np.full(length, 0.5))
    assert (signed(np.ones(length, dtype=np.float32), hated, 3.5) < 0).all()
    loved = Profile.of(np.arange(length), np.full(length, 5.0))
    assert (signed(np.ones(length, dtype=np.float32), loved, 3.5) == 1).all()


@pytest.mark.parametrize(("length", "left"), [(0, 1.0), (1, (10 / 11) ** 2), (10, 0.25), (40, 0.04)])
def test_what_holds_for_everyone_fades_as_a_profile_grows(length, left):
    dataset = toy_dataset()
    prior = PopularityPrior(dataset, 0.3)
    profile = Profile.of(list(range(length)), [4.0] * length)
    added = prior.added(profile)
    rated = dataset.movie_counts > 0
    expected = 0.3 * dataset.movie_counts / dataset.n_users * left
    np.testing.assert_allclose(added[rated], expected[rated], rtol=1e-6)
    assert np.isnan(added[~rated]).all()
    assert prior.value(profile, 5) == pytest.approx(float(added[5]))
