"""How ratings are weighted, and what holds for everyone."""

import numpy as np
import pytest

from core.data.profile import Profile
from core.recommenders.parts.biases import fit_baseline
from core.recommenders.parts.rating_weights import PopularityPrior, profile_weights, training_weights
from core.testing.toy import toy_dataset


def test_a_training_user_is_weighted_as_in_training():
    dataset = toy_dataset()
    fitted = fit_baseline(dataset)
    weights = training_weights(dataset, fitted, 0.3)
    for user in (0, 11, 79):
        span = slice(int(dataset.user_indptr[user]), int(dataset.user_indptr[user + 1]))
        np.testing.assert_allclose(
            profile_weights(fitted.baseline, dataset.profile(user), 0.3), weights[span], rtol=1e-5
        )


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
