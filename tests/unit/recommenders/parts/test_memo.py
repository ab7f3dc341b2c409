"""The memory of the last profile."""

import gc
import weakref

import numpy as np
import pytest

from core.data.profile import Profile
from core.recommenders.parts.memo import LastProfile
from core.recommenders.surprise_svd.model import SurpriseSVD
from core.testing.toy import toy_dataset


class _Counting:
    def __init__(self) -> None:
        self.asked = 0
        self.count = LastProfile(self._compute)

    def _compute(self, profile: Profile) -> int:
        self.asked += 1
        return self.asked


def test_the_same_object_is_computed_once_and_another_one_anew():
    model = _Counting()
    first, second = Profile.of([1], [3.0]), Profile.of([1], [3.0])
    assert [model.count(first), model.count(first), model.count(second), model.count(first)] == [1, 1, 2, 3]


def test_a_model_that_remembers_goes_with_its_last_name():
    model = _Counting()
    gone = weakref.ref(model)
    count = model.count
    # Without the cycle collector, which workers do not run over what came before the fork.
    gc.disable()
    try:
        del model
        assert gone() is None
    finally:
        gc.enable()
    with pytest.raises(ReferenceError, match="gone"):
        count(Profile.of([1], [3.0]))


def test_a_long_profile_is_fitted_to_an_even_selection_and_still_explained_exactly():
    dataset = toy_dataset()
    model = SurpriseSVD({"factors": 8, "epochs": 5, "profile_limit": 6}).fit(dataset)
    profile = dataset.profile(int(np.argmax(np.diff(dataset.user_indptr))))
    assert len(profile) > 6
    item = int(model.recommend(profile, 1).items[0])
    explanation = model.explain(profile, item)
    for parts in (explanation.contributions, explanation.films):
        assert abs(sum(part.value for part in parts) - explanation.score) < 1e-3 * max(abs(explanation.score), 1)
