"""SLIST against its definition, row by row; the order decides, and only where there is one."""

import numpy as np
import pytest

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.lists.sentences import describe
from core.recommenders.parts.biases import fit_baseline
from core.recommenders.parts.order_of_time import in_order_of_time
from core.recommenders.parts.rating_weights import profile_weights
from core.recommenders.parts.recency import sittings_back
from core.recommenders.slist import SLIST
from core.testing.toy import toy_dataset, toy_movies

SETTINGS = {"min_ratings": 1, "penalty": 3.0, "window": 3, "popularity": 0.0, "trend": 0.0}


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return toy_dataset(n_users=30)


@pytest.fixture(scope="module")
def chain() -> Dataset:
    """Everybody rates six films in a row, one after the other, from somewhere on round a circle of twelve."""
    users, movies, times = [], [], []
    for user in range(60):
        for step in range(6):
            users.append(user + 1)
            movies.append(10 * ((user + step) % 12 + 1))
            times.append(1_000 + step)
    return Dataset.from_interactions(users, movies, [4.0] * len(users), times, toy_movies(12), name="chain")


def _by_definition(dataset: Dataset, model: SLIST) -> np.ndarray:
    config, n = model.config, dataset.n_movies
    features, targets = [], []
    for user in range(dataset.n_users):
        span = slice(dataset.user_indptr[user], dataset.user_indptr[user + 1])
        items, times = dataset.user_items[span], dataset.user_times[span]
        share = np.sqrt(len(items) ** -config.user_power)
        ordered = items[np.argsort(times)]
        for place in range(1, len(ordered)):
            row, target = np.zeros(n), np.zeros(n)
            for back in range(1, min(config.window, place) + 1):
                row[ordered[place - back]] = config.fade ** (back - 1)
            target[ordered[place]] = 1
            features.append(share * row)
            targets.append(share * target)
        whole = np.zeros(n)
        whole[items] = 1
        features.append(np.sqrt(config.together) * share * whole)
        targets.append(np.sqrt(config.together) * share * whole)
    inward = np.maximum(dataset.movie_counts, 1.0) ** -config.movie_power
    x, y = np.array(features) * inward, np.array(targets)
    precision = np.linalg.inv(x.T @ x + config.penalty * np.eye(n))
    weights = precision @ x.T @ y
    weights -= precision * (np.diag(weights) / np.diag(precision))
    weights[:, dataset.movie_counts == 0] = weights[dataset.movie_counts == 0] = 0
    return weights * inward[:, None]


@pytest.mark.parametrize("together", [0.0, 0.3])
def test_the_weights_are_those_of_the_regressions_row_by_row(dataset: Dataset, together: float) -> None:
    model = SLIST({**SETTINGS, "together": together}).fit(dataset)
    found = np.array([np.nan_to_num(model._rows.dense_row(item)) for item in range(dataset.n_movies)])
    assert np.abs(found).max() > 0.1
    np.testing.assert_allclose(found, _by_definition(dataset, model), atol=2e-5)


def test_what_follows_comes_first(chain: Dataset) -> None:
    model = SLIST(SETTINGS).fit(chain)
    ratings = [4.0, 4.0]
    assert model.recommend(Profile.of([3, 8], ratings, order=[1, 2]), 1).items[0] == 9
    assert model.recommend(Profile.of([3, 8], ratings, order=[2, 1]), 1).items[0] == 4
    assert model.recommend(Profile.of([8, 3], ratings, order=[2_000_000, 1_000_000]), 1).items[0] == 9


def test_without_an_order_all_films_of_a_profile_count_alike(chain: Dataset) -> None:
    model = SLIST(SETTINGS).fit(chain)
    profile = Profile.of([3, 5, 8], [4.0] * 3)
    orders = [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]
    every = [model.score(Profile.of([3, 5, 8], [4.0] * 3, order=order)) for order in orders]
    np.testing.assert_allclose(model.score(profile), np.mean(every, axis=0), atol=1e-6)
    tied = Profile.of([3, 5, 8], [4.0] * 3, order=[7, 7, 7])
    np.testing.assert_allclose(model.score(tied), model.score(profile), atol=1e-6)


def test_a_score_is_the_weighted_sum_that_explains_it(dataset: Dataset) -> None:
    model = SLIST({"trend": 0.0, "sitting": 1.0}).fit(dataset)
    profile = dataset.profile(4)
    weights = 0.8 ** np.argsort(np.argsort(-profile.order.astype(float)))
    weights = weights * profile_weights(fit_baseline(dataset).baseline, profile, 0.0)
    item = int(model.recommend(profile, 1).items[0])
    by_film = dict(zip(profile.items.tolist(), weights * model._rows.column(profile.items, item), strict=True))
    told = {part.id: part.value for part in model.explain(profile, item).contributions if part.kind == "movie"}
    assert told
    for film, value in told.items():
        assert value == pytest.approx(by_film[film], rel=1e-4)


def test_a_sentence_tells_the_place_where_it_is_known(chain: Dataset) -> None:
    model = SLIST(SETTINGS).fit(chain)
    ordered = Profile.of([3, 4], [5.0, 4.5], order=[1, 2])
    text = describe(chain, ordered, model.explain(ordered, 5))
    assert "(4.5, rated last)" in text
    assert "(5.0, 1 film before the last)" in text
    unordered = Profile.of([3, 4], [5.0, 4.5])
    text = describe(chain, unordered, model.explain(unordered, 5))
    assert "last" not in text
    assert "(4.5)" in text


def test_a_sentence_tells_how_long_before_the_last_where_that_is_known(chain: Dataset) -> None:
    model = SLIST(SETTINGS).fit(chain)
    last, day = 1_700_000_000, 86_400
    timed = Profile.of([2, 3, 4], [5.0, 4.5, 4.0], order=[last - 8 * day, last - 60, last])
    text = describe(chain, timed, model.explain(timed, 5))
    assert "(4.0, rated last)" in text
    assert "(4.5, 1 film before the last)" in text
    assert "(5.0, 2 films before the last, 8 days earlier)" in text
    dated = Profile.of([2, 3, 4], [5.0, 4.5, 4.0], order=[last - day, last - day, last])
    assert "(4.5, 24 hours before the last)" in describe(chain, dated, model.explain(dated, 5))
    places = Profile.of([2, 3, 4], [5.0, 4.5, 4.0], order=[1, 9_000, 9_001])
    assert "earlier" not in describe(chain, places, model.explain(places, 5))


def test_of_a_film_that_nobody_had_rated_yet_that_is_what_is_said(chain: Dataset) -> None:
    month = 30 * 86_400
    times = np.where(chain.user_items == 5, 1_000_000_000 + 3 * month, 1_000_000_000 + chain.user_times)
    users = chain.user_ids[chain.rating_users()]
    later = Dataset.from_interactions(users, chain.movies.ids[chain.user_items], chain.stars(), times, chain.movies)
    model = SLIST({**SETTINGS, "trend": 0.2}).fit(later)
    profile = Profile.of([3, 4], [5.0, 4.5], order=[1_000_002_000, 1_000_002_600])
    explained = model.explain(profile, 5)
    assert explained.score == sum(part.value for part in explained.contributions) == 0
    text = describe(later, profile, explained)
    assert "stands behind all others: nobody had rated it a month after your last rating" in text
    assert "well liked" not in text
    now = Profile.of([3, 4], [5.0, 4.5])
    assert model.explain(now, 5).score > 0


def test_what_was_rated_before_a_pause_counts_less(chain: Dataset) -> None:
    orders = [1_000_000, 1_000_300, 1_003_901, 1_003_901, 1_010_000]
    profile = Profile.of([1, 3, 5, 7, 9], [4.0] * 5, order=orders)
    assert sittings_back(profile).tolist() == [2, 2, 1, 1, 0]
    assert sittings_back(Profile.of([1, 3], [4.0] * 2, order=[0, 1])).tolist() == [0, 0]
    assert sittings_back(Profile.of([1, 3], [4.0] * 2)).tolist() == [0, 0]
    assert len(sittings_back(Profile.of([], [], order=[]))) == 0
    model, plain = (SLIST({**SETTINGS, "sitting": sitting}).fit(chain) for sitting in (0.5, 1.0))
    np.testing.assert_allclose(model._weights(profile) / plain._weights(profile), [0.25, 0.25, 0.5, 0.5, 1.0])


def test_of_equal_times_a_lot_decides_that_owes_nothing_to_the_numbers() -> None:
    users = 400
    indptr = np.arange(0, 2 * users + 1, 2)
    items = np.tile(np.array([3, 9], dtype=np.int32), users)
    times = np.full(2 * users, 5, dtype=np.uint32)
    first = in_order_of_time(indptr, items, times, 1)[::2]
    assert 0.4 < (first == 3).mean() < 0.6
    np.testing.assert_array_equal(in_order_of_time(indptr, items, times, 1)[::2], first)
    assert not np.array_equal(in_order_of_time(indptr, items, times, 2)[::2], first)
    times[1::2] = 4
    assert (in_order_of_time(indptr, items, times, 1)[::2] == 9).all()


def test_what_matters_little_is_left_out(dataset: Dataset) -> None:
    model = SLIST({**SETTINGS, "weights_per_movie": 4}).fit(dataset)
    kept = len(model.arrays["weight_values"])
    assert 0.5 < kept / (4 * (dataset.movie_counts > 0).sum()) < 2


def test_for_weights_the_most_rated_movies_are_enough() -> None:
    config = SLIST({"window": 3}).config_for_weights()
    assert (config.max_movies, config.window) == (5_000, 3)
    assert SLIST({"max_movies": 100}).config_for_weights().max_movies == 100
