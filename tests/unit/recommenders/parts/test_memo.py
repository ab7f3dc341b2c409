"""The memory of the last profile."""

import numpy as np

from core.data.profile import Profile
from core.recommenders.parts.memo import LastProfile
from core.recommenders.surprise_svd.model import SurpriseSVD
from core.testing.toy import toy_dataset


def test_the_same_object_is_computed_once_and_another_one_anew():
    asked: list[int] = []

    def compute(profile: Profile) -> int:
        asked.append(len(profile))
        return len(asked)

    remembered = LastProfile(compute)
    first, second = Profile.of([1], [3.0]), Profile.of([1], [3.0])
    assert [remembered(first), remembered(first), remembered(second), remembered(first)] == [1, 1, 2, 3]


def test_a_long_profile_is_fitted_to_an_even_selection_and_still_explained_exactly():
    dataset = toy_dataset()
    model = SurpriseSVD({"factors": 8, "epochs": 5, "profile_limit": 6}).fit(dataset)
    profile = dataset.profile(int(np.argmax(np.diff(dataset.user_indptr))))
    assert len(profile) > 6
    item = int(model.recommend(profile, 1).items[0])
    explanation = model.explain(profile, item)
    for parts in (explanation.contributions, explanation.films):
        assert abs(sum(part.value for part in parts) - explanation.score) < 1e-3 * max(abs(explanation.score), 1)
