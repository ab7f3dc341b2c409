"""The first films of a list, told from few predicted stars, are those of the whole list."""

from types import SimpleNamespace

import numpy as np
import pytest

from core.data.profile import Profile
from core.recommenders.hybrid.leaders import leaders
from core.recommenders.hybrid.liking import LIKING, LOW, Liking
from core.recommenders.hybrid.model import Hybrid
from core.recommenders.parts.top_n import top_n
from core.testing.toy import toy_dataset

FILMS = 900
WEIGHTS = {LIKING: 0.25, LOW: 0.75}
PROFILE = Profile.of([3, 30, 300], [4.0, 3.0, 5.0])


class Stack:
    """Knows all stars, and counts those that it is asked for."""

    spread = 0.8

    def __init__(self, seed: int) -> None:
        self.known = np.random.default_rng(seed).uniform(2.0, 5.0, FILMS).astype(np.float32)
        self.asked = 0

    def stars(self, _members: object, _profile: Profile, items: np.ndarray) -> np.ndarray:
        self.asked += len(items)
        return self.known[items]


def setting(seed: int) -> tuple[np.ndarray, Stack, Liking]:
    watched = np.random.default_rng(seed + 100).exponential(0.5, FILMS).astype(np.float32)
    # Ties, and films of which nothing is known.
    watched[::7] = np.round(watched[::7], 1)
    watched[5] = np.nan
    stack = Stack(seed)
    return watched, stack, Liking(stack, {}, SimpleNamespace(rating_range=(0.5, 5.0), global_mean=3.5))


@pytest.mark.parametrize("seed", range(8))
def test_they_are_those_of_the_whole_list_with_their_stars(seed):
    watched, stack, liking = setting(seed)
    free = np.random.default_rng(seed).random(FILMS) < 0.8
    found = leaders(watched, liking, WEIGHTS, PROFILE, 10, free)
    asked = stack.asked
    whole = watched.copy()
    for key, part in liking.among_likely(PROFILE, watched).items():
        whole += np.float32(WEIGHTS[key]) * part
    whole[~free] = np.nan
    assert asked < 150
    np.testing.assert_array_equal(found.items, top_n(whole, 10))
    np.testing.assert_array_equal(found.scores, whole[found.items])
    np.testing.assert_array_equal(found.stars, stack.known[found.items])


def test_who_has_rated_most_likely_films_gets_the_same_list_of_those_that_are_left():
    told = 0
    for seed in range(8):
        watched, _, liking = setting(seed)
        free = np.ones(FILMS, dtype=bool)
        free[np.random.default_rng(seed).permutation(top_n(watched, 400))[30:]] = False
        found = leaders(watched, liking, WEIGHTS, PROFILE, 10, free)
        whole = watched.copy()
        for key, part in liking.among_likely(PROFILE, watched).items():
            whole += np.float32(WEIGHTS[key]) * part
        whole[~free] = np.nan
        if found is not None:
            told += 1
            np.testing.assert_array_equal(found.items, top_n(whole, 10))
    assert told >= 5


def test_who_may_list_hardly_any_likely_film_is_told_by_all_scores():
    watched, _, liking = setting(1)
    free = np.zeros(FILMS, dtype=bool)
    free[top_n(watched, FILMS)[390:]] = True
    assert leaders(watched, liking, WEIGHTS, PROFILE, 10, free) is None


def test_the_hybrid_lists_what_its_scores_say_and_tells_the_stars_that_it_predicts():
    fast = {"rating_members": ("svd",), "ranking_members": ("svd", "ease"), "next_members": ("ease",)}
    hybrid = Hybrid(fast).fit(toy_dataset())
    profile = hybrid.dataset.profile(4)
    scores = hybrid.score(hybrid.dataset.profile(4))
    scores[profile.items] = np.nan
    found = hybrid.recommend(profile, 5)
    np.testing.assert_array_equal(found.items, top_n(scores, 5))
    np.testing.assert_allclose(found.predicted, hybrid.predict(hybrid.dataset.profile(4), found.items), atol=1e-5)
