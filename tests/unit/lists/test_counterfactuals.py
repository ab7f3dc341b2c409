"""Ranks among what is not rated, counted by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.profile import Profile
from core.lists.counterfactuals import counterfactuals, rank_of, weightiest_films
from core.recommenders.item_knn import ItemKNN
from core.recommenders.parts.top_n import top_n
from core.recommenders.results import Contribution, Explanation
from core.testing.toy import checkerboard, toy_dataset


def test_ties_go_to_the_film_that_comes_first() -> None:
    scores = np.array([0.5, 0.9, 0.5, np.nan, -np.inf, 0.9], dtype=np.float32)
    nothing = np.empty(0, dtype=np.int32)
    assert [rank_of(scores, item, nothing) for item in range(6)] == [3, 1, 4, None, None, 2]
    assert rank_of(scores, 2, np.array([1, 5], dtype=np.int32)) == 2


@given(
    st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0, float("nan")]), min_size=1, max_size=30),
    st.sets(st.integers(0, 29)),
)
def test_a_rank_is_the_place_in_the_list(values: list[float], gone: set[int]) -> None:
    scores = np.array(values, dtype=np.float32)
    left_out = np.array([item for item in sorted(gone) if item < len(scores)], dtype=np.int32)
    shown = scores.copy()
    shown[left_out] = np.nan
    for place, item in enumerate(top_n(shown, len(shown)).tolist(), start=1):
        assert rank_of(scores, item, left_out) == place


def test_the_heaviest_films_come_from_the_split_by_films() -> None:
    own = [Contribution("model", 0, "A", 3.0), Contribution("movie", 9, "x", 1.0)]
    films = [
        Contribution("movie", 4, "d", -5.0),
        Contribution("bias", -1, "rest", 4.0),
        Contribution("movie", -1, "many small ones", 3.0),
        Contribution("movie", 2, "b", 2.0),
        Contribution("movie", 1, "a", 1.0),
        Contribution("movie", 0, "z", 0.5),
    ]
    assert weightiest_films(Explanation("x", 7, 1.0, None, own, films)) == [4, 2, 1]
    assert weightiest_films(Explanation("x", 7, 1.0, None, own)) == [9]


def test_a_film_that_leads_for_its_twin_falls_without_it() -> None:
    data = checkerboard()
    model = ItemKNN().fit(data)
    profile = Profile.of([0, 1], [5.0, 4.0])
    even = int(model.recommend(profile, 50, candidates=np.arange(2, 50, 2)).items[0])
    (found,) = counterfactuals(model, model.scoring(profile), even, [0])
    assert found.rank is not None
    assert found.rank_without is None or found.rank_without > found.rank


def test_the_film_left_out_does_not_count_and_a_rated_film_has_a_rank() -> None:
    data = toy_dataset()
    model = ItemKNN().fit(data)
    profile = data.profile(0)
    rated = int(profile.items[2])
    own = counterfactuals(model, model.scoring(profile), rated, [int(profile.items[0]), rated])
    places = data.n_movies - len(profile) + 1
    for found in own:
        assert found.rank is not None
        assert 1 <= found.rank <= places
        assert found.rank_without is not None
        assert 1 <= found.rank_without <= places
    assert own[0].rank == own[1].rank
    with pytest.raises(KeyError):
        counterfactuals(model, model.scoring(profile), rated, [data.n_movies - 1])
