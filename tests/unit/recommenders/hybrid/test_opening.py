"""The list for somebody of whom nothing is known."""

import numpy as np
import pytest

from core.data.dataset import Dataset
from core.data.profile import Profile
from core.lists.sentences import describe
from core.recommenders.hybrid import opening
from core.recommenders.hybrid.model import Hybrid
from core.recommenders.hybrid.opening import Opening, opening_list
from core.testing.toy import toy_dataset


@pytest.fixture(scope="module")
def data() -> Dataset:
    return toy_dataset()


def liked_by(dataset: Dataset) -> np.ndarray:
    counts = np.zeros(dataset.n_movies)
    for user in range(dataset.n_users):
        profile = dataset.profile(user)
        counts[profile.items[profile.ratings > profile.ratings.mean()]] += 1
    return counts


def test_who_is_liked_by_most_counts_most(data: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "_DIVERSITY", 0.0)
    found = opening_list(data)
    expected = liked_by(data)
    rated = data.movie_counts > 0
    np.testing.assert_allclose(found.scores()[rated], (expected / expected.max())[rated], rtol=1e-6)
    assert np.isnan(found.scores()[~rated]).all()


@pytest.mark.parametrize("block", [1, 7, 100, 10**9])
def test_blocks_change_nothing(data: Dataset, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    whole = opening_list(data)
    monkeypatch.setattr(opening, "_BLOCK", block)
    for name, values in opening_list(data).arrays().items():
        np.testing.assert_array_equal(values, whole.arrays()[name])


def test_films_are_chosen_one_by_one_for_being_unlike_those_above(data: Dataset) -> None:
    found = opening_list(data)
    liked = liked_by(data) / liked_by(data).max()
    genres = [set(data.movies.genres(item)) for item in range(data.n_movies)]

    def cosine(one: int, other: int) -> float:
        return len(genres[one] & genres[other]) / max(np.sqrt(len(genres[one]) * len(genres[other])), 1)

    chosen: list[int] = []
    # Among equals the film that more people liked comes first, then the one of the lower index.
    left = [item for item in np.argsort(-liked, kind="stable").tolist() if data.movie_counts[item] > 0]
    while left:
        alike = {item: max((cosine(item, above) for above in chosen), default=0.0) for item in left}
        worth = {item: round(0.8 * liked[item] - 0.2 * alike[item], 9) for item in left}
        best = max(left, key=lambda item: worth[item])
        assert found.scores()[best] == pytest.approx(worth[best], abs=1e-6)
        chosen.append(best)
        left.remove(best)
    assert (np.diff(found.scores()[chosen]) <= 1e-6).all()


def test_films_beyond_the_choice_stand_below_it(data: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "_DIVERSE", 10)
    scores = opening_list(data).scores()
    order = np.argsort(-np.nan_to_num(scores, nan=-9.0), kind="stable")
    assert set(order[:10]) == set(np.argsort(-liked_by(data), kind="stable")[:10])


def test_the_hybrid_opens_with_it_and_explains_it(data: Dataset) -> None:
    model = Hybrid({"rating_members": ("svd",), "ranking_members": ("svd", "popularity")}).fit(data)
    found = opening_list(data)
    np.testing.assert_array_equal(model.score(Profile.empty()), found.scores())
    item = int(model.recommend(Profile.empty(), 3).items[2])
    told = model.explain(Profile.empty(), item)
    assert sum(part.value for part in told.contributions) == pytest.approx(told.score, abs=1e-6)
    assert told.films == []
    assert "many" in describe(data, Profile.empty(), told)
    again = Opening.from_arrays(model.arrays)
    np.testing.assert_array_equal(again.scores(), found.scores())
