import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core.recommenders.parts.top_n import best_values, top_n

_SCORES = hnp.arrays(
    np.float32,
    st.integers(0, 1500),
    elements=st.one_of(
        st.sampled_from([np.nan, -np.inf, 0.0, 1.0, 2.0]), st.floats(-5, 5, width=32, allow_subnormal=False)
    ),
)


def _reference(scores, n):
    ranked = sorted((i for i, s in enumerate(scores) if s > -np.inf), key=lambda i: (-scores[i], i))
    return ranked[:n]


@given(_SCORES, st.integers(1, 30))
def test_equals_a_full_sort_with_ties_by_position(scores, n):
    assert top_n(scores, n).tolist() == _reference(scores, n)


@given(_SCORES, st.integers(1, 30))
def test_the_best_values_are_those_of_what_is_selected(scores, n):
    assert np.array_equal(best_values(scores, n), scores[top_n(scores, n)])


def test_selects_nothing_from_nothing():
    assert len(top_n(np.empty(0, np.float32), 5)) == 0
    assert len(top_n(np.full(1000, np.nan, np.float32), 5)) == 0
    assert len(top_n(np.ones(3, np.float32), 0)) == 0


def test_finds_a_winner_behind_the_last_full_block():
    scores = np.zeros(64 * 20 + 7, np.float32)
    scores[-1] = 1
    assert top_n(scores, 1).tolist() == [64 * 20 + 6]
