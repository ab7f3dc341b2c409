"""Re-ranking does what its weights say, and nothing at weight 0."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.dataset import Dataset
from core.errors import InvalidInputError
from core.lists.reranking import (
    diversify,
    lean,
    recommend_wished,
    relevance,
    reorder,
    share_below,
)
from core.recommenders.popularity import Popularity
from core.recommenders.results import Recommendations
from core.testing.toy import toy_dataset
from core.views import Reranking


@pytest.fixture(scope="module")
def data() -> Dataset:
    return toy_dataset()


@pytest.fixture(scope="module")
def found(data: Dataset) -> Recommendations:
    return Popularity().fit(data).recommend(data.profile(0), n=30)


def rerank(data: Dataset, found: Recommendations, n: int, wish: Reranking) -> Recommendations:
    order = reorder(data, found.items, found.scores, n, wish)
    return Recommendations(found.algorithm, found.items[order], found.scores[order], found.predicted[order])


def test_weight_zero_is_off(data: Dataset, found: Recommendations) -> None:
    same = rerank(data, found, 10, Reranking())
    np.testing.assert_array_equal(same.items, found.items[:10])
    np.testing.assert_array_equal(same.scores, found.scores[:10])
    assert Reranking().depth(10) == 10
    assert Reranking(diversity=0.1).depth(10) == 100


@pytest.mark.parametrize(
    "wish", [Reranking(diversity=0.6), Reranking(popularity=-0.5), Reranking(recency=0.7), Reranking(0.3, 0.2, -0.4)]
)
def test_lists_are_reordered_candidates_with_their_own_scores(
    data: Dataset, found: Recommendations, wish: Reranking
) -> None:
    changed = rerank(data, found, 10, wish)
    assert len(changed) == len(set(changed.items.tolist())) == 10
    place = {int(item): row for row, item in enumerate(found.items)}
    rows = [place[int(item)] for item in changed.items]
    np.testing.assert_array_equal(changed.scores, found.scores[rows])
    np.testing.assert_array_equal(changed.predicted, found.predicted[rows])
    assert rows != list(range(10))


def test_each_weight_moves_what_it_names(data: Dataset, found: Recommendations) -> None:
    def mean(values: np.ndarray, wish: Reranking) -> float:
        return float(values[rerank(data, found, 10, wish).items].mean())

    counts, years = data.movie_counts, data.movies.years
    assert mean(counts, Reranking(popularity=-0.9)) < mean(counts, Reranking())
    assert mean(years, Reranking(recency=0.9)) > mean(years, Reranking()) > mean(years, Reranking(recency=-0.9))


def test_full_recency_is_order_by_year(data: Dataset, found: Recommendations) -> None:
    years = data.movies.years[rerank(data, found, 10, Reranking(recency=1.0)).items].tolist()
    # The year of the movie without a title is unknown; it stands in the middle.
    known = [year for year in years if year]
    assert known == sorted(known, reverse=True)


def test_marginal_relevance_by_hand() -> None:
    # The second is a twin of the first; the third has nothing in common with them.
    features = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    values = np.array([1.0, 0.9, 0.5])
    assert diversify(values, features, 3, 0.0).tolist() == [0, 1, 2]
    assert diversify(values, features, 3, 0.3).tolist() == [0, 2, 1]  # .7 x .9 - .3 < .7 x .5
    assert diversify(values, features, 2, 0.2).tolist() == [0, 1]  # .8 x .9 - .2 > .8 x .5
    assert diversify(values, np.zeros((3, 2)), 3, 0.9).tolist() == [0, 1, 2]


@settings(deadline=None)
@given(
    st.lists(st.floats(-10, 10, width=32), min_size=1, max_size=30),
    st.floats(-1, 1),
    st.integers(1, 40),
    st.floats(0, 1),
)
def test_any_list_stays_a_list(scores: list[float], weight: float, n: int, diversity: float) -> None:
    values = relevance(np.array(scores, dtype=np.float32))
    assert values.min() >= 0
    assert values.max() <= 1
    leaned = lean(values, np.linspace(0, 1, len(values)), weight)
    assert ((leaned >= 0) & (leaned <= 1)).all()
    order = diversify(leaned, np.eye(len(values))[:, :3], n, diversity)
    assert len(set(order.tolist())) == len(order) == min(n, len(scores))


def test_ranks_are_shares_of_the_candidates() -> None:
    assert share_below(np.array([5, 1, 9, 5])).tolist() == [0.5, 0.125, 0.875, 0.5]
    years = np.array([1990, 0, 2000])
    assert share_below(years, known=years > 0).tolist() == [0.25, 0.5, 0.75]
    assert share_below(years, known=years < 0).tolist() == [0.5, 0.5, 0.5]


@pytest.mark.parametrize("wrong", [{"diversity": -0.1}, {"diversity": 2}, {"popularity": 1.5}, {"recency": -2}])
def test_weights_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidInputError):
        Reranking(**wrong)


def test_an_empty_list_stays_empty(data: Dataset, found: Recommendations) -> None:
    nothing = Recommendations("x", found.items[:0], found.scores[:0], found.predicted[:0])
    assert len(rerank(data, nothing, 10, Reranking(diversity=0.5))) == 0


@pytest.mark.parametrize("wish", [Reranking(), Reranking(0.3, -0.2, 0.4), Reranking(popularity=-1)])
def test_a_wished_list_is_the_best_hundred_reordered_with_stars_for_what_is_shown(
    data: Dataset, wish: Reranking, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, profile = Popularity().fit(data), data.profile(3)
    mask = data.movies.years > 1955
    everything = model.recommend(profile, wish.depth(5), False, mask)
    expected = rerank(data, everything, 5, wish)
    asked: list[int] = []
    predict = model.predict
    monkeypatch.setattr(model, "predict", lambda who, items: asked.append(len(items)) or predict(who, items))
    shown = recommend_wished(model, profile, 5, wish, exclude_rated=False, candidates=mask)
    np.testing.assert_array_equal(shown.items, expected.items)
    np.testing.assert_array_equal(shown.scores, expected.scores)
    np.testing.assert_array_equal(shown.predicted, expected.predicted)
    assert asked == [5]
