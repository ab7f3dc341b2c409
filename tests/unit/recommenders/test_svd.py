"""The two decompositions against numpy's, and what is made of them."""

import numpy as np
import pytest

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.recommenders.parts.biases import fit_baseline
from core.recommenders.parts.rating_weights import content_rows, profile_weights, training_weights
from core.recommenders.svd import SVD
from core.testing.toy import checkerboard, toy_dataset


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return toy_dataset()


@pytest.fixture(scope="module")
def model(dataset: Dataset) -> SVD:
    return SVD({"factors": 6, "rating_factors": 3}).fit(dataset)


def test_scores_are_the_projection_of_the_scaled_row(dataset: Dataset, model: SVD) -> None:
    config = model.config
    weights = training_weights(dataset, fit_baseline(dataset), config.rating_gain)
    watched = dataset.matrix(weights).toarray()
    sizes = np.maximum((watched > 0).sum(1), 1)
    counts = np.maximum((watched > 0).sum(0), 1)
    weighted = watched * counts**-config.movie_power * sizes[:, None] ** -config.user_power
    power = config.content_power - config.movie_power
    content = config.content_weight * content_rows(dataset) * counts**power * (dataset.movie_counts > 0)
    _, strength, directions = np.linalg.svd(np.concatenate([weighted, content]), full_matrices=False)
    directions, strength = directions[:6], strength[:6]
    damping = (strength / strength[0]) ** config.strength_power * (
        1 - config.shrinkage * (strength[-1] / strength) ** 2
    )
    user = 7
    served = np.zeros(dataset.n_movies)
    profile = dataset.profile(user)
    served[profile.items] = profile_weights(fit_baseline(dataset).baseline, profile, config.rating_gain)
    served *= counts**-config.movie_power * sizes[user] ** -config.user_power
    expected = (served @ directions.T * damping) @ directions * counts**config.score_power
    rated = dataset.movie_counts > 0
    share = 0.05 * dataset.movie_counts / dataset.n_users * (10 / (10 + len(profile))) ** 2
    found = model.score(profile)
    np.testing.assert_allclose(found[rated], (expected + share)[rated], atol=2e-3)
    assert np.isnan(found[~rated]).all()


def test_it_finds_the_film_that_is_left_out_of_the_checkerboard() -> None:
    board = checkerboard(30)
    model = SVD({"factors": 2, "rating_factors": 1}).fit(board)
    for user in range(6):
        assert model.recommend(board.profile(user), n=1).items.tolist() == [user]


def test_predictions_tell_the_tastes_apart(model: SVD) -> None:
    items, stars = [0, 2, 4, 1, 3, 5], [4.5, 4.5, 4.5, 2, 2, 2]
    likes_even, likes_odd = Profile.of(items, stars), Profile.of(items, stars[::-1])
    rest = np.arange(6, 30)
    gap = model.predict(likes_even, rest) - model.predict(likes_odd, rest)
    assert gap[rest % 2 == 0].mean() > gap[rest % 2 == 1].mean() + 0.2


def test_both_explanations_add_up(dataset: Dataset, model: SVD) -> None:
    for item in (0, 11, 40):
        explained = model.explain(dataset.profile(2), item)
        assert {part.kind for part in explained.contributions} == {"factor", "bias"}
        for parts in (explained.contributions, explained.films):
            assert sum(part.value for part in parts) == pytest.approx(explained.score, rel=1e-3, abs=1e-6)


def test_an_empty_profile_is_shown_what_most_people_rated(dataset: Dataset, model: SVD) -> None:
    items = model.recommend(Profile.empty(), n=5).items
    assert dataset.movie_counts[items].tolist() == sorted(dataset.movie_counts, reverse=True)[:5]
