"""The Gibbs sampler against closed forms, and the fold-in against the sampler's own conditional."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
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


def _rows(lengths: list[int], k: int, rng: np.random.Generator) -> tuple[NDArray[Any], ...]:
    """Return entries of rows of these lengths: all arguments of `sample_rows` up to the mean."""
    entries = sum(lengths)
    indices = np.concatenate([rng.permutation(300)[:length] for length in lengths]).astype(np.int32)
    return (
        np.concatenate([[0], np.cumsum(lengths)]),
        indices,
        rng.normal(size=entries).astype(np.float32),
        rng.uniform(0.5, 2, len(lengths)).astype(np.float32),
        rng.uniform(0.5, 2, 300).astype(np.float32),
        rng.normal(size=300).astype(np.float32),
        rng.normal(size=(300, k)).astype(np.float32),
        rng.normal(size=(len(lengths), k)).astype(np.float32),
    )


def test_rows_without_noise_are_the_conditional_means() -> None:
    lengths = [0, 1, 3, 4, 200]
    given = _rows(lengths, 4, np.random.default_rng(0))
    indptr, indices, targets, own, precision, taken, features, mean = given
    out = np.empty((5, 4), dtype=np.float32)
    sample_rows(*given, np.zeros((5, 4), dtype=np.float32), np.zeros(4, dtype=np.float32), out)
    for row in range(len(lengths)):
        span = slice(indptr[row], indptr[row + 1])
        chosen = features[indices[span]].astype(float)
        weights = own[row] * precision[indices[span]]
        pull = chosen.T @ (weights * (targets[span] - taken[indices[span]]))
        expected = np.linalg.solve(np.eye(4) + chosen.T @ (weights[:, None] * chosen), mean[row] + pull)
        np.testing.assert_allclose(out[row], expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("length", [1, 2, 5])
def test_rows_have_the_conditional_covariance(length: int) -> None:
    rng = np.random.default_rng(1)
    count, k = 40_000, 3
    features = rng.normal(size=(length, k)).astype(np.float32)
    out = np.empty((count, k), dtype=np.float32)
    sample_rows(
        np.arange(count + 1) * length,
        np.tile(np.arange(length, dtype=np.int32), count),
        np.zeros(count * length, dtype=np.float32),
        np.full(count, 3, dtype=np.float32),
        np.full(length, 0.5, dtype=np.float32),
        np.zeros(length, dtype=np.float32),
        features,
        np.zeros((count, k), dtype=np.float32),
        rng.standard_normal((count, k), dtype=np.float32),
        rng.standard_normal(count * length, dtype=np.float32),
        out,
    )
    expected = np.linalg.inv(np.eye(k) + 1.5 * features.T @ features)
    np.testing.assert_allclose(np.cov(out.T), expected, atol=0.02)


@pytest.mark.parametrize("shape", [(6, 3), (3, 6)])
def test_link_draws_from_the_matrix_normal_posterior(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(2)
    dense = rng.normal(size=shape)
    link = Link(sparse.csr_array(dense))
    vectors = rng.normal(size=(shape[0], 2)).astype(np.float32)
    root = np.array([[1.0, 0.4], [0.0, 0.7]])
    covariance = root.T @ root
    penalty = 1.7
    drawn = [link.draw(vectors, root, penalty, rng) for _ in range(5_000)]
    draws = np.stack([link.coefficients(one) for one in drawn])
    posterior = np.linalg.inv(dense.T @ dense + penalty * np.eye(shape[1]))
    expected = posterior @ dense.T @ vectors
    np.testing.assert_allclose(draws.mean(axis=0), expected, atol=0.06)
    linked = np.stack([one.linked for one in drawn])
    np.testing.assert_allclose(linked[0], dense @ draws[0], atol=1e-4)
    centred = linked - linked.mean(axis=0)
    rows = np.einsum("nij,nkj->ik", centred, centred) / len(draws) / np.trace(covariance)
    np.testing.assert_allclose(rows, dense @ posterior @ dense.T, atol=0.06)
    columns = np.einsum("nij,nik->jk", centred, centred) / len(draws) / np.trace(dense @ posterior @ dense.T)
    np.testing.assert_allclose(columns, covariance, atol=0.05)
    scatter = np.mean([one.scatter for one in drawn], axis=0)
    np.testing.assert_allclose(
        scatter, expected.T @ expected + np.trace(posterior) * covariance, rtol=0.05, atol=0.05
    )


@pytest.mark.parametrize("degrees", [1, 2, 7])
def test_wishart_has_its_mean_be_it_singular_or_not(degrees: int) -> None:
    rng = np.random.default_rng(3)
    scale = np.array([[0.5, 0.1], [0.1, 0.3]])
    draws = np.stack([sample_wishart(degrees, np.linalg.inv(scale), rng) for _ in range(5_000)])
    np.testing.assert_allclose(draws.mean(axis=0), degrees * scale, rtol=0.05, atol=0.02)
    assert (np.linalg.matrix_rank(draws[0]) == min(degrees, 2)).all()


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


def test_for_weights_the_chain_is_half_as_long() -> None:
    config = BayesianMF({"burn_in": 5, "samples": 8, "thin": 3}).config_for_weights()
    assert (config.burn_in, config.samples, config.thin) == (3, 4, 3)
