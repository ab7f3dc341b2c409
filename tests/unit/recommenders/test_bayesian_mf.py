"""The Gibbs sampler against closed forms, and the fold-in against the sampler's own conditional."""

import numpy as np
import pytest
from scipy import sparse

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.data.splits import draw_users
from core.recommenders.bayesian_mf.gibbs import Link, sample_wishart
from core.recommenders.bayesian_mf.model import BayesianMF, factors_for
from core.recommenders.kernels.gibbs import sample_rows
from core.testing.toy import toy_dataset

SHORT = {"factors": 3, "burn_in": 15, "samples": 6, "thin": 3}


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return toy_dataset()


@pytest.fixture(scope="module")
def model(dataset: Dataset) -> BayesianMF:
    return BayesianMF(SHORT).fit(dataset)


def test_rows_without_noise_are_the_conditional_means() -> None:
    rng = np.random.default_rng(0)
    features = rng.normal(size=(9, 3))
    indptr = np.array([0, 4, 4, 10])
    indices = rng.integers(0, 9, 10).astype(np.int32)
    targets, weights = rng.normal(size=10), rng.uniform(0.5, 2, 10)
    root = rng.normal(size=(3, 3))
    precision = root @ root.T + np.eye(3)
    prior = rng.normal(size=(3, 3))
    out = np.empty((3, 3))
    sample_rows(indptr, indices, targets, weights, features, precision, prior, np.zeros((3, 3)), out)
    np.testing.assert_allclose(out[1], prior[1])
    for row in (0, 2):
        span = slice(indptr[row], indptr[row + 1])
        chosen = features[indices[span]]
        gram = precision + chosen.T @ (weights[span, None] * chosen)
        expected = np.linalg.inv(gram) @ (precision @ prior[row] + chosen.T @ (weights[span] * targets[span]))
        np.testing.assert_allclose(out[row], expected)


def test_rows_have_the_conditional_covariance() -> None:
    rng = np.random.default_rng(1)
    count, features = 40_000, rng.normal(size=(2, 2))
    precision = np.array([[2.0, 0.3], [0.3, 1.0]])
    out = np.empty((count, 2))
    sample_rows(
        np.arange(0, 2 * count + 1, 2),
        np.tile(np.array([0, 1], dtype=np.int32), count),
        np.zeros(2 * count),
        np.full(2 * count, 1.5),
        features,
        precision,
        np.zeros((count, 2)),
        rng.standard_normal((count, 2)),
        out,
    )
    expected = np.linalg.inv(precision + 1.5 * features.T @ features)
    np.testing.assert_allclose(np.cov(out.T), expected, atol=0.02)


@pytest.mark.parametrize("shape", [(6, 3), (3, 6)])
def test_link_draws_from_the_matrix_normal_posterior(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(2)
    dense = rng.normal(size=shape)
    link = Link(sparse.csr_array(dense))
    vectors = rng.normal(size=(shape[0], 2))
    root = np.array([[1.0, 0.4], [0.0, 0.7]])
    penalty = 1.7
    draws = np.stack([link.draw(vectors, root, penalty, rng) for _ in range(5_000)])
    posterior = np.linalg.inv(dense.T @ dense + penalty * np.eye(shape[1]))
    np.testing.assert_allclose(draws.mean(axis=0), posterior @ dense.T @ vectors, atol=0.06)
    centred = draws - draws.mean(axis=0)
    rows = np.einsum("nij,nkj->ik", centred, centred) / len(draws) / np.trace(root.T @ root)
    np.testing.assert_allclose(rows, posterior, atol=0.06)
    columns = np.einsum("nij,nik->jk", centred, centred) / len(draws) / np.trace(posterior)
    np.testing.assert_allclose(columns, root.T @ root, atol=0.05)


def test_wishart_has_its_mean() -> None:
    rng = np.random.default_rng(3)
    scale = np.array([[0.5, 0.1], [0.1, 0.3]])
    draws = np.stack([sample_wishart(7.0, np.linalg.inv(scale), rng) for _ in range(5_000)])
    np.testing.assert_allclose(draws.mean(axis=0), 7 * scale, rtol=0.05)


def test_fold_in_is_the_conditional_mean_of_each_sample(dataset: Dataset, model: BayesianMF) -> None:
    profile = dataset.profile(4)
    posterior = model._fold_in(profile)
    arrays = {name: array.astype(float) for name, array in model.arrays.items()}
    for sample in range(3):
        features = arrays["factors"][profile.items, sample].copy()
        targets = profile.ratings - arrays["level"][0] - features[:, 0]
        features[:, 0] = 1
        weights = arrays["precision"][profile.items, sample] * posterior.scale[sample]
        prior = arrays["prior_precision"][sample]
        mean = arrays["prior_mean"][sample] + arrays["link"][profile.items, sample].sum(0) / len(profile) ** 0.5
        gram = prior + features.T @ (weights[:, None] * features)
        expected = np.linalg.solve(gram, prior @ mean + features.T @ (weights * targets))
        np.testing.assert_allclose(posterior.means[sample], expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(model._shares(posterior).sum(axis=0), posterior.means, rtol=1e-3, atol=1e-4)


def test_it_finds_the_two_tastes(dataset: Dataset, model: BayesianMF) -> None:
    even, odd = (
        Profile.of([0, 2, 4, 1, 3, 5], [4.5, 4.5, 4.5, 2, 2, 2]),
        Profile.of([0, 2, 4, 1, 3, 5], [2, 2, 2, 4.5, 4.5, 4.5]),
    )
    rest = np.arange(6, 30)
    liked = model.predict(even, rest) - model.predict(odd, rest)
    assert liked[rest % 2 == 0].mean() > 0.3
    assert liked[rest % 2 == 1].mean() < -0.3


def test_noisy_raters_are_believed_less(model: BayesianMF) -> None:
    steady, noisy = Profile.of(range(12), [4.0] * 12), Profile.of(range(12), [5.0, 5.0, 0.5, 0.5] * 3)
    assert model._fold_in(noisy).scale.mean() < 0.7 * model._fold_in(steady).scale.mean()


def test_the_same_seed_gives_the_same_model(dataset: Dataset, model: BayesianMF) -> None:
    again = BayesianMF(SHORT).fit(dataset)
    np.testing.assert_array_equal(again.arrays["factors"], model.arrays["factors"])


def test_it_predicts_better_than_the_global_mean_on_ratings_held_out(dataset: Dataset) -> None:
    held = np.zeros(dataset.n_ratings, dtype=bool)
    held[np.random.default_rng(0).permutation(dataset.n_ratings)[:200]] = True
    train = dataset.with_ratings(~held)
    fitted = BayesianMF(SHORT).fit(train)
    users, items, stars = dataset.rating_users()[held], dataset.user_items[held], dataset.stars()[held]
    predicted = np.array([fitted.predict(train.profile(int(u)), [i])[0] for u, i in zip(users, items, strict=True)])
    assert np.sqrt(np.mean((predicted - stars) ** 2)) < 0.85 * np.std(stars)


def test_without_links_it_still_serves(dataset: Dataset) -> None:
    fitted = BayesianMF({**SHORT, "feature_limit": 0}).fit(dataset)
    assert len(fitted.arrays["link"]) == 0
    assert np.isfinite(fitted.predict(Profile.empty(), [0, 1])).all()
    explained = fitted.explain(dataset.profile(0), 3)
    assert sum(part.value for part in explained.contributions) == pytest.approx(explained.score, rel=1e-3)


def test_beyond_the_limit_the_chain_sees_some_users_and_the_model_still_knows_all_movies(dataset: Dataset) -> None:
    chosen = draw_users(dataset, dataset.n_ratings // 2, 3)
    lengths = np.diff(dataset.user_indptr)
    together = int(lengths[chosen].sum())
    assert dataset.n_ratings // 2 - lengths.max() < together <= dataset.n_ratings // 2
    assert draw_users(dataset, dataset.n_ratings, 3).all()
    assert draw_users(dataset, 1, 3).sum() == 1
    part = BayesianMF({**SHORT, "rating_limit": dataset.n_ratings // 2}).fit(dataset)
    whole = BayesianMF(SHORT).fit(dataset)
    assert part.arrays["factors"].shape == whole.arrays["factors"].shape
    assert not np.array_equal(part.arrays["factors"], whole.arrays["factors"])
    profile = dataset.profile(0)
    items = np.flatnonzero(dataset.movie_counts > 0).astype(np.int32)
    assert np.corrcoef(part.predict(profile, items), whole.predict(profile, items))[0, 1] > 0.6


def test_factors_grow_with_the_data(dataset: Dataset) -> None:
    assert [factors_for(n) for n in (1, 100_836, 300_000, 1_000_209, 32_000_000)] == [12, 12, 19, 32, 32]
    quick = {"burn_in": 1, "samples": 2, "thin": 1}
    assert BayesianMF(quick).fit(dataset).arrays["factors"].shape[1:] == (2, 13)
    assert [BayesianMF(quick).config_at(n).factors for n in (1_000_209, 10_000_000)] == [32, 12]
    assert BayesianMF({**quick, "factors": 5}).config_at(1_000_209).factors == 5
